// SPDX-License-Identifier: MIT
#include "core/stats_snapshot.hpp"

#include <utility>

namespace peerlane {

void StatsSnapshot::set(PeerConnectionStats stats) {
  const std::lock_guard guard(lock_);
  std::swap(stats_, stats);
}

PeerConnectionStats StatsSnapshot::get() const {
  const std::lock_guard guard(lock_);
  return stats_;
}

}  // namespace peerlane
