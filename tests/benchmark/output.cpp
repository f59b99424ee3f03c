// SPDX-License-Identifier: MIT
#include "output.hpp"

#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdio>

namespace peerlane::benchmark {

namespace {

std::string parameters_of(const Command &command, const Options &options, bool json) {
  std::string text;
  for (const std::string &name : command.options) {
    const std::string value = find_option(name)->value_of(options);
    if (json) {
      text += (text.empty() ? "\"" : ",\"") + name + "\":" + value;
    } else {
      text += " " + name + "=" + value;
    }
  }
  return text;
}

bool on_terminal() {
  static const bool terminal = isatty(STDERR_FILENO) != 0;
  return terminal;
}

}  // namespace

void print_help() {
  std::printf(
      "usage: peerlane-bench COMMAND [OPTION VALUE]... [--repeat N] [--json]\n"
      "       peerlane-bench COMMAND --help\n\n"
      "Measures what the library does on this machine, by its public API. Both peers live in this\n"
      "process and talk over 127.0.0.1.\n\n");
  for (const Command &command : commands()) {
    std::printf("  %-13s %s\n", command.name.c_str(), command.text.c_str());
  }
  std::printf(
      "\n"
      "  --repeat N    runs it N times, each in a process of its own, and prints the medians too\n"
      "  --json        one JSON object in a line for each run, instead of a table\n"
      "  --help        of a command: its options and their defaults\n\n"
      "Each object of --json looks like this; \"kind\" is \"run\", or \"median\" for the last "
      "line\n"
      "of --repeat, where \"run\" is 0. \"parameters\" holds every option of the command.\n"
      "  {\"name\":\"throughput\",\"kind\":\"run\",\"run\":1,\"runs\":1,\n"
      "   \"parameters\":{\"size\":65536,\"threads\":1},\n"
      "   \"metrics\":{\"throughput\":431.2,\"busy_cores\":1.93},\n"
      "   \"units\":{\"throughput\":\"MB/s\",\"busy_cores\":\"cores\"}}\n\n"
      "Units: MB, GB and kB are powers of ten and count payload; %% is of 100. Every command\n"
      "reports busy_cores, CPU time of the process by time on the wall: bulk that keeps fewer\n"
      "cores busy than it has threads has stalled. Exit status: 0, 1 where something could not be\n"
      "measured, 2 for a wrong command line. tests/benchmark/README.md explains every metric.\n");
}

void print_help(const Command &command) {
  std::printf("usage: peerlane-bench %s", command.name.c_str());
  for (const std::string &name : command.options) {
    std::printf(" [--%s %s]", name.c_str(), find_option(name)->placeholder.c_str());
  }
  std::printf(" [--repeat N] [--json]\n\n%s\n\n", command.text.c_str());
  for (const std::string &name : command.options) {
    const OptionRule &rule = *find_option(name);
    std::printf("  --%-18s %s (%s)\n", (name + " " + rule.placeholder).c_str(), rule.text.c_str(),
                rule.value_of(command.defaults).c_str());
  }
}

void print_table(const Command &command, const Options &options, RunNumber number,
                 const Report &report) {
  std::printf("%s%s", command.name.c_str(), parameters_of(command, options, false).c_str());
  if (number.run == 0) std::printf(", median of %d runs", number.runs);
  if (number.run > 0 && number.runs > 1) std::printf(", run %d of %d", number.run, number.runs);
  std::printf("\n");
  for (const Report::Figure &each : report.figures()) {
    // Never as a power of ten.
    const bool large = std::fabs(each.value) >= 1000;
    std::printf(large ? "  %-32s %12.0f %s\n" : "  %-32s %12.4g %s\n", each.name.c_str(),
                each.value, each.unit.c_str());
  }
  std::fflush(stdout);
}

void print_json(const Command &command, const Options &options, RunNumber number,
                const Report &report) {
  std::printf(
      "{\"name\":\"%s\",\"kind\":\"%s\",\"run\":%d,\"runs\":%d,\"parameters\":{%s},\"metrics\":{",
      command.name.c_str(), number.run == 0 ? "median" : "run", number.run, number.runs,
      parameters_of(command, options, true).c_str());
  const char *comma = "";
  for (const Report::Figure &each : report.figures()) {
    std::printf("%s\"%s\":%.6g", comma, each.name.c_str(), each.value);
    comma = ",";
  }
  std::printf("},\"units\":{");
  comma = "";
  for (const Report::Figure &each : report.figures()) {
    std::printf("%s\"%s\":\"%s\"", comma, each.name.c_str(), each.unit.c_str());
    comma = ",";
  }
  std::printf("}}\n");
  std::fflush(stdout);
}

void show_progress(const std::string &phase, double done, double of) {
  using Clock = std::chrono::steady_clock;
  static Clock::time_point last;
  if (!on_terminal() || Clock::now() - last < std::chrono::milliseconds(100)) return;
  last = Clock::now();
  std::fprintf(stderr, "\r\033[K%s: %.3g of %.3g", phase.c_str(), done, of);
  std::fflush(stderr);
}

void clear_progress() {
  if (on_terminal()) std::fputs("\r\033[K", stderr);
}

}  // namespace peerlane::benchmark
