// SPDX-License-Identifier: MIT
#include "support/virtual_clock.hpp"

#include <sys/time.h>
#include <time.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

namespace {

// Global because gettimeofday() is; atomic because a thread of usrsctp may ask, too.
std::atomic<bool> is_virtual{false};
std::atomic<std::int64_t> monotonic_us{0};
std::atomic<std::int64_t> wall_us{0};

// Not zero, so that "some time ago" can be computed; the same in each run, so that runs repeat.
constexpr std::int64_t kMonotonicStart = 3'600'000'000;
constexpr std::int64_t kWallStart = 1'780'000'000'000'000;

}  // namespace

// Replaces the C library's for the executable and for every shared library that it loads.
extern "C" __attribute__((visibility("default"))) int gettimeofday(struct timeval *time,
                                                                   void *) noexcept {
  if (!is_virtual) {
    struct timespec real {};
    ::clock_gettime(CLOCK_REALTIME, &real);
    time->tv_sec = real.tv_sec;
    time->tv_usec = real.tv_nsec / 1000;
    return 0;
  }
  const std::int64_t now = wall_us;
  time->tv_sec = now / 1'000'000;
  time->tv_usec = now % 1'000'000;
  return 0;
}

namespace peerlane::test {

VirtualClock::VirtualClock() {
  if (is_virtual.exchange(true)) std::abort();
  monotonic_us = kMonotonicStart;
  wall_us = kWallStart;
}

VirtualClock::~VirtualClock() { is_virtual = false; }

TimePoint VirtualClock::now() const { return TimePoint(Duration(monotonic_us)); }

void VirtualClock::advance(Duration by) {
  monotonic_us += by.count();
  wall_us += by.count();
}

void VirtualClock::advance_to(TimePoint to) {
  if (to > now()) advance(to - now());
}

void VirtualClock::step_wall_clock(Duration by) { wall_us += by.count(); }

}  // namespace peerlane::test
