// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_BENCHMARK_MEASUREMENTS_HPP
#define PEERLANE_TESTS_BENCHMARK_MEASUREMENTS_HPP

#include "options.hpp"

namespace peerlane::benchmark {

// One for each sub-command; false where it could not be measured.
bool measure_throughput(const Options &options);
bool measure_round_trip(const Options &options);
bool measure_connect(const Options &options);
bool measure_scale(const Options &options);
bool measure_fanout(const Options &options);

}  // namespace peerlane::benchmark

#endif  // PEERLANE_TESTS_BENCHMARK_MEASUREMENTS_HPP
