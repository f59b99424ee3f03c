// SPDX-License-Identifier: MIT
// Bulk: one thread fills the channels, another empties them.
#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "measurements.hpp"
#include "output.hpp"
#include "pair.hpp"
#include "resources.hpp"

namespace peerlane::benchmark {

namespace {

using Pairs = std::vector<std::unique_ptr<Pair>>;

// Enough to keep every layer below busy; more would only be memory.
constexpr int kHighWater = 4 << 20;

void send_until(const std::atomic<bool> &stop, Pairs &pairs, const PackedByteArray &message) {
  const int high_water = std::max(kHighWater / static_cast<int>(pairs.size()), 512 << 10);
  PollGroup group;
  for (const auto &pair : pairs) {
    group.add(pair->first);
    pair->bulk[0]->set_buffered_amount_low_threshold(high_water / 2);
  }
  while (!stop) {
    for (const auto &pair : pairs) {
      DataChannel &channel = *pair->bulk[0];
      while (channel.get_buffered_amount() < high_water && !stop) {
        if (channel.put_packet(ByteView(message)) != Error::OK) break;
      }
    }
    group.wait(std::chrono::milliseconds(10));
    group.poll();
  }
}

/// The receiving end of all pairs.
class Receiver {
 public:
  explicit Receiver(Pairs &pairs) : pairs_(pairs) {
    for (const auto &pair : pairs) group_.add(pair->second);
  }

  void receive_for(double time, const char *phase) {
    bytes = messages = 0;
    const Usage usage;
    while (usage.wall() < time) {
      show_progress(phase, usage.wall(), time);
      group_.wait(std::chrono::milliseconds(10));
      group_.poll();
      for (const auto &pair : pairs_) {
        while (pair->bulk[1]->get_packet(packet_)) {
          bytes += static_cast<double>(packet_.size());
          ++messages;
        }
      }
    }
  }

  double bytes = 0;
  double messages = 0;

 private:
  Pairs &pairs_;
  PollGroup group_;
  PackedByteArray packet_;
};

}  // namespace

void measure_throughput(const Options &options, Report &report) {
  Pairs pairs = connect_pairs(options.pairs);
  const PackedByteArray message(static_cast<std::size_t>(options.size), 0x5A);
  std::atomic<bool> stop{false};
  std::thread sender([&] { send_until(stop, pairs, message); });
  Receiver receiver(pairs);
  // Slow start and first touches of memory are not what bulk is about.
  receiver.receive_for(options.warmup, "warm-up, seconds");
  const Usage usage;
  receiver.receive_for(options.seconds, "bulk, seconds");
  const double wall = usage.wall();
  const double cpu = usage.cpu();
  stop = true;
  sender.join();
  if (receiver.bytes == 0) throw MeasurementError("nothing arrived");

  report.add("throughput", receiver.bytes / wall / 1e6, "MB/s");
  report.add("messages", receiver.messages / wall, "1/s");
  report.add("cpu_per_gigabyte", cpu / (receiver.bytes / 1e9), "s/GB");
  report.add("cpu_per_message", 1e6 * cpu / receiver.messages, "us");
  report.add("busy_cores", cpu / wall, "cores");
}

}  // namespace peerlane::benchmark
