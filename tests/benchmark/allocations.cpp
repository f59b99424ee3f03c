// SPDX-License-Identifier: MIT
// How often the heap is asked for a packet in the steady state.
#include <string>

#include "allocation_count.hpp"
#include "measurements.hpp"
#include "output.hpp"
#include "pair.hpp"
#include "resources.hpp"

namespace peerlane::benchmark {

namespace {

/// So many packets at once; returns when all have arrived. What it keeps itself is reused.
void exchange(Pair &pair, std::shared_ptr<DataChannel> (&channel)[2], const PackedByteArray &packet,
              int burst) {
  static PackedByteArray received;
  for (int i = 0; i < burst; ++i) {
    if (channel[0]->put_packet(ByteView(packet)) != Error::OK) {
      throw MeasurementError("a packet was refused");
    }
  }
  const auto deadline = Clock::now() + std::chrono::seconds(5);
  for (int due = burst; due > 0;) {
    pair.first->poll();
    pair.second->poll();
    while (channel[1]->get_packet(received)) --due;
    if (Clock::now() > deadline) throw MeasurementError("packets did not arrive in 5 s");
  }
}

void measure_lane(Pair &pair, std::shared_ptr<DataChannel> (&channel)[2], const Options &options,
                  int burst, const std::string &name, Report &report) {
  const PackedByteArray packet(static_cast<std::size_t>(options.size), 0x47);
  const int rounds = (options.count + burst - 1) / burst;
  // Buffers grow to what they need first.
  for (int i = 0; i < rounds; ++i) exchange(pair, channel, packet, burst);
  const std::string phase = name + ", rounds";
  AllocationCount count;
  for (int i = 0; i < rounds; ++i) {
    show_progress(phase, i, rounds);
    exchange(pair, channel, packet, burst);
  }
  const Allocations made = count.stop();
  const double packets = static_cast<double>(rounds) * burst;
  report.add(name + "_new", static_cast<double>(made.by_new) / packets, "1/packet");
  report.add(name + "_malloc", static_cast<double>(made.by_malloc) / packets, "1/packet");
}

}  // namespace

void measure_allocations(const Options &options, Report &report) {
  if (!allocations_are_counted()) throw MeasurementError("this build cannot count allocations");
  Pair pair;
  pair.connect();
  const Usage usage;
  measure_lane(pair, pair.unreliable, options, 1, "unreliable", report);
  measure_lane(pair, pair.reliable, options, 1, "reliable", report);
  measure_lane(pair, pair.reliable, options, 50, "reliable_burst", report);
  report.add("busy_cores", usage.cpu() / usage.wall(), "cores");
}

}  // namespace peerlane::benchmark
