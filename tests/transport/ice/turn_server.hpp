// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_TRANSPORT_ICE_TURN_SERVER_HPP
#define PEERLANE_TESTS_TRANSPORT_ICE_TURN_SERVER_HPP

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "signaling/ice_server.hpp"

namespace peerlane::test {

/// coturn on 127.0.0.1, UDP and TCP, for as long as the object lives; user "user", password "pass".
/// Any thread.
class TurnServer {
 public:
  /// Null where coturn is not installed or does not start.
  static std::unique_ptr<TurnServer> start();
  ~TurnServer();
  TurnServer(const TurnServer &) = delete;
  TurnServer &operator=(const TurnServer &) = delete;

  IceServerAddress address(IceServerTransport transport,
                           const std::string &password = "pass") const;
  /// From now on it answers nothing.
  void freeze();
  /// How often its log has said so until now.
  int count_in_log(const std::string &text) const;

 private:
  TurnServer(pid_t process, std::uint16_t port, std::filesystem::path folder);

  const pid_t process_;
  const std::uint16_t port_;
  const std::filesystem::path folder_;
};

}  // namespace peerlane::test

#endif  // PEERLANE_TESTS_TRANSPORT_ICE_TURN_SERVER_HPP
