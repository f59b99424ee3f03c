// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_BENCHMARK_OUTPUT_HPP
#define PEERLANE_TESTS_BENCHMARK_OUTPUT_HPP

#include <string>

#include "options.hpp"
#include "report.hpp"

namespace peerlane::benchmark {

void print_help();
void print_help(const Command &command);

/// `run` counts from 1; 0 stands for the median of `runs`.
struct RunNumber {
  int run = 1;
  int runs = 1;
};
void print_table(const Command &command, const Options &options, RunNumber number,
                 const Report &report);
/// One object in one line.
void print_json(const Command &command, const Options &options, RunNumber number,
                const Report &report);

/// One line on standard error that is written over again and again; nothing where that is no
/// terminal. `of` is the end of the phase, in the unit of `done`.
void show_progress(const std::string &phase, double done, double of);
void clear_progress();

}  // namespace peerlane::benchmark

#endif  // PEERLANE_TESTS_BENCHMARK_OUTPUT_HPP
