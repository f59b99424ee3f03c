// SPDX-License-Identifier: MIT
#ifndef PEERLANE_CORE_STATS_SNAPSHOT_HPP
#define PEERLANE_CORE_STATS_SNAPSHOT_HPP

#include <mutex>

#include "peerlane/stats.hpp"

namespace peerlane {

/// What the strand last said about a connection: for an API side that cannot wait until the strand
/// is free. Any thread.
class StatsSnapshot {
 public:
  void set(PeerConnectionStats stats);
  PeerConnectionStats get() const;

 private:
  mutable std::mutex lock_;
  PeerConnectionStats stats_;
};

}  // namespace peerlane

#endif  // PEERLANE_CORE_STATS_SNAPSHOT_HPP
