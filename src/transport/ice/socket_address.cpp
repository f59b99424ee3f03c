// SPDX-License-Identifier: MIT
#include "transport/ice/socket_address.hpp"

#include <arpa/inet.h>

#include <array>
#include <cstring>

namespace peerlane {

std::optional<SocketAddress> SocketAddress::parse(const std::string &literal, std::uint16_t port) {
  SocketAddress made;
  if (inet_pton(AF_INET, literal.c_str(), &made.address_.v4.sin_addr) == 1) {
    made.address_.v4.sin_family = AF_INET;
  } else if (inet_pton(AF_INET6, literal.c_str(), &made.address_.v6.sin6_addr) == 1) {
    made.address_.v6.sin6_family = AF_INET6;
  } else {
    return std::nullopt;
  }
  made.set_port(port);
  return made;
}

std::optional<SocketAddress> SocketAddress::from_native(const sockaddr *native) {
  SocketAddress made;
  if (native == nullptr) return std::nullopt;
  if (native->sa_family == AF_INET) {
    std::memcpy(&made.address_.v4, native, sizeof made.address_.v4);
  } else if (native->sa_family == AF_INET6) {
    std::memcpy(&made.address_.v6, native, sizeof made.address_.v6);
  } else {
    return std::nullopt;
  }
  return made;
}

std::optional<SocketAddress> SocketAddress::of_socket(int descriptor) {
  sockaddr_storage native{};
  socklen_t size = sizeof native;
  if (getsockname(descriptor, reinterpret_cast<sockaddr *>(&native), &size) != 0)
    return std::nullopt;
  return from_native(reinterpret_cast<const sockaddr *>(&native));
}

std::optional<SocketAddress> SocketAddress::of_peer(int descriptor) {
  sockaddr_storage native{};
  socklen_t size = sizeof native;
  if (getpeername(descriptor, reinterpret_cast<sockaddr *>(&native), &size) != 0)
    return std::nullopt;
  return from_native(reinterpret_cast<const sockaddr *>(&native));
}

socklen_t SocketAddress::native_size() const {
  return is_v4() ? sizeof address_.v4 : sizeof address_.v6;
}

std::uint16_t SocketAddress::port() const {
  return ntohs(is_v4() ? address_.v4.sin_port : address_.v6.sin6_port);
}

void SocketAddress::set_port(std::uint16_t port) {
  if (is_v4()) {
    address_.v4.sin_port = htons(port);
  } else {
    address_.v6.sin6_port = htons(port);
  }
}

std::string SocketAddress::literal() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void *bytes =
      is_v4() ? static_cast<const void *>(&address_.v4.sin_addr) : &address_.v6.sin6_addr;
  if (inet_ntop(address_.any.sa_family, bytes, text.data(), text.size()) == nullptr) return {};
  return text.data();
}

std::string SocketAddress::to_string() const {
  std::string text = literal();
  if (is_v6()) text = '[' + text + ']';
  return text + ':' + std::to_string(port());
}

bool SocketAddress::is_loopback() const {
  if (is_v4()) return ntohl(address_.v4.sin_addr.s_addr) >> 24 == 127;
  return IN6_IS_ADDR_LOOPBACK(&address_.v6.sin6_addr);
}

bool SocketAddress::is_link_local() const {
  if (is_v4()) return ntohl(address_.v4.sin_addr.s_addr) >> 16 == 0xa9fe;
  return IN6_IS_ADDR_LINKLOCAL(&address_.v6.sin6_addr);
}

bool SocketAddress::is_unspecified() const {
  if (is_v4()) return address_.v4.sin_addr.s_addr == 0;
  return IN6_IS_ADDR_UNSPECIFIED(&address_.v6.sin6_addr);
}

bool SocketAddress::same_address(const SocketAddress &other) const {
  if (address_.any.sa_family != other.address_.any.sa_family) return false;
  if (is_v4()) return address_.v4.sin_addr.s_addr == other.address_.v4.sin_addr.s_addr;
  return std::memcmp(&address_.v6.sin6_addr, &other.address_.v6.sin6_addr, sizeof(in6_addr)) == 0;
}

}  // namespace peerlane
