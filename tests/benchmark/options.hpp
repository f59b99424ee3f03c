// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_BENCHMARK_OPTIONS_HPP
#define PEERLANE_TESTS_BENCHMARK_OPTIONS_HPP

#include <cstddef>

namespace peerlane::benchmark {

/// What the command line says, with defaults that finish in seconds.
struct Options {
  std::size_t size = 65536;  ///< Bytes of a message.
  int threads = 1;           ///< Network threads.
  int count = 200;
  int pairs = 200;
  int hz = 60;
  double seconds = 2;
  double rtt_ms = 50;
  double loss_percent = 0;
  bool spin = true;  ///< The application polls in a tight loop; else it blocks in wait().
  bool json = false;
};

}  // namespace peerlane::benchmark

#endif  // PEERLANE_TESTS_BENCHMARK_OPTIONS_HPP
