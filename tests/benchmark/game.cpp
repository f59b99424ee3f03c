// SPDX-License-Identifier: MIT
// How long game packets are under way: over a bad path, and next to bulk.
#include <algorithm>

#include "game_traffic.hpp"
#include "measurements.hpp"
#include "relay.hpp"

namespace peerlane::benchmark {

namespace {

/// A pair and its own relay.
struct RelayedPair {
  explicit RelayedPair(double rtt_ms)
      : relay({rtt_ms, 0}), pair([this](bool from_first, const std::string &candidate) {
          return relay.candidate(from_first, candidate);
        }) {
    pair.connect();
  }
  Relay relay;
  Pair pair;
};

/// The reliable and the unreliable lane of one connection, with or without bulk next to them.
struct SharedRun {
  SharedRun(const Options &options, bool with_bulk) : path(options.rtt), game(options) {
    game.add_lane(path.pair, &Pair::unreliable);
    game.add_lane(path.pair, &Pair::reliable);
    if (with_bulk) game.add_bulk(path.pair);
    path.relay.set_loss(options.loss);
    game.play(with_bulk ? "game next to bulk, seconds" : "game alone, seconds");
  }
  RelayedPair path;
  GameTraffic game;
};

}  // namespace

void measure_game(const Options &options, Report &report) {
  // Connections of their own: on one, the acknowledgements of one lane would help the other.
  RelayedPair unreliable(options.rtt);
  RelayedPair reliable(options.rtt);
  GameTraffic game(options);
  game.add_lane(unreliable.pair, &Pair::unreliable);
  game.add_lane(reliable.pair, &Pair::reliable);
  unreliable.relay.set_loss(options.loss);
  reliable.relay.set_loss(options.loss);
  const Usage usage;
  game.play("game, seconds");
  const double busy = usage.cpu() / usage.wall();
  report_lane(report, "unreliable", game.lane(0));
  report_lane(report, "reliable", game.lane(1));
  const auto a = unreliable.relay.counters();
  const auto b = reliable.relay.counters();
  report.add("relay_lost", a.lost + b.lost, "");
  report.add("relay_overflowed", a.overflowed + b.overflowed, "");
  report.add("relay_late_p99", std::max(a.late_p99_ms, b.late_p99_ms), "ms");
  report.add("relay_late_max", std::max(a.late_max_ms, b.late_max_ms), "ms");
  report.add("busy_cores", busy, "cores");
}

void measure_head_of_line(const Options &options, Report &report) {
  const SharedRun alone(options, false);
  const Usage usage;
  SharedRun busy(options, true);
  const double cores = usage.cpu() / usage.wall();
  const char *names[2] = {"unreliable", "reliable"};
  for (std::size_t i = 0; i < 2; ++i) {
    const std::string name = names[i];
    const auto &quiet_lane = alone.game.lane(i);
    const auto &busy_lane = busy.game.lane(i);
    report_lane(report, name + "_alone", quiet_lane);
    report_lane(report, name + "_bulk", busy_lane);
    report.add(name + "_added_p99",
               percentile(busy_lane.delays, 0.99) - percentile(quiet_lane.delays, 0.99), "ms");
  }
  report.add("bulk_throughput", busy.game.bulk_bytes() / options.seconds / 1e6, "MB/s");
  const auto stats = stats_of(*busy.path.pair.first);
  report.add("retransmissions", static_cast<double>(stats.retransmissions), "");
  report.add("smoothed_round_trip", 1e3 * stats.round_trip_time, "ms");
  const auto relay = busy.path.relay.counters();
  report.add("relay_overflowed", relay.overflowed, "");
  report.add("peers_overflowed", relay.peers_overflowed, "");
  report.add("relay_late_p99", relay.late_p99_ms, "ms");
  report.add("relay_late_max", relay.late_max_ms, "ms");
  report.add("busy_cores", cores, "cores");
}

}  // namespace peerlane::benchmark
