// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_CHANNEL_MANUAL_CLOCK_HPP
#define PEERLANE_TESTS_CHANNEL_MANUAL_CLOCK_HPP

#include "core/clock.hpp"
#include "core/timer.hpp"

namespace peerlane::test {

/// Time that passes only when a test says so, and touches nothing else in the process.
class ManualClock final : public Clock {
 public:
  TimePoint now() const override { return now_; }
  /// Runs the timers that expire meanwhile, each at its own time.
  void advance(TimerQueue &timers, Duration by) {
    const TimePoint end = now_ + by;
    while (timers.next_deadline() <= end) {
      if (timers.next_deadline() > now_) now_ = timers.next_deadline();
      timers.run_expired();
    }
    now_ = end;
  }

 private:
  TimePoint now_ = TimePoint(std::chrono::hours(1));
};

}  // namespace peerlane::test

#endif  // PEERLANE_TESTS_CHANNEL_MANUAL_CLOCK_HPP
