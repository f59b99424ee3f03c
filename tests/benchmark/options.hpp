// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_BENCHMARK_OPTIONS_HPP
#define PEERLANE_TESTS_BENCHMARK_OPTIONS_HPP

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace peerlane::benchmark {

class Report;

/// What a measurement is run with. Each command has its own defaults, which finish in seconds.
struct Options {
  int size = 65536;    ///< Bytes of a message.
  int threads = 1;     ///< Network threads.
  int pairs = 1;       ///< Connections between two peers of this process.
  int count = 200;     ///< Repetitions inside the measurement.
  int hz = 60;         ///< Packets per second.
  double seconds = 2;  ///< How long it measures.
  double warmup = 1;   ///< Seconds before that.
  double rtt = 50;     ///< Milliseconds there and back through the relay.
  double loss = 0;     ///< Percent of the datagrams, in each direction.
  std::string wait = "spin";
};

/// How a command line option is written, explained and checked.
struct OptionRule {
  std::string name;         ///< Without the dashes.
  std::string placeholder;  ///< What stands for its value in the usage.
  std::string text;
  std::variant<int Options::*, double Options::*, std::string Options::*> member;
  double minimum = 0;
  double maximum = 0;
  std::vector<std::string> choices = {};  ///< Of a word.

  /// The value as JSON.
  std::string value_of(const Options &options) const;
  /// False where the text is no such value or out of range.
  bool read(const std::string &value, Options &options) const;
};

/// Null for an unknown one.
const OptionRule *find_option(const std::string &name);

/// One measurement of peerlane-bench.
struct Command {
  std::string name;
  std::string text;                  ///< What it measures, in a sentence or two.
  std::vector<std::string> options;  ///< Those that it takes.
  Options defaults;
  /// Throws MeasurementError where it could not be measured.
  void (*measure)(const Options &options, Report &report);
};

const std::vector<Command> &commands();

}  // namespace peerlane::benchmark

#endif  // PEERLANE_TESTS_BENCHMARK_OPTIONS_HPP
