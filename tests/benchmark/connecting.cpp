// SPDX-License-Identifier: MIT
// From creating both peers to all channels open, one pair after another; and what many connections
// cost, at rest and at a server's load.
#include <algorithm>
#include <memory>
#include <thread>
#include <vector>

#include "bulk.hpp"
#include "measurements.hpp"
#include "output.hpp"
#include "resources.hpp"

namespace peerlane::benchmark {

namespace {

void settle(Pairs &pairs, double time) {
  const Usage usage;
  while (usage.wall() < time) {
    show_progress("settling, seconds", usage.wall(), time);
    for (const auto &pair : pairs) pair->poll();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

}  // namespace

void measure_connect(const Options &options, Report &report) {
  std::vector<double> samples;
  const Usage usage;
  for (int i = 0; i < options.count; ++i) {
    show_progress("pairs", i, options.count);
    const auto began = Clock::now();
    Pair pair;
    pair.connect();
    samples.push_back(1e3 * seconds(Clock::now() - began));
  }
  report.add("connect_p50", percentile(samples, 0.5), "ms");
  report.add("connect_p90", percentile(samples, 0.9), "ms");
  report.add("connect_p99", percentile(samples, 0.99), "ms");
  report.add("connect_max", percentile(samples, 1), "ms");
  report.add("total", usage.wall(), "s");
  report.add("cpu_per_pair", 1e3 * usage.cpu() / options.count, "ms");
  report.add("busy_cores", usage.cpu() / usage.wall(), "cores");
}

void measure_scale(const Options &options, Report &report) {
  const double connections = 2.0 * options.pairs;
  // What the first connection of a process costs is paid once.
  Pair().connect();
  const double memory = resident_bytes();
  const int descriptors = descriptor_count();
  const Usage usage;
  Pairs pairs = connect_pairs(options.pairs);
  const double connected = usage.wall();
  settle(pairs, 1);
  report.add("connect_total", connected, "s");
  report.add("memory_per_connection", (resident_bytes() - memory) / connections / 1e3, "kB");
  report.add("descriptors_per_connection", (descriptor_count() - descriptors) / connections, "");
  report.add("threads", thread_count(), "");
  const Usage closing;
  pairs.clear();
  report.add("close_total", 1e3 * closing.wall(), "ms");
  report.add("busy_cores", usage.cpu() / usage.wall(), "cores");
}

void measure_idle(const Options &options, Report &report) {
  Pairs pairs = connect_pairs(options.pairs);
  settle(pairs, options.warmup);
  const Usage usage;
  // Nobody polls: what is measured is the library alone.
  while (usage.wall() < options.seconds) {
    const auto left = std::chrono::duration<double>(options.seconds - usage.wall());
    std::this_thread::sleep_for(std::min(left, std::chrono::duration<double>(0.5)));
    show_progress("idle, seconds", usage.wall(), options.seconds);
  }
  const double busy = usage.cpu() / usage.wall();
  // Of one core.
  report.add("idle_cpu", 100 * busy, "%");
  report.add("idle_cpu_per_connection", 1e6 * busy / (2.0 * options.pairs), "us/s");
  report.add("busy_cores", busy, "cores");
  for (const auto &pair : pairs) {
    pair->poll();
    if (pair->first->get_connection_state() != PeerConnection::STATE_CONNECTED ||
        pair->second->get_connection_state() != PeerConnection::STATE_CONNECTED) {
      throw MeasurementError("a connection did not stay connected");
    }
  }
}

void measure_fanout(const Options &options, Report &report) {
  Pairs pairs = connect_pairs(options.pairs);
  settle(pairs, options.warmup);
  const PackedByteArray message(static_cast<std::size_t>(options.size), 0x11);
  PackedByteArray packet;
  const auto frame =
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1.0 / options.hz));
  double sent = 0;
  double received = 0;
  const Usage usage;
  auto next = Clock::now();
  while (usage.wall() < options.seconds) {
    show_progress("sending, seconds", usage.wall(), options.seconds);
    for (const auto &pair : pairs) {
      pair->poll();
      while (pair->unreliable[1]->get_packet(packet)) ++received;
      if (pair->unreliable[0]->put_packet(ByteView(message)) == Error::OK) ++sent;
    }
    next += frame;
    std::this_thread::sleep_until(next);
  }
  const double cpu = usage.cpu();
  const double wall = usage.wall();
  // What is under way when the clock stops was not lost.
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  for (const auto &pair : pairs) {
    pair->poll();
    while (pair->unreliable[1]->get_packet(packet)) ++received;
  }
  if (received == 0) throw MeasurementError("nothing arrived");
  report.add("cpu_per_message", 1e6 * cpu / sent, "us");
  report.add("messages", sent / wall, "1/s");
  report.add("received", 100 * received / sent, "%");
  report.add("busy_cores", cpu / wall, "cores");
}

}  // namespace peerlane::benchmark
