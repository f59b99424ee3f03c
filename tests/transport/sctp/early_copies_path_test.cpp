// SPDX-License-Identifier: MIT
// EarlyCopies with the stack, over a path with a delay.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "transport/sctp/sctp_peer.hpp"
#include "transport/sctp/wire.hpp"

namespace peerlane::test {
namespace {

using namespace std::chrono_literals;
using namespace sctp_wire;

constexpr Duration kFrame = 16667us;
constexpr Duration kDelay = 25ms;
constexpr PathProfile kLong{.delay = kDelay};
// The stream of what may not be sent again.
constexpr std::uint16_t kLimited = 1;

/// A pair of which one end sends 60 packets a second, and a look at its wire.
class Game {
 public:
  explicit Game(const SctpTransport::Options &options = {}, const PathProfile &profile = kLong)
      : pair(profile, 5, options) {
    EXPECT_TRUE(pair.connect());
    pair.b.on_message = [this] {
      const Duration delay = now() - sent_[pair.b.received.size() - 1];
      longest = std::max(longest, delay);
    };
    pair.path.a_to_b.set_tap([this](ByteView packet) { look_at(packet); });
    pair.path.a_to_b.set_script([this](ByteView packet, std::size_t) {
      const bool drop = drop_ > 0 && (has_chunk(packet, DATA) || has_chunk(packet, I_DATA));
      if (drop) --drop_;
      return drop ? LossyPipe::Fate::DROP : LossyPipe::Fate::PASS;
    });
  }

  void play(Duration time, std::size_t size = 100) {
    for (Duration passed{0}; passed < time; passed += kFrame) {
      sent_.push_back(now());
      pair.a.send(0, PackedByteArray(size));
      if (both) pair.b.send(0, PackedByteArray(size));
      pair.path.strand.drive_for(kFrame);
    }
  }
  /// The next packets with data vanish.
  void lose_next(int packets) { drop_ = packets; }
  /// The same while it goes on; afterwards all is quiet.
  void lose(int packets) {
    lose_next(packets);
    play(1s);
    pair.path.strand.drive_for(1s);
    EXPECT_EQ(pair.b.received.size(), sent_.size());
  }
  /// Since the last call.
  int take_copies() { return std::exchange(copies_, 0); }

  SctpPair pair;
  bool both = false;
  Duration longest{0};
  std::size_t largest = 0;
  std::map<std::uint32_t, int> times;  ///< On the wire, by TSN.
  int limited_again = 0;               ///< Chunks of that stream that went out twice.

 private:
  TimePoint now() const { return pair.path.strand.timers.now(); }

  void look_at(ByteView packet) {
    largest = std::max(largest, packet.size());
    bool has_data = false, is_new = false;
    std::uint32_t last = 0;
    int known = 0;
    for (std::size_t at = kCommonHeader; at + kDataHeader <= packet.size();) {
      const std::uint8_t *chunk = packet.data() + at;
      if (chunk[0] == DATA || chunk[0] == I_DATA) {
        const std::uint32_t tsn = read32(chunk + 4);
        if (times[tsn]++ > 0) {
          ++known;
          if (read16(chunk + 8) == kLimited) ++limited_again;
        } else {
          is_new = true;
        }
        EXPECT_TRUE(!has_data || later(tsn, last)) << "their order";
        has_data = true;
        last = tsn;
      }
      EXPECT_FALSE(chunk[0] == SACK && has_data) << "the acknowledgement comes first";
      at += padded(std::max<std::size_t>(read16(chunk + 2), kChunkHeader));
    }
    // The stack sends some again too, alone.
    if (is_new) copies_ += known;
  }

  std::vector<TimePoint> sent_;
  int drop_ = 0;
  int copies_ = 0;
};

class SctpEarlyCopies : public testing::TestWithParam<bool> {
 protected:
  static SctpTransport::Options options() {
    SctpTransport::Options options;
    options.interleaving = GetParam();
    return options;
  }
};

TEST_P(SctpEarlyCopies, ALostPacketCostsAFrameAndTwoInARowTwo) {
  Game game(options());
  game.both = true;
  game.play(1s);
  EXPECT_EQ(game.longest, kDelay);
  game.lose(1);
  EXPECT_EQ(game.longest, kDelay + kFrame);
  game.lose(2);
  EXPECT_EQ(game.longest, kDelay + 2 * kFrame);
  game.lose(3);
  EXPECT_GT(game.longest, 95ms) << "LossRepair's business";
  EXPECT_LT(game.longest, 130ms);
}

TEST_P(SctpEarlyCopies, EachPacketGoesOutThreeTimes) {
  Game game(options());
  game.play(10s);
  for (const auto &[tsn, times] : game.times) {
    // At first the round trip is not known. Nothing follows the last ones.
    if (tsn - game.times.begin()->first < 5) continue;
    const std::uint32_t following = game.times.rbegin()->first - tsn;
    EXPECT_EQ(times, following < 2 ? static_cast<int>(following) + 1 : 3);
  }
  game.pair.path.strand.drive_for(kDelay);
  EXPECT_EQ(game.pair.b.received.size(), 600u);
}

TEST_P(SctpEarlyCopies, WhatIsUnreliableIsNotCopied) {
  Game game(options());
  SctpMessage head;
  head.stream = kLimited;
  head.reliability = SctpMessage::Reliability::MAX_RETRANSMITS;
  for (int i = 0; i < 300; ++i) {
    // Alone, and between others.
    if (i > 100 && i % 7 == 0) game.pair.a.send(0, PackedByteArray(10));
    game.pair.b.on_message = nullptr;
    game.pair.a.send(head, PackedByteArray(100));
    game.pair.path.strand.drive_for(kFrame);
  }
  game.pair.path.strand.drive_for(kDelay);
  EXPECT_EQ(game.limited_again, 0);
  EXPECT_GT(game.take_copies(), 50) << "of the others";
  EXPECT_EQ(game.pair.b.received.size(), 328u);
}

// As a game has it: what must arrive and what is soon outdated, on one connection.
TEST_P(SctpEarlyCopies, UnreliablePacketsBesideThemKeepNothingFromReliableOnes) {
  for (const bool copies : {true, false}) {
    Game game(options(), {.loss = 0.02, .delay = kDelay});
    SctpMessage head;
    head.stream = kLimited;
    head.ordered = false;
    head.reliability = SctpMessage::Reliability::MAX_RETRANSMITS;
    Duration longest{0};
    std::size_t unreliable = 0, next = 0;
    std::vector<TimePoint> sent;
    const auto now = [&] { return game.pair.path.strand.timers.now(); };
    game.pair.b.on_message = [&] {
      if (game.pair.b.received.back().stream == kLimited) {
        ++unreliable;
      } else {
        longest = std::max(longest, now() - sent[next++]);
      }
    };
    const auto play = [&](int frames) {
      for (int i = 0; i < frames; ++i) {
        sent.push_back(now());
        game.pair.a.send(0, PackedByteArray(100));
        game.pair.path.strand.drive_for(kFrame / 2);
        game.pair.a.send(head, PackedByteArray(100));
        game.pair.path.strand.drive_for(kFrame / 2);
      }
    };
    if (copies) {
      play(1200);
      EXPECT_LE(longest, kDelay + 2 * kFrame);
      EXPECT_GT(game.take_copies(), 3000);
    } else {
      // Until the path counts as one that loses nothing.
      game.pair.path.a_to_b.set_profile({.delay = kDelay});
      play(31 * 60);
      longest = {};
      game.take_copies();
      game.lose_next(1);
      play(60);
      EXPECT_LT(longest, 100ms) << "a repair";
    }
    game.pair.path.strand.drive_for(1s);
    EXPECT_EQ(next, sent.size());
    EXPECT_GT(unreliable, sent.size() * 95 / 100);
    EXPECT_EQ(game.limited_again, 0);
  }
}

TEST_P(SctpEarlyCopies, BulkIsNotCopied) {
  Game game(options());
  game.pair.b.on_message = nullptr;
  for (int i = 0; i < 300; ++i) {
    while (game.pair.a.outgoing.size() < 16) game.pair.a.send(0, PackedByteArray(16384));
    game.pair.path.strand.drive_for(10ms);
  }
  EXPECT_GT(game.times.size(), 5000u);
  EXPECT_EQ(game.take_copies(), 0);
}

TEST_P(SctpEarlyCopies, PacketsThatLeaveTogetherCarryNone) {
  Game game(options());
  game.pair.b.on_message = nullptr;
  for (int i = 0; i < 60; ++i) {
    // Too much for one packet.
    if (i % 2 == 0) game.pair.a.send(0, PackedByteArray(300));
    game.pair.a.send(0, PackedByteArray(i % 2 == 0 ? 900 : 100));
    game.pair.path.strand.drive_for(kFrame);
  }
  EXPECT_EQ(game.take_copies(), 0);
}

TEST_P(SctpEarlyCopies, NoneWhereMuchIsUnderWay) {
  Game game(options(), {.delay = 250ms});
  game.play(5s, 200);
  game.take_copies();
  game.play(5s, 200);
  EXPECT_EQ(game.take_copies(), 0);
}

TEST_P(SctpEarlyCopies, AShortPathGetsNone) {
  Game game(options(), {.delay = 2ms});
  game.play(5s);
  EXPECT_EQ(game.take_copies(), 0);
}

TEST_P(SctpEarlyCopies, NorDoesOneThatHasBecomeShort) {
  Game game(options());
  game.play(1s);
  EXPECT_GT(game.take_copies(), 100);
  game.pair.b.on_message = nullptr;
  game.pair.path.a_to_b.set_profile({.delay = 1ms});
  game.pair.path.b_to_a.set_profile({.delay = 1ms});
  for (int i = 0; i < 300; ++i) {
    // So often that something is under way at any time.
    game.pair.a.send(0, PackedByteArray(100));
    game.pair.path.strand.drive_for(1ms);
    if (i == 100) game.pair.a.transport.send_heartbeat();
    if (i == 150) game.take_copies();
  }
  EXPECT_EQ(game.take_copies(), 0);
}

TEST_P(SctpEarlyCopies, WhatCameByACopyIsNoRoundTrip) {
  Game game(options());
  game.play(1s);
  EXPECT_EQ(game.pair.a.transport.status().smoothed_round_trip, 2 * kDelay);
  game.pair.b.on_message = nullptr;
  game.lose_next(2);
  const PackedByteArray payload(100);
  SctpMessage message;
  message.payload = payload;
  // Two packets, of which the first one would be measured.
  EXPECT_EQ(game.pair.a.transport.send(message), SctpSendStatus::SENT);
  EXPECT_EQ(game.pair.a.transport.send(message), SctpSendStatus::SENT);
  for (int i = 0; i < 10; ++i) {
    game.pair.path.strand.drive_for(kFrame);
    game.pair.a.send(0, payload);
  }
  EXPECT_EQ(game.pair.a.transport.status().smoothed_round_trip, 2 * kDelay);
}

TEST_P(SctpEarlyCopies, NoneWhereLossesAreNotRepaired) {
  SctpTransport::Options plain = options();
  plain.repair_losses = false;
  Game game(plain);
  game.play(5s);
  EXPECT_EQ(game.take_copies(), 0);
}

TEST_P(SctpEarlyCopies, NoPacketIsTooLarge) {
  SctpTransport::Options small = options();
  small.max_packet_size = 600;
  Game game(small);
  game.play(1s, 60);
  EXPECT_GT(game.take_copies(), 100);
  for (std::size_t size = 60; size < 560; ++size) {
    game.play(kFrame * 2, size);
    EXPECT_LE(game.largest, 600u);
  }
}

TEST_P(SctpEarlyCopies, APathThatLosesNothingDoesNotPayForEver) {
  Game game(options());
  game.both = true;
  game.play(29s);
  EXPECT_GT(game.take_copies(), 3000);
  game.play(2s);
  game.take_copies();
  game.play(60s);
  EXPECT_EQ(game.take_copies(), 0);
  // The next loss is repaired as before, and tells that it loses after all.
  game.lose(1);
  EXPECT_GT(game.longest, 90ms);
  EXPECT_GT(game.take_copies(), 50);
  // Copies hide this one, and it counts all the same.
  game.longest = {};
  game.play(50s);
  game.lose(1);
  game.play(50s);
  EXPECT_EQ(game.longest, kDelay + kFrame);
  game.take_copies();
  game.play(5s);
  EXPECT_GT(game.take_copies(), 500);
  game.play(10s);
  game.take_copies();
  game.play(5s);
  EXPECT_EQ(game.take_copies(), 0);
}

TEST_P(SctpEarlyCopies, NoQueueStandsForThem) {
  // Nearly twice what the game sends, and less than it does with copies.
  Game game(options(), {.delay = kDelay, .bytes_per_second = 15'000});
  game.play(60s);
  EXPECT_LT(game.longest, 150ms) << "740 ms otherwise";
}

TEST_P(SctpEarlyCopies, EverythingArrivesOnceAndInOrderOverABadPath) {
  PathProfile bad{.loss = 0.1, .duplicate = 0.1, .reorder = 0.1, .delay = kDelay, .jitter = 10ms};
  SctpPair pair(bad, 7, options());
  ASSERT_TRUE(pair.connect(60s));
  constexpr std::uint32_t kMessages = 1200;
  for (std::uint32_t i = 0; i < kMessages; ++i) {
    pair.a.send(0, pattern(20 + i % 200, i));
    pair.b.send(0, pattern(100, i));
    pair.path.strand.drive_for(kFrame);
  }
  ASSERT_TRUE(pair.drive_until(
      [&] { return pair.a.received.size() == kMessages && pair.b.received.size() == kMessages; }));
  for (std::uint32_t i = 0; i < kMessages; ++i) {
    ASSERT_EQ(pair.b.received[i].data, pattern(20 + i % 200, i));
    ASSERT_EQ(pair.a.received[i].data, pattern(100, i));
  }
}

INSTANTIATE_TEST_SUITE_P(Both, SctpEarlyCopies, testing::Bool(),
                         [](const auto &each) { return each.param ? "Interleaved" : "Plain"; });

}  // namespace
}  // namespace peerlane::test
