// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_API_REAL_PAIR_HPP
#define PEERLANE_TESTS_API_REAL_PAIR_HPP

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "peerlane/peerlane.hpp"

namespace peerlane::test {

/// Loopback only: nothing depends on the machine's network.
Configuration local_configuration();

/// Two connections on the real network, wired to each other as the tutorial does, and driven by
/// their wake-ups.
class RealPair {
 public:
  explicit RealPair(const Configuration &configuration = local_configuration());
  RealPair(const Configuration &a_configuration, const Configuration &b_configuration);
  ~RealPair();

  /// Polls both until that holds; false after 30 seconds, which only a defect needs.
  bool drive_until(const std::function<bool()> &done);
  /// Offer of `a`, then until both read CONNECTED.
  bool connect();
  /// The same channel at both ends: negotiated, of that id.
  void make_lane(int id, const DataChannelOptions &options = {});
  /// connect(), and the lane made last is open at both ends.
  bool open_lane();

  std::shared_ptr<PeerConnection> a, b;
  std::shared_ptr<DataChannel> lane_a, lane_b;
  std::vector<std::shared_ptr<DataChannel>> received_by_a, received_by_b;
  std::vector<std::string> errors;

 private:
  void wire();
  void wake();

  // Shared with the handlers.
  std::mutex lock_;
  std::condition_variable signal_;
  bool awake_ = false;
};

}  // namespace peerlane::test

#endif  // PEERLANE_TESTS_API_REAL_PAIR_HPP
