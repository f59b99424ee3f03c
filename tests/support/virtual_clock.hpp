// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_SUPPORT_VIRTUAL_CLOCK_HPP
#define PEERLANE_TESTS_SUPPORT_VIRTUAL_CLOCK_HPP

#include "core/clock.hpp"

namespace peerlane::test {

/// Time that passes only when a test says so. One at a time in a process; lives on the strand.
///
/// While one exists, gettimeofday() follows it, also inside OpenSSL and usrsctp: both read the wall
/// clock for their timers. The wall clock can be stepped on its own, as an operator or NTP does.
class VirtualClock final : public Clock {
 public:
  VirtualClock();
  ~VirtualClock() override;
  VirtualClock(const VirtualClock &) = delete;
  VirtualClock &operator=(const VirtualClock &) = delete;

  TimePoint now() const override;
  void advance(Duration by);
  /// No effect where `to` is past.
  void advance_to(TimePoint to);
  /// Moves gettimeofday() only, in either direction.
  void step_wall_clock(Duration by);
};

}  // namespace peerlane::test

#endif  // PEERLANE_TESTS_SUPPORT_VIRTUAL_CLOCK_HPP
