// SPDX-License-Identifier: MIT
// What lies between the application's thread and the network's: events upwards, messages downwards.
#include <benchmark/benchmark.h>

#include <vector>

#include "core/event_mailbox.hpp"
#include "core/message_queue.hpp"

namespace {

/// A turn's worth of messages up, taken by one poll.
void mailbox(benchmark::State &state) {
  peerlane::EventMailbox mailbox;
  std::vector<peerlane::Event> events;
  for (auto each : state) {
    for (int64_t i = 0; i < state.range(0); ++i) {
      peerlane::Event event;
      event.channel = 1;
      mailbox.push(std::move(event));
    }
    benchmark::DoNotOptimize(mailbox.publish());
    mailbox.take(events);
    events.clear();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(mailbox)->Arg(1)->Arg(64);

/// As many messages as wait for one turn.
void message_queue(benchmark::State &state) {
  peerlane::MessageQueue queue;
  const peerlane::PackedByteArray message(static_cast<std::size_t>(state.range(0)), 0x5A);
  constexpr int kMessages = 64;
  for (auto each : state) {
    for (int i = 0; i < kMessages; ++i) {
      queue.push(1, false, peerlane::TimePoint(), peerlane::ByteView(message));
    }
    while (!queue.empty()) {
      benchmark::DoNotOptimize(queue.front().payload.data());
      queue.pop();
    }
  }
  state.SetItemsProcessed(state.iterations() * kMessages);
  state.SetBytesProcessed(state.iterations() * kMessages * state.range(0));
}
BENCHMARK(message_queue)->Arg(64)->Arg(1024)->Arg(65536);

}  // namespace
