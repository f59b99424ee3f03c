// SPDX-License-Identifier: MIT
// The relay on its own, for two peers of another process that lead their candidates through it.
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

#include "measurements.hpp"
#include "relay.hpp"
#include "resources.hpp"

namespace peerlane::benchmark {

// Lines on standard input until its end: `first CANDIDATE` and `second CANDIDATE`, each answered by
// a line with the candidate that the other peer gets, empty for one that leads nowhere; `loss
// PERCENT` from now on.
void measure_relay(const Options &options, Report &report) {
  Relay relay({options.rtt, options.loss});
  const Usage usage;
  for (std::string line; std::getline(std::cin, line);) {
    const std::size_t space = line.find(' ');
    const std::string verb = line.substr(0, space);
    const std::string rest = space == std::string::npos ? "" : line.substr(space + 1);
    if (verb == "loss") {
      relay.set_loss(std::atof(rest.c_str()));
    } else if (verb == "first" || verb == "second") {
      std::printf("%s\n", relay.candidate(verb == "first", rest).c_str());
      std::fflush(stdout);
    } else {
      throw MeasurementError("the relay does not understand: " + line);
    }
  }
  const Relay::Counters counters = relay.counters();
  report.add("relay_lost", counters.lost, "");
  report.add("relay_overflowed", counters.overflowed, "");
  report.add("peers_overflowed", counters.peers_overflowed, "");
  report.add("relay_late_p99", counters.late_p99_ms, "ms");
  report.add("relay_late_max", counters.late_max_ms, "ms");
  report.add("busy_cores", usage.cpu() / usage.wall(), "cores");
}

}  // namespace peerlane::benchmark
