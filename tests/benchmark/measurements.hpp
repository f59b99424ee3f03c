// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_BENCHMARK_MEASUREMENTS_HPP
#define PEERLANE_TESTS_BENCHMARK_MEASUREMENTS_HPP

#include "options.hpp"
#include "report.hpp"

namespace peerlane::benchmark {

// One for each command. They throw MeasurementError where something could not be measured.
void measure_throughput(const Options &options, Report &report);
void measure_wan(const Options &options, Report &report);
void measure_game(const Options &options, Report &report);
void measure_head_of_line(const Options &options, Report &report);
void measure_pause(const Options &options, Report &report);
void measure_allocations(const Options &options, Report &report);
void measure_relay(const Options &options, Report &report);
void measure_limits(const Options &options, Report &report);
void measure_round_trip(const Options &options, Report &report);
void measure_connect(const Options &options, Report &report);
void measure_scale(const Options &options, Report &report);
void measure_idle(const Options &options, Report &report);
void measure_fanout(const Options &options, Report &report);

}  // namespace peerlane::benchmark

#endif  // PEERLANE_TESTS_BENCHMARK_MEASUREMENTS_HPP
