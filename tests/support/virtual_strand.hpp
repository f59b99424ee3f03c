// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_SUPPORT_VIRTUAL_STRAND_HPP
#define PEERLANE_TESTS_SUPPORT_VIRTUAL_STRAND_HPP

#include <cstddef>
#include <functional>

#include "core/timer.hpp"
#include "core/turn_queue.hpp"
#include "support/virtual_clock.hpp"

namespace peerlane::test {

/// The network strand of a test: runs turns and timers on the test's own thread, and where there is
/// nothing to do it jumps to the next deadline instead of sleeping.
class VirtualStrand {
 public:
  using Condition = std::function<bool()>;

  VirtualClock clock;
  TimerQueue timers{clock};
  TurnQueue turns;

  /// One turn: what is due now, else what is due next. False where nothing is left to do.
  bool step();
  /// Until nothing is left; false where something still is after `limit` of virtual time.
  bool drive(Duration limit = std::chrono::minutes(10));
  /// Until `done`; false where it is not after `limit` of virtual time or nothing is left to do.
  /// Time stands at the turn that made it true, or at the end of `limit`.
  bool drive_until(const Condition &done, Duration limit = std::chrono::minutes(1));
  /// Exactly so long, whatever happens meanwhile.
  void drive_for(Duration time);
  /// At most `limit` turns; the number that ran.
  std::size_t drive_bounded(std::size_t limit = 100);
};

}  // namespace peerlane::test

#endif  // PEERLANE_TESTS_SUPPORT_VIRTUAL_STRAND_HPP
