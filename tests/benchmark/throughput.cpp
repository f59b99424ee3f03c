// SPDX-License-Identifier: MIT
// Bulk: one thread fills the channel, another empties it.
#include <atomic>
#include <thread>

#include "measurements.hpp"
#include "pair.hpp"
#include "report.hpp"
#include "resources.hpp"

namespace peerlane::benchmark {

namespace {

// Enough to keep every layer below busy; more would only be memory.
constexpr int kHighWater = 4 << 20;

void send_until(const std::atomic<bool> &stop, Pair &pair, const PackedByteArray &message) {
  DataChannel &channel = *pair.bulk[0];
  channel.set_buffered_amount_low_threshold(kHighWater / 2);
  while (!stop) {
    while (channel.get_buffered_amount() < kHighWater && !stop) {
      if (channel.put_packet(ByteView(message)) != Error::OK) break;
    }
    pair.first->wait(std::chrono::milliseconds(10));
    pair.first->poll();
  }
}

}  // namespace

bool measure_throughput(const Options &options) {
  if (set_io_thread_count(options.threads) != Error::OK) return false;
  Pair pair;
  if (!pair.connect()) return false;
  const PackedByteArray message(options.size, 0x5A);
  std::atomic<bool> stop{false};
  std::thread sender([&] { send_until(stop, pair, message); });

  // Slow start and first touches of memory are not what bulk is about.
  double bytes = 0;
  double messages = 0;
  PackedByteArray packet;
  const auto receive_for = [&](double time) {
    bytes = messages = 0;
    const Usage usage;
    while (usage.wall() < time) {
      pair.second->wait(std::chrono::milliseconds(10));
      pair.second->poll();
      while (pair.bulk[1]->get_packet(packet)) {
        bytes += static_cast<double>(packet.size());
        ++messages;
      }
    }
  };
  receive_for(0.5);
  const Usage usage;
  receive_for(options.seconds);
  const double wall = usage.wall();
  const double cpu = usage.cpu();
  stop = true;
  sender.join();

  Report report("throughput size=" + std::to_string(options.size) +
                " threads=" + std::to_string(options.threads));
  report.add("megabytes_per_second", bytes / wall / 1e6, "MB/s");
  report.add("messages_per_second", messages / wall, "1/s");
  report.add("cpu_seconds_per_gigabyte", bytes > 0 ? cpu / (bytes / 1e9) : 0, "s/GB");
  report.add("busy_cores", cpu / wall, "");
  report.print(options.json);
  return bytes > 0;
}

}  // namespace peerlane::benchmark
