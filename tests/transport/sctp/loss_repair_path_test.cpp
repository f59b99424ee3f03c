// SPDX-License-Identifier: MIT
// LossRepair with the stack, over a path with a delay.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

#include "transport/sctp/loss_repair.hpp"
#include "transport/sctp/sctp_peer.hpp"
#include "transport/sctp/wire.hpp"

namespace peerlane::test {
namespace {

using namespace std::chrono_literals;
using namespace sctp_wire;

constexpr PathProfile kLossy{.loss = 0.01, .delay = 25ms};

/// How many bytes have come after that time, with always more to send.
std::uint64_t carry_bulk(SctpPair &pair, Duration time) {
  std::uint64_t bytes = 0;
  pair.b.on_message = [&pair, &bytes] {
    bytes += pair.b.received.back().data.size();
    pair.b.received.clear();
  };
  for (Duration passed{0}; passed < time; passed += 10ms) {
    while (pair.a.outgoing.size() < 16) pair.a.send(0, PackedByteArray(16384));
    pair.path.strand.drive_for(10ms);
  }
  pair.b.on_message = nullptr;
  return bytes;
}

TEST(LossRepair, BulkUnderLossIsFasterThanItsCongestionWindowAllows) {
  SctpPair pair(kLossy, 5);
  ASSERT_TRUE(pair.connect());
  const std::uint64_t bytes = carry_bulk(pair, 10s);
  // Mathis's bound is 0.27 MB/s: 2.7 MB.
  EXPECT_GT(bytes, 10'000'000u);
}

TEST(LossRepair, ACongestedPathIsNotFlooded) {
  PathProfile narrow;
  narrow.delay = 25ms;
  narrow.bytes_per_second = 1'000'000;
  narrow.queue_bytes = 8 * 1024;  // Loss comes before delay does.
  SctpPair pair(narrow, 5);
  ASSERT_TRUE(pair.connect());
  const std::uint64_t bytes = carry_bulk(pair, 20s);
  const LossyPipe::Counters &pipe = pair.path.a_to_b.counters();
  EXPECT_LT(pipe.dropped * 10, pipe.sent);
  EXPECT_GT(bytes, 10'000'000u) << "half of what the path carries";
}

/// The longest that a packet of 60 a second takes where `lost` of the wire's data packets vanish,
/// after EarlyCopies have ended on a path without loss.
Duration longest_delay(const std::vector<std::size_t> &lost) {
  SctpPair pair(PathProfile{.delay = 25ms}, 5);
  EXPECT_TRUE(pair.connect());
  const VirtualStrand &strand = pair.path.strand;
  std::vector<TimePoint> sent;
  Duration longest{0};
  pair.b.on_message = [&] {
    longest = std::max(longest, strand.timers.now() - sent[pair.b.received.size() - 1]);
  };
  const auto play = [&](int packets) {
    for (int i = 0; i < packets; ++i) {
      sent.push_back(strand.timers.now());
      pair.a.send(0, PackedByteArray(100));
      pair.path.strand.drive_for(16667us);
    }
  };
  play(1900);
  std::size_t number = 0;
  pair.path.a_to_b.set_script([&](ByteView packet, std::size_t) {
    if (!has_chunk(packet, DATA) && !has_chunk(packet, I_DATA)) return LossyPipe::Fate::PASS;
    const bool vanishes = std::find(lost.begin(), lost.end(), number++) != lost.end();
    return vanishes ? LossyPipe::Fate::DROP : LossyPipe::Fate::PASS;
  });
  play(120);
  pair.path.strand.drive_for(2s);
  EXPECT_EQ(pair.b.received.size(), 2020u);
  return longest;
}

TEST(LossRepair, AGamesPacketIsRepairedAfterOneReport) {
  EXPECT_EQ(longest_delay({}), 25ms);
  // The next one 17 ms later, its report 50 ms after that, and the way.
  EXPECT_LT(longest_delay({50}), 95ms);
  EXPECT_GT(longest_delay({50}), 90ms) << "an early copy";
  EXPECT_LT(longest_delay({50, 51, 52}), 130ms);
}

TEST(LossRepair, ALostRepairDoesNotWaitForTheTimer) {
  // The repair's two copies are the fifth and sixth data packet after the lost one.
  EXPECT_LT(longest_delay({50, 55}), 95ms);
  EXPECT_LT(longest_delay({50, 55, 56}), 165ms);
}

TEST(LossRepair, EverythingArrivesOnceAndInOrderWhateverThePathDoes) {
  const PathProfile profiles[] = {
      {.loss = 0.03, .delay = 30ms, .jitter = 10ms},
      {.loss = 0.3, .delay = 30ms},
      {.loss = 0.02, .duplicate = 0.1, .reorder = 0.1, .delay = 30ms, .reorder_delay = 60ms},
      {.loss = 0.02, .delay = 150ms},
      {.loss = 0.05, .delay = 10ms, .bytes_per_second = 200'000, .queue_bytes = 20'000},
  };
  for (const PathProfile &profile : profiles) {
    SctpPair pair(profile, 9);
    ASSERT_TRUE(pair.connect(60s));
    for (std::uint32_t i = 0; i < 300; ++i) {
      pair.a.send(0, pattern(i % 10 == 0 ? 30000 : 700, i));
      pair.b.send(0, pattern(300, i));
      pair.path.strand.drive_for(5ms);
    }
    ASSERT_TRUE(pair.drive_until(
        [&] { return pair.a.received.size() == 300 && pair.b.received.size() == 300; }, 30min));
    for (std::uint32_t i = 0; i < 300; ++i) {
      ASSERT_EQ(pair.b.received[i].data, pattern(i % 10 == 0 ? 30000 : 700, i));
      ASSERT_EQ(pair.a.received[i].data, pattern(300, i));
    }
  }
}

}  // namespace
}  // namespace peerlane::test
