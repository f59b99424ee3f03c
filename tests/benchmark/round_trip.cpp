// SPDX-License-Identifier: MIT
// 64 bytes there and back, the application polling in a tight loop or blocked in wait().
#include <atomic>
#include <thread>
#include <vector>

#include "measurements.hpp"
#include "pair.hpp"
#include "report.hpp"
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

bool measure_round_trip(const Options &options) {
  set_io_thread_count(options.threads);
  Pair pair;
  if (!pair.connect()) return false;
  const PackedByteArray ping(64, 0x2A);
  PackedByteArray packet;
  std::vector<double> samples;
  std::atomic<bool> stop{false};
  std::thread echo;
  if (!options.spin) echo = std::thread([&] { echo_until(stop, pair); });
  const Usage usage;
  bool ok = true;
  while (ok && usage.wall() < options.seconds) {
    const auto began = Clock::now();
    ok = options.spin ? ping_once(pair, ping, packet) : ping_blocked(pair, ping, packet);
    samples.push_back(1e6 * seconds(Clock::now() - began));
    // About a frame of a fast game apart, so that each ping finds the threads at rest.
    if (!options.spin) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  stop = true;
  if (echo.joinable()) echo.join();
  Report report(std::string("round trip 64 bytes, ") +
                (options.spin ? "spinning" : "blocked in wait()"));
  report.add("p50_us", percentile(samples, 0.5), "us");
  report.add("p99_us", percentile(samples, 0.99), "us");
  report.add("max_us", percentile(samples, 1), "us");
  report.add("samples", static_cast<double>(samples.size()), "");
  report.print(options.json);
  return ok;
}

}  // namespace peerlane::benchmark
