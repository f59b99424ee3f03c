// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_TRANSPORT_ICE_TLS_FRONT_HPP
#define PEERLANE_TESTS_TRANSPORT_ICE_TLS_FRONT_HPP

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <atomic>

#include "signaling/ice_server.hpp"
#include "support/tls_authority.hpp"

namespace peerlane::test {

/// A TLS server on 127.0.0.1, or another address, with a thread of its own: what is behind it is a
/// server without TLS, or a script. Any thread.
class TlsFront {
 public:
  /// What to answer to what was received, which it cuts off as far as it has understood it.
  using Script = std::function<std::string(std::string &received)>;

  TlsFront(const TlsIdentity &identity, Script script);
  /// Before the server that has this port of 127.0.0.1.
  TlsFront(const TlsIdentity &identity, std::uint16_t port_behind,
           const std::string &address = "127.0.0.1");
  /// Breaks every connection off.
  ~TlsFront();
  TlsFront(const TlsFront &) = delete;
  TlsFront &operator=(const TlsFront &) = delete;

  /// As a TURN server, with coturn's credentials.
  IceServerAddress address(const std::string &host = "127.0.0.1") const;
  int connections() const { return count_; }

 private:
  struct Connection;
  TlsFront(const TlsIdentity &identity, Script script, std::uint16_t port_behind,
           const std::string &address);
  void run();
  void accept_one();
  /// False once it is over.
  bool serve(Connection &connection);

  const TlsIdentity &identity_;
  const Script script_;
  const std::uint16_t port_behind_;
  const int listener_;
  const int stop_;
  std::atomic<int> count_{0};
  std::vector<std::unique_ptr<Connection>> connections_;
  std::thread thread_;
};

}  // namespace peerlane::test

#endif  // PEERLANE_TESTS_TRANSPORT_ICE_TLS_FRONT_HPP
