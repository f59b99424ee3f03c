// SPDX-License-Identifier: MIT
// A message there and back, the application polling in a tight loop or blocked in wait().
#include <atomic>
#include <thread>
#include <vector>

#include "measurements.hpp"
#include "output.hpp"
#include "pair.hpp"
#include "resources.hpp"

namespace peerlane::benchmark {

namespace {

bool ping_once(Pair &pair, const PackedByteArray &ping, PackedByteArray &packet) {
  if (pair.reliable[0]->put_packet(ByteView(ping)) != Error::OK) return false;
  const auto deadline = Clock::now() + std::chrono::seconds(5);
  for (;;) {
    pair.second->poll();
    if (pair.reliable[1]->get_packet(packet)) pair.reliable[1]->put_packet(ByteView(packet));
    pair.first->poll();
    if (pair.reliable[0]->get_packet(packet)) return true;
    if (Clock::now() > deadline) return false;
  }
}

void echo_until(const std::atomic<bool> &stop, Pair &pair) {
  PackedByteArray packet;
  while (!stop) {
    pair.second->wait(std::chrono::milliseconds(10));
    pair.second->poll();
    while (pair.reliable[1]->get_packet(packet)) pair.reliable[1]->put_packet(ByteView(packet));
  }
}

bool ping_blocked(Pair &pair, const PackedByteArray &ping, PackedByteArray &packet) {
  if (pair.reliable[0]->put_packet(ByteView(ping)) != Error::OK) return false;
  const auto deadline = Clock::now() + std::chrono::seconds(5);
  while (!pair.reliable[0]->get_packet(packet)) {
    if (Clock::now() > deadline) return false;
    pair.first->wait(std::chrono::milliseconds(100));
    pair.first->poll();
  }
  return true;
}

}  // namespace

void measure_round_trip(const Options &options, Report &report) {
  Pair pair;
  pair.connect();
  const bool spin = options.wait == "spin";
  const PackedByteArray ping(static_cast<std::size_t>(options.size), 0x2A);
  PackedByteArray packet;
  std::vector<double> samples;
  std::atomic<bool> stop{false};
  std::thread echo;
  if (!spin) echo = std::thread([&] { echo_until(stop, pair); });
  bool ok = true;
  const auto ping_for = [&](double time) {
    samples.clear();
    const Usage usage;
    while (ok && usage.wall() < time) {
      show_progress("round trips, seconds", usage.wall(), time);
      const auto began = Clock::now();
      ok = spin ? ping_once(pair, ping, packet) : ping_blocked(pair, ping, packet);
      samples.push_back(1e6 * seconds(Clock::now() - began));
      // About a frame of a fast game apart, so that each ping finds the threads at rest.
      if (!spin) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  };
  ping_for(options.warmup);
  const Usage usage;
  const double slept = sleeps();
  ping_for(options.seconds);
  const double cpu = usage.cpu();
  const double busy = cpu / usage.wall();
  const double sleeps_each = (sleeps() - slept) / static_cast<double>(samples.size());
  stop = true;
  if (echo.joinable()) echo.join();
  if (!ok) throw MeasurementError("a message did not come back in 5 s");

  report.add("round_trip_p50", percentile(samples, 0.5), "us");
  report.add("round_trip_p90", percentile(samples, 0.9), "us");
  report.add("round_trip_p99", percentile(samples, 0.99), "us");
  report.add("round_trip_max", percentile(samples, 1), "us");
  // Of all threads: what a busy machine does not blur.
  report.add("sleeps_per_round_trip", sleeps_each, "");
  report.add("cpu_per_round_trip", 1e6 * cpu / static_cast<double>(samples.size()), "us");
  report.add("samples", static_cast<double>(samples.size()), "");
  report.add("busy_cores", busy, "cores");
}

}  // namespace peerlane::benchmark
