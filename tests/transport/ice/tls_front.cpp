// SPDX-License-Identifier: MIT
#include "transport/ice/tls_front.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "support/tls_server_end.hpp"
#include "transport/ice/socket_address.hpp"

namespace peerlane::test {

namespace {

int listen_on(const std::string &address) {
  const auto any = *SocketAddress::parse(address, 0);
  const int listener = socket(any.native()->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bind(listener, any.native(), any.native_size());
  listen(listener, 64);
  return listener;
}

int connect_to(std::uint16_t port) {
  const auto server = *SocketAddress::parse("127.0.0.1", port);
  const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  connect(connection, server.native(), server.native_size());
  return connection;
}

/// False at the end of the connection. Blocks where nothing is there.
bool take_more(int descriptor, std::string &to) {
  std::array<char, 65536> buffer{};
  const ssize_t size = recv(descriptor, buffer.data(), buffer.size(), 0);
  if (size > 0) to.append(buffer.data(), static_cast<std::size_t>(size));
  return size > 0;
}

void send_all(int descriptor, std::string bytes) {
  while (!bytes.empty()) {
    const ssize_t size = send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size <= 0) return;
    bytes.erase(0, static_cast<std::size_t>(size));
  }
}

}  // namespace

struct TlsFront::Connection {
  Connection(int accepted, const TlsIdentity &identity) : client(accepted), tls(identity) {}
  ~Connection() {
    close(client);
    if (behind >= 0) close(behind);
  }
  const int client;
  int behind = -1;
  TlsServerEnd tls;
  std::size_t carried = 0;  // Of what the client sent.
  std::string unanswered;   // Of the script.
  short client_ready = 0;
  short behind_ready = 0;
};

TlsFront::TlsFront(const TlsIdentity &identity, Script script)
    : TlsFront(identity, std::move(script), 0, "127.0.0.1") {}

TlsFront::TlsFront(const TlsIdentity &identity, std::uint16_t port_behind,
                   const std::string &address)
    : TlsFront(identity, nullptr, port_behind, address) {}

TlsFront::TlsFront(const TlsIdentity &identity, Script script, std::uint16_t port_behind,
                   const std::string &address)
    : identity_(identity),
      script_(std::move(script)),
      port_behind_(port_behind),
      listener_(listen_on(address)),
      stop_(eventfd(0, EFD_CLOEXEC)),
      thread_([this] { run(); }) {}

TlsFront::~TlsFront() {
  eventfd_write(stop_, 1);
  thread_.join();
  close(listener_);
  close(stop_);
}

IceServerAddress TlsFront::address(const std::string &host) const {
  IceServerAddress address;
  address.scheme = IceServerScheme::TURNS;
  address.host = host;
  address.is_literal = SocketAddress::parse(host, 0).has_value();
  address.port = SocketAddress::of_socket(listener_)->port();
  address.transport = IceServerTransport::TCP;
  address.username = "user";
  address.credential = "pass";
  return address;
}

void TlsFront::run() {
  for (;;) {
    std::vector<pollfd> wanted = {{stop_, POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const auto &each : connections_) {
      wanted.push_back({each->client, POLLIN, 0});
      wanted.push_back({each->behind, POLLIN, 0});
    }
    if (poll(wanted.data(), wanted.size(), -1) < 0) continue;
    if (wanted[0].revents != 0) break;
    std::size_t at = 2;
    for (const auto &each : connections_) {
      each->client_ready = wanted[at++].revents;
      each->behind_ready = wanted[at++].revents;
    }
    std::erase_if(connections_, [this](const auto &each) { return !serve(*each); });
    if (wanted[1].revents != 0) accept_one();
  }
  connections_.clear();
}

void TlsFront::accept_one() {
  const int accepted = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (accepted < 0) return;
  ++count_;
  connections_.push_back(std::make_unique<Connection>(accepted, identity_));
  if (!script_) connections_.back()->behind = connect_to(port_behind_);
}

bool TlsFront::serve(Connection &connection) {
  std::string bytes;
  if (connection.client_ready != 0) {
    if (!take_more(connection.client, bytes)) return false;
    connection.tls.receive(bytes);
    const std::string plaintext = connection.tls.received().substr(connection.carried);
    connection.carried += plaintext.size();
    if (script_) {
      connection.unanswered += plaintext;
      const std::string answer = script_(connection.unanswered);
      if (!answer.empty()) connection.tls.write(answer);
    } else {
      send_all(connection.behind, plaintext);
    }
  }
  bytes.clear();
  if (connection.behind_ready != 0) {
    if (!take_more(connection.behind, bytes)) return false;
    connection.tls.write(bytes);
  }
  send_all(connection.client, connection.tls.take_output());
  return !connection.tls.closed() && connection.tls.error().empty();
}

}  // namespace peerlane::test
