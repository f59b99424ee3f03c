// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_BENCHMARK_ALLOCATION_COUNT_HPP
#define PEERLANE_TESTS_BENCHMARK_ALLOCATION_COUNT_HPP

#include <cstdint>

namespace peerlane::benchmark {

/// Calls of the whole process, on all threads.
struct Allocations {
  std::uint64_t by_new = 0;     ///< operator new: C++, which is peerlane itself and this program.
  std::uint64_t by_malloc = 0;  ///< malloc, calloc, realloc: usrsctp, OpenSSL, GLib, libnice.
};

/// False where this build cannot count: under a sanitizer, or without glibc.
bool allocations_are_counted();

/// Counts from its construction to `stop`. One at a time.
class AllocationCount {
 public:
  AllocationCount();
  Allocations stop();
};

}  // namespace peerlane::benchmark

#endif  // PEERLANE_TESTS_BENCHMARK_ALLOCATION_COUNT_HPP
