// SPDX-License-Identifier: MIT
#include "transport/ice/stun_server.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "transport/ice/socket_address.hpp"

namespace peerlane::test {

namespace {

/// A success response with XOR-MAPPED-ADDRESS 203.0.113.7 and the port that the request came from.
std::array<std::uint8_t, 32> answer_to(const std::array<std::uint8_t, 20> &request,
                                       std::uint16_t port) {
  std::array<std::uint8_t, 32> answer{};
  std::copy(request.begin(), request.end(), answer.begin());
  const std::array<std::uint8_t, 8> attribute = {0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0, 0};
  const std::array<std::uint8_t, 6> value = {
      static_cast<std::uint8_t>(port >> 8), static_cast<std::uint8_t>(port & 0xff), 203, 0, 113, 7};
  answer[0] = 0x01;
  answer[1] = 0x01;
  answer[3] = 12;
  std::copy(attribute.begin(), attribute.end(), answer.begin() + 20);
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::uint8_t mask = answer[4 + (i < 2 ? i : i - 2)];
    answer[26 + i] = static_cast<std::uint8_t>(value[i] ^ mask);
  }
  return answer;
}

}  // namespace

StunServer::StunServer(Mode mode) : mode_(mode) {
  const auto any_port = *SocketAddress::parse("127.0.0.1", 0);
  socket_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (bind(socket_, any_port.native(), any_port.native_size()) == 0) {
    port_ = SocketAddress::of_socket(socket_)->port();
  }
  thread_ = std::thread([this] { run(); });
}

StunServer::~StunServer() {
  stopping_ = true;
  // Wakes the thread.
  const auto own = *SocketAddress::parse("127.0.0.1", port_);
  sendto(socket_, "", 1, 0, own.native(), own.native_size());
  thread_.join();
  close(socket_);
}

IceServerAddress StunServer::address(const std::string &host) const {
  IceServerAddress address;
  address.host = host;
  address.is_literal = SocketAddress::parse(host, 0).has_value();
  address.port = port_;
  return address;
}

void StunServer::run() {
  while (!stopping_) {
    std::array<std::uint8_t, 20> request{};
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    auto *sender = reinterpret_cast<sockaddr *>(&from);
    if (recvfrom(socket_, request.data(), request.size(), 0, sender, &size) != 20) continue;
    const int number = ++requests_;
    if (mode_ == Mode::SILENT || (mode_ == Mode::IGNORES_THE_FIRST && number == 1)) continue;
    const auto answer = answer_to(request, SocketAddress::from_native(sender)->port());
    sendto(socket_, answer.data(), answer.size(), 0, sender, size);
  }
}

}  // namespace peerlane::test
