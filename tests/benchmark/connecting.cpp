// SPDX-License-Identifier: MIT
// From creating both peers to all channels open, one pair after another; and what many connections
// cost.
#include <memory>
#include <thread>
#include <vector>

#include "measurements.hpp"
#include "pair.hpp"
#include "report.hpp"
#include "resources.hpp"

namespace peerlane::benchmark {

namespace {

void settle(std::vector<std::unique_ptr<Pair>> &pairs, double time) {
  const Usage usage;
  while (usage.wall() < time) {
    for (const auto &pair : pairs) pair->poll();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

}  // namespace

bool measure_connect(const Options &options) {
  std::vector<double> samples;
  const Usage usage;
  for (int i = 0; i < options.count; ++i) {
    const auto began = Clock::now();
    Pair pair;
    if (!pair.connect()) return false;
    samples.push_back(1e3 * seconds(Clock::now() - began));
  }
  Report report("connect, " + std::to_string(options.count) + " pairs one after another");
  report.add("p50_ms", percentile(samples, 0.5), "ms");
  report.add("p90_ms", percentile(samples, 0.9), "ms");
  report.add("max_ms", percentile(samples, 1), "ms");
  report.add("total_s", usage.wall(), "s");
  report.add("cpu_ms_per_pair", 1e3 * usage.cpu() / options.count, "ms");
  report.print(options.json);
  return true;
}

bool measure_scale(const Options &options) {
  const double connections = 2.0 * options.pairs;
  {
    // What the first connection of a process costs is paid once.
    Pair first;
    if (!first.connect()) return false;
  }
  std::vector<std::unique_ptr<Pair>> pairs;
  const double memory = resident_bytes();
  const int descriptors = descriptor_count();
  const Usage connecting;
  for (int i = 0; i < options.pairs; ++i) {
    pairs.push_back(std::make_unique<Pair>());
    if (!pairs.back()->connect()) return false;
  }
  const double connected = connecting.wall();
  settle(pairs, 1);
  Report report("scale, " + std::to_string(options.pairs) + " pairs");
  report.add("connect_s", connected, "s");
  report.add("kilobytes_per_connection", (resident_bytes() - memory) / connections / 1e3, "kB");
  report.add("descriptors_per_connection", (descriptor_count() - descriptors) / connections, "");
  report.add("threads", thread_count(), "");
  const Usage idle;
  // Nobody polls: what is measured is the library alone.
  std::this_thread::sleep_for(std::chrono::duration<double>(options.seconds));
  report.add("idle_percent_of_a_core", 100 * idle.cpu() / idle.wall(), "%");
  const Usage closing;
  pairs.clear();
  report.add("close_ms", 1e3 * closing.wall(), "ms");
  report.print(options.json);
  return true;
}

bool measure_fanout(const Options &options) {
  std::vector<std::unique_ptr<Pair>> pairs;
  for (int i = 0; i < options.pairs; ++i) {
    pairs.push_back(std::make_unique<Pair>());
    if (!pairs.back()->connect()) return false;
  }
  settle(pairs, 0.5);
  const PackedByteArray message(100, 0x11);
  PackedByteArray packet;
  const auto frame =
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1.0 / options.hz));
  double sent = 0;
  double received = 0;
  const Usage usage;
  auto next = Clock::now();
  while (usage.wall() < options.seconds) {
    for (const auto &pair : pairs) {
      pair->poll();
      while (pair->unreliable[1]->get_packet(packet)) ++received;
      if (pair->unreliable[0]->put_packet(ByteView(message)) == Error::OK) ++sent;
    }
    next += frame;
    std::this_thread::sleep_until(next);
  }
  Report report("fan-out, " + std::to_string(options.pairs) + " pairs at " +
                std::to_string(options.hz) + " Hz");
  report.add("cpu_us_per_message", sent > 0 ? 1e6 * usage.cpu() / sent : 0, "us");
  report.add("received_share", sent > 0 ? received / sent : 0, "");
  report.print(options.json);
  return received > 0;
}

}  // namespace peerlane::benchmark
