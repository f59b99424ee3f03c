// SPDX-License-Identifier: MIT
// Bulk on loopback, and over a long path.
#include <cmath>
#include <optional>

#include "bulk.hpp"
#include "measurements.hpp"
#include "relay.hpp"
#include "resources.hpp"

namespace peerlane::benchmark {

namespace {

struct Flow {
  double bytes = 0;
  double messages = 0;
  double wall = 0;
  double cpu = 0;
  double throughput() const { return bytes / wall / 1e6; }
};

Flow measure_flow(Pairs &pairs, const Options &options, double time, const char *phase) {
  const BulkSender sender(pairs, options.size);
  BulkReceiver receiver(pairs);
  // Slow start and first touches of memory are not what bulk is about.
  receiver.receive_for(options.warmup, "warm-up, seconds");
  const Usage usage;
  receiver.receive_for(time, phase);
  const Flow flow{receiver.bytes, receiver.messages, usage.wall(), usage.cpu()};
  if (flow.bytes == 0) throw MeasurementError("nothing arrived");
  return flow;
}

struct RelayedFlow {
  Flow flow;
  Relay::Counters relay;
  PeerConnectionStats stats;  ///< Of the sender, at the end.
};

RelayedFlow measure_relayed(const Relay::Path &path, const Options &options, double time,
                            const char *phase) {
  // The association knows the delay from its beginning; losses during the set-up would only make
  // its duration random.
  Relay relay({path.rtt_ms, 0});
  Pairs pairs;
  pairs.push_back(std::make_unique<Pair>([&relay](bool from_first, const std::string &candidate) {
    return relay.candidate(from_first, candidate);
  }));
  pairs.front()->connect();
  relay.set_loss(path.loss_percent);
  const Flow flow = measure_flow(pairs, options, time, phase);
  return {flow, relay.counters(), stats_of(*pairs.front()->first)};
}

}  // namespace

void measure_throughput(const Options &options, Report &report) {
  Pairs pairs = connect_pairs(options.pairs);
  const Flow flow = measure_flow(pairs, options, options.seconds, "bulk, seconds");
  report.add("throughput", flow.throughput(), "MB/s");
  report.add("messages", flow.messages / flow.wall, "1/s");
  report.add("cpu_per_gigabyte", flow.cpu / (flow.bytes / 1e9), "s/GB");
  report.add("cpu_per_message", 1e6 * flow.cpu / flow.messages, "us");
  report.add("busy_cores", flow.cpu / flow.wall, "cores");
}

void measure_wan(const Options &options, Report &report) {
  const auto control = measure_relayed({0, 0}, options, std::min(options.seconds, 2.0),
                                       "control run without delay, seconds");
  const auto path = measure_relayed({options.rtt, options.loss}, options, options.seconds,
                                    "bulk over the long path, seconds");
  report.add("throughput", path.flow.throughput(), "MB/s");
  report.add("cpu_per_gigabyte", path.flow.cpu / (path.flow.bytes / 1e9), "s/GB");
  if (options.loss > 0 && options.rtt > 0) {
    // Mathis, Semke, Mahdavi and Ott, 1997: what one loss in so many packets leaves of Reno.
    const double bound = 1100 / (1e-3 * options.rtt) * 1.22 / std::sqrt(options.loss / 100);
    report.add("reno_bound", bound / 1e6, "MB/s");
  }
  report.add("retransmissions", static_cast<double>(path.stats.retransmissions), "");
  report.add("congestion_window", 1e-3 * static_cast<double>(path.stats.congestion_window), "kB");
  // Above the path's own by what stands in queues.
  report.add("smoothed_round_trip", 1e3 * path.stats.round_trip_time, "ms");
  report.add("relay_lost", path.relay.lost, "");
  // Both must be next to nothing, or the relay was measured.
  report.add("relay_overflowed", path.relay.overflowed + control.relay.overflowed, "");
  report.add("peers_overflowed", path.relay.peers_overflowed, "");
  report.add("relay_late_p99", path.relay.late_p99_ms, "ms");
  report.add("relay_late_max", path.relay.late_max_ms, "ms");
  report.add("control_throughput", control.flow.throughput(), "MB/s");
  report.add("busy_cores", path.flow.cpu / path.flow.wall, "cores");
}

}  // namespace peerlane::benchmark
