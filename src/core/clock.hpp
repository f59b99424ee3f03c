// SPDX-License-Identifier: MIT
#ifndef PEERLANE_CORE_CLOCK_HPP
#define PEERLANE_CORE_CLOCK_HPP

#include <chrono>

namespace peerlane {

/// Time as every layer sees it: monotonic, from an arbitrary beginning.
using Duration = std::chrono::microseconds;
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// Where a layer reads the time. The network strand uses the system's monotonic clock, tests a
/// virtual one.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;
};

/// The system's monotonic clock. Any thread.
class SteadyClock final : public Clock {
 public:
  TimePoint now() const override {
    return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now());
  }
};

}  // namespace peerlane

#endif  // PEERLANE_CORE_CLOCK_HPP
