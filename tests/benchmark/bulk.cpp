// SPDX-License-Identifier: MIT
#include "bulk.hpp"

#include <algorithm>

#include "output.hpp"
#include "resources.hpp"

namespace peerlane::benchmark {

namespace {

// Enough to keep every layer below busy; more would only leave the processor's cache.
constexpr int kHighWater = 1 << 20;

}  // namespace

BulkSender::BulkSender(Pairs &pairs, int message_size)
    : pairs_(pairs),
      message_(static_cast<std::size_t>(message_size), 0x5A),
      high_water_(std::max(kHighWater / static_cast<int>(pairs.size()), 512 << 10)),
      thread_([this] { run(); }) {}

BulkSender::~BulkSender() {
  stop_ = true;
  thread_.join();
}

void BulkSender::run() {
  PollGroup group;
  for (const auto &pair : pairs_) {
    group.add(pair->first);
    pair->bulk[0]->set_buffered_amount_low_threshold(high_water_ / 2);
  }
  while (!stop_) {
    for (const auto &pair : pairs_) {
      DataChannel &channel = *pair->bulk[0];
      while (channel.get_buffered_amount() < high_water_ && !stop_) {
        if (channel.put_packet(ByteView(message_)) != Error::OK) break;
      }
    }
    group.wait(std::chrono::milliseconds(10));
    group.poll();
  }
}

BulkReceiver::BulkReceiver(Pairs &pairs) : pairs_(pairs) {
  for (const auto &pair : pairs) group_.add(pair->second);
}

void BulkReceiver::receive_for(double time, const char *phase) {
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

}  // namespace peerlane::benchmark
