// SPDX-License-Identifier: MIT
#include "transport/ice/turn_server.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <utility>
#include <vector>

#include "transport/ice/socket_address.hpp"
#include "transport/ice/stun_binding.hpp"

namespace peerlane::test {

namespace {

std::uint16_t free_port() {
  auto address = *SocketAddress::parse("127.0.0.1", 0);
  const int probe = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (bind(probe, address.native(), address.native_size()) == 0) {
    address = *SocketAddress::of_socket(probe);
  }
  close(probe);
  return address.port();
}

/// Asks it over UDP until it answers, for ten seconds.
bool wait_until_it_answers(std::uint16_t port) {
  const auto server = *SocketAddress::parse("127.0.0.1", port);
  const auto request = write_stun_binding_request(random_stun_transaction());
  const int asker = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  bool answered = false;
  for (int i = 0; i < 100 && !answered; ++i) {
    sendto(asker, request.data(), request.size(), 0, server.native(), server.native_size());
    pollfd ready{asker, POLLIN, 0};
    answered = poll(&ready, 1, 100) > 0;
  }
  close(asker);
  return answered;
}

[[noreturn]] void execute(std::uint16_t port, const std::filesystem::path &folder) {
  const int output = open((folder / "log").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  const std::vector<std::string> arguments = {"turnserver",
                                              "-n",
                                              "--lt-cred-mech",
                                              "--realm=example.org",
                                              "--user=user:pass",
                                              "--allow-loopback-peers",
                                              "--no-cli",
                                              "--no-tls",
                                              "--no-dtls",
                                              "--verbose",
                                              "--listening-ip=127.0.0.1",
                                              "--relay-ip=127.0.0.1",
                                              "--listening-port=" + std::to_string(port),
                                              "--log-file=stdout",
                                              "--pidfile=" + (folder / "pid").string(),
                                              "--userdb=" + (folder / "db").string()};
  std::vector<char *> pointers;
  for (const std::string &argument : arguments) {
    pointers.push_back(const_cast<char *>(argument.c_str()));
  }
  pointers.push_back(nullptr);
  execvp(pointers.front(), pointers.data());
  _exit(127);
}

}  // namespace

std::unique_ptr<TurnServer> TurnServer::start() {
  if (std::system("command -v turnserver >/dev/null 2>&1") != 0) return nullptr;
  std::string name = (std::filesystem::temp_directory_path() / "peerlane-turn-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) return nullptr;
  const std::uint16_t port = free_port();
  const pid_t process = fork();
  if (process == 0) execute(port, name);
  std::unique_ptr<TurnServer> made(new TurnServer(process, port, name));
  return wait_until_it_answers(port) ? std::move(made) : nullptr;
}

TurnServer::TurnServer(pid_t process, std::uint16_t port, std::filesystem::path folder)
    : process_(process), port_(port), folder_(std::move(folder)) {}

TurnServer::~TurnServer() {
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

IceServerAddress TurnServer::address(IceServerTransport transport,
                                     const std::string &password) const {
  IceServerAddress address;
  address.scheme = IceServerScheme::TURN;
  address.host = "127.0.0.1";
  address.is_literal = true;
  address.port = port_;
  address.transport = transport;
  address.username = "user";
  address.credential = password;
  return address;
}

void TurnServer::freeze() { kill(process_, SIGSTOP); }

int TurnServer::count_in_log(const std::string &text) const {
  std::ifstream log(folder_ / "log");
  int count = 0;
  for (std::string line; std::getline(log, line);) count += line.find(text) != std::string::npos;
  return count;
}

}  // namespace peerlane::test
