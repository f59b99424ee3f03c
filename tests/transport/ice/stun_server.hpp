// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_TRANSPORT_ICE_STUN_SERVER_HPP
#define PEERLANE_TESTS_TRANSPORT_ICE_STUN_SERVER_HPP

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "signaling/ice_server.hpp"

namespace peerlane::test {

/// A STUN server on 127.0.0.1 that tells everybody that their address is 203.0.113.7, as if a NAT
/// were in between; or one that is silent. Any thread.
class StunServer {
 public:
  enum class Mode { ANSWERS, IGNORES_THE_FIRST, SILENT };
  explicit StunServer(Mode mode = Mode::ANSWERS);
  ~StunServer();
  StunServer(const StunServer &) = delete;
  StunServer &operator=(const StunServer &) = delete;

  /// By literal, or by a name that has to be looked up.
  IceServerAddress address(const std::string &host = "127.0.0.1") const;
  int requests() const { return requests_; }

 private:
  void run();

  const Mode mode_;
  int socket_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> requests_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace peerlane::test

#endif  // PEERLANE_TESTS_TRANSPORT_ICE_STUN_SERVER_HPP
