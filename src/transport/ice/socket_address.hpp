// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_ICE_SOCKET_ADDRESS_HPP
#define PEERLANE_TRANSPORT_ICE_SOCKET_ADDRESS_HPP

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>

namespace peerlane {

/// An IPv4 or IPv6 address with a port, as the system's calls take it. Pure value.
class SocketAddress {
 public:
  SocketAddress() = default;
  /// `literal` without brackets and zone.
  static std::optional<SocketAddress> parse(const std::string &literal, std::uint16_t port);
  /// Nothing for families other than the two.
  static std::optional<SocketAddress> from_native(const sockaddr *native);
  /// The address that a socket is bound to.
  static std::optional<SocketAddress> of_socket(int descriptor);
  /// The address of the other end of a connection.
  static std::optional<SocketAddress> of_peer(int descriptor);

  const sockaddr *native() const { return &address_.any; }
  socklen_t native_size() const;

  bool is_v4() const { return address_.any.sa_family == AF_INET; }
  bool is_v6() const { return address_.any.sa_family == AF_INET6; }
  std::uint16_t port() const;
  void set_port(std::uint16_t port);
  std::string literal() const;    ///< Without zone.
  std::string to_string() const;  ///< With brackets where needed, and the port.

  bool is_loopback() const;
  bool is_link_local() const;
  bool is_unspecified() const;
  bool same_address(const SocketAddress &other) const;
  bool operator==(const SocketAddress &other) const {
    return same_address(other) && port() == other.port();
  }

 private:
  union {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
  } address_{};
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_ICE_SOCKET_ADDRESS_HPP
