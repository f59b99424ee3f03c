// SPDX-License-Identifier: MIT
#include "options.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace peerlane::benchmark {

namespace {

const std::vector<OptionRule> &rules() {
  static const std::vector<OptionRule> all = {
      {"size", "BYTES", "of each message", &Options::size, 16, 262144},
      {"threads", "N", "network threads of the process", &Options::threads, 1, 64},
      {"pairs", "N", "connections at once, each with both its ends in this process",
       &Options::pairs, 1, 10000},
      {"count", "N", "how many", &Options::count, 1, 1e6},
      {"hz", "N", "packets per second and channel", &Options::hz, 1, 1000},
      {"seconds", "S", "how long it measures", &Options::seconds, 0.01, 3600},
      {"warmup", "S", "how long it runs before that", &Options::warmup, 0, 3600},
      {"rtt", "MS", "the relay's delay, there and back", &Options::rtt, 0, 10000},
      {"loss", "PERCENT", "what the relay loses, in each direction", &Options::loss, 0, 90},
      {"wait",
       "spin|block",
       "the application polls in a tight loop, or sleeps in wait()",
       &Options::wait,
       0,
       0,
       {"spin", "block"}},
  };
  return all;
}

}  // namespace

std::string OptionRule::value_of(const Options &options) const {
  if (const auto *word = std::get_if<std::string Options::*>(&member)) {
    return '"' + options.*(*word) + '"';
  }
  const auto *whole = std::get_if<int Options::*>(&member);
  char text_of_it[32];
  std::snprintf(text_of_it, sizeof text_of_it, "%.10g",
                whole ? options.*(*whole) : options.*std::get<double Options::*>(member));
  return text_of_it;
}

bool OptionRule::read(const std::string &value, Options &options) const {
  if (const auto *word = std::get_if<std::string Options::*>(&member)) {
    options.*(*word) = value;
    return std::find(choices.begin(), choices.end(), value) != choices.end();
  }
  char *end = nullptr;
  const double number = std::strtod(value.c_str(), &end);
  if (value.empty() || *end != '\0' || !(number >= minimum && number <= maximum)) return false;
  if (const auto *whole = std::get_if<int Options::*>(&member)) {
    options.*(*whole) = static_cast<int>(number);
    return options.*(*whole) == number;
  }
  options.*std::get<double Options::*>(member) = number;
  return true;
}

const OptionRule *find_option(const std::string &name) {
  for (const OptionRule &rule : rules()) {
    if (rule.name == name) return &rule;
  }
  return nullptr;
}

}  // namespace peerlane::benchmark
