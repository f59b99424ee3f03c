// SPDX-License-Identifier: MIT
// peerlane-bench: what the library does on this machine, by its public API only.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>

#include "measurements.hpp"

namespace {

using peerlane::benchmark::Options;

int usage() {
  std::fputs(
      "usage: peerlane-bench COMMAND [--json]\n"
      "  throughput [--size BYTES] [--threads N] [--seconds S]\n"
      "  messages   [--threads N] [--seconds S]          64-byte messages\n"
      "  rtt        [--wait spin|block] [--threads N] [--seconds S]\n"
      "  connect    [--count N]\n"
      "  scale      [--pairs N] [--seconds S]            memory, descriptors, threads, idle CPU, "
      "closing\n"
      "  fanout     [--pairs N] [--hz N] [--seconds S]\n",
      stderr);
  return 2;
}

/// False for an option that is not known or has no value.
bool read_options(int count, char **arguments, Options &options) {
  for (int i = 2; i < count; ++i) {
    const std::string name = arguments[i];
    if (name == "--json") {
      options.json = true;
      continue;
    }
    if (i + 1 >= count) return false;
    const char *value = arguments[++i];
    if (name == "--size") {
      options.size = std::strtoul(value, nullptr, 10);
    } else if (name == "--threads") {
      options.threads = std::atoi(value);
    } else if (name == "--seconds") {
      options.seconds = std::atof(value);
    } else if (name == "--count") {
      options.count = std::atoi(value);
    } else if (name == "--pairs") {
      options.pairs = std::atoi(value);
    } else if (name == "--hz") {
      options.hz = std::atoi(value);
    } else if (name == "--wait") {
      options.spin = std::strcmp(value, "spin") == 0;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

int main(int count, char **arguments) {
  Options options;
  if (count < 2 || !read_options(count, arguments, options)) return usage();
  const std::string command = arguments[1];
  if (command == "messages") options.size = 64;
  using Measurement = bool (*)(const Options &);
  const std::map<std::string, Measurement> commands = {
      {"throughput", peerlane::benchmark::measure_throughput},
      {"messages", peerlane::benchmark::measure_throughput},
      {"rtt", peerlane::benchmark::measure_round_trip},
      {"connect", peerlane::benchmark::measure_connect},
      {"scale", peerlane::benchmark::measure_scale},
      {"fanout", peerlane::benchmark::measure_fanout}};
  const auto found = commands.find(command);
  if (found == commands.end()) return usage();
  if (found->second(options)) return 0;
  std::fprintf(stderr, "peerlane-bench: %s could not be measured\n", command.c_str());
  return 1;
}
