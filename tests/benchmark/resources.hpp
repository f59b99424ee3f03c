// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_BENCHMARK_RESOURCES_HPP
#define PEERLANE_TESTS_BENCHMARK_RESOURCES_HPP

#include <chrono>

namespace peerlane::benchmark {

using Clock = std::chrono::steady_clock;

inline double seconds(Clock::duration time) { return std::chrono::duration<double>(time).count(); }

/// CPU seconds of all threads of this process so far.
double cpu_seconds();
/// How often a thread of this process has slept so far; being preempted is not counted.
double sleeps();
/// Memory that the process holds at this moment, in bytes.
double resident_bytes();
int thread_count();
int descriptor_count();

/// Wall and CPU time since its construction: a measurement that stalled shows by its busy cores.
class Usage {
 public:
  Usage() : began_(Clock::now()), cpu_began_(cpu_seconds()) {}
  double wall() const { return seconds(Clock::now() - began_); }
  double cpu() const { return cpu_seconds() - cpu_began_; }

 private:
  Clock::time_point began_;
  double cpu_began_;
};

}  // namespace peerlane::benchmark

#endif  // PEERLANE_TESTS_BENCHMARK_RESOURCES_HPP
