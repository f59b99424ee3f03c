// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_BENCHMARK_PAIR_HPP
#define PEERLANE_TESTS_BENCHMARK_PAIR_HPP

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "peerlane/peerlane.hpp"

namespace peerlane::benchmark {

/// Two peers of one process, joined over loopback by negotiated channels: 1 reliable, 2 unreliable
/// and unordered, 3 reliable for bulk.
struct Pair {
  /// Rewrites a candidate on its way to the other peer, for example to lead through a relay; ""
  /// drops it.
  using CandidateFilter = std::function<std::string(bool from_first, const std::string &candidate)>;

  explicit Pair(const CandidateFilter &filter = {});

  /// Throws MeasurementError where the channels are not open in time.
  void connect(std::chrono::milliseconds patience = std::chrono::seconds(10));
  void start();
  bool open() const;
  void poll() {
    first->poll();
    second->poll();
  }

  std::shared_ptr<PeerConnection> first, second;
  std::shared_ptr<DataChannel> reliable[2], unreliable[2], bulk[2];
};

/// What the connection tells now: a busy one answers with what it was asked for the time before.
PeerConnectionStats stats_of(const PeerConnection &connection);

/// So many, connected one after another.
std::vector<std::unique_ptr<Pair>> connect_pairs(int count);

}  // namespace peerlane::benchmark

#endif  // PEERLANE_TESTS_BENCHMARK_PAIR_HPP
