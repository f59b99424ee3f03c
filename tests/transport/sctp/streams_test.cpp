// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "transport/sctp/sctp_peer.hpp"
#include "transport/sctp/wire.hpp"

namespace peerlane::test {
namespace {

using namespace std::chrono_literals;
using Streams = std::vector<std::uint16_t>;

class SctpStreams : public testing::TestWithParam<bool> {
 protected:
  static SctpTransport::Options options() {
    SctpTransport::Options options;
    options.interleaving = GetParam();
    return options;
  }
};

TEST_P(SctpStreams, AResetComesAfterTheData) {
  SctpPair pair({.loss = 0.1, .delay = 20ms}, 1, options());
  ASSERT_TRUE(pair.connect());
  for (std::uint32_t i = 0; i < 10; ++i) pair.a.send(4, pattern(20000, i));
  // The queue of the test is not the stack's: the reset is asked for when all is handed over.
  ASSERT_TRUE(pair.drive_until([&] { return pair.a.outgoing.empty(); }, 60s));
  ASSERT_LT(pair.b.received.size(), 10u);
  ASSERT_TRUE(pair.a.transport.reset_streams({4}));
  SctpMessage late;
  late.stream = 4;
  const PackedByteArray data = pattern(10, 0);
  late.payload = data;
  EXPECT_EQ(pair.a.transport.send(late), SctpSendStatus::FAILED);
  ASSERT_TRUE(pair.drive_until(
      [&] { return !pair.b.incoming_resets.empty() && !pair.a.outgoing_resets.empty(); }, 5min));
  EXPECT_EQ(pair.b.received.size(), 10u);
  EXPECT_EQ(pair.b.incoming_resets, Streams{4});
  EXPECT_EQ(pair.a.outgoing_resets, Streams{4});
  EXPECT_TRUE(pair.a.incoming_resets.empty());
}

TEST_P(SctpStreams, AreFreeAgainAfterAResetInBothDirections) {
  SctpPair pair({.delay = 20ms}, 1, options());
  ASSERT_TRUE(pair.connect());
  for (std::uint32_t round = 0; round < 3; ++round) {
    pair.a.received.clear();
    pair.b.received.clear();
    for (std::uint32_t i = 0; i < 5; ++i) {
      pair.a.send(4, pattern(100, i + round));
      pair.b.send(4, pattern(100, i + round + 100));
    }
    ASSERT_TRUE(pair.drive_until(
        [&] { return pair.a.received.size() == 5 && pair.b.received.size() == 5; }, 10s));
    for (std::uint32_t i = 0; i < 5; ++i) {
      EXPECT_EQ(pair.b.received[i].data, pattern(100, i + round));
      EXPECT_EQ(pair.a.received[i].data, pattern(100, i + round + 100));
    }
    ASSERT_TRUE(pair.a.transport.reset_streams({4}));
    if (round == 1) {
      // Both at once.
      ASSERT_TRUE(pair.b.transport.reset_streams({4}));
    } else {
      ASSERT_TRUE(pair.drive_until([&] { return pair.b.incoming_resets.size() == round + 1; }));
      ASSERT_TRUE(pair.b.transport.reset_streams({4}));
    }
    ASSERT_TRUE(pair.drive_until(
        [&] {
          return pair.a.outgoing_resets.size() == round + 1 &&
                 pair.b.outgoing_resets.size() == round + 1 &&
                 pair.a.incoming_resets.size() == round + 1;
        },
        10s));
  }
}

TEST_P(SctpStreams, ManyAreResetAtOnceUnderLoss) {
  SctpPair pair({.loss = 0.2, .delay = 20ms}, 4, options());
  ASSERT_TRUE(pair.connect(60s));
  Streams all;
  for (std::uint16_t stream = 0; stream < 256; ++stream) {
    all.push_back(stream);
    pair.a.send(stream, pattern(50, stream));
  }
  ASSERT_TRUE(pair.drive_until([&] { return pair.a.outgoing.empty(); }, 60s));
  ASSERT_TRUE(pair.a.transport.reset_streams(Streams(all.begin(), all.begin() + 100)));
  pair.path.strand.drive_for(30ms);
  ASSERT_TRUE(pair.a.transport.reset_streams(Streams(all.begin() + 100, all.end())));
  ASSERT_TRUE(pair.drive_until(
      [&] { return pair.a.outgoing_resets.size() == 256 && pair.b.incoming_resets.size() >= 256; },
      5min));
  std::sort(pair.a.outgoing_resets.begin(), pair.a.outgoing_resets.end());
  EXPECT_EQ(pair.a.outgoing_resets, all);
  std::sort(pair.b.incoming_resets.begin(), pair.b.incoming_resets.end());
  EXPECT_EQ(pair.b.incoming_resets, all);
  EXPECT_EQ(pair.b.received.size(), 256u);
}

TEST_P(SctpStreams, ALostResetIsRepeated) {
  for (const bool the_answer : {false, true}) {
    SctpPair pair({.delay = 20ms}, 1, options());
    ASSERT_TRUE(pair.connect());
    (the_answer ? pair.path.b_to_a : pair.path.a_to_b).drop_nth(0, [](ByteView packet) {
      return has_chunk(packet, sctp_wire::RE_CONFIG);
    });
    ASSERT_TRUE(pair.a.transport.reset_streams({7}));
    ASSERT_TRUE(pair.drive_until([&] { return !pair.a.outgoing_resets.empty(); }, 5s));
    pair.path.strand.drive_for(3s);
    EXPECT_EQ(pair.a.outgoing_resets, Streams{7});
    EXPECT_EQ(pair.b.incoming_resets, Streams{7});
  }
}

TEST_P(SctpStreams, ResetWhileThePeerIsGoneIsCarriedOutLater) {
  SctpPair pair({.delay = 20ms}, 1, options());
  ASSERT_TRUE(pair.connect());
  const TimePoint now = pair.path.strand.clock.now();
  pair.path.a_to_b.add_outage(now, now + 8s);
  pair.path.b_to_a.add_outage(now, now + 8s);
  ASSERT_TRUE(pair.a.transport.reset_streams({7, 9}));
  ASSERT_TRUE(pair.b.transport.reset_streams({7}));
  pair.path.strand.drive_for(8s);
  ASSERT_TRUE(pair.drive_until(
      [&] { return pair.a.outgoing_resets.size() == 2 && pair.b.outgoing_resets.size() == 1; },
      3s));
  EXPECT_EQ(pair.a.incoming_resets, Streams{7});
}

TEST_P(SctpStreams, AreAddedWhereMoreAreWanted) {
  SctpTransport::Options fewer = options();
  fewer.streams = 256;
  for (const double loss : {0.0, 0.2}) {
    SctpPair pair({.loss = loss, .delay = 20ms}, 6, fewer);
    ASSERT_TRUE(pair.connect(60s));
    SctpMessage beyond;
    beyond.stream = 1000;
    const PackedByteArray data = pattern(10, 0);
    beyond.payload = data;
    EXPECT_EQ(pair.a.transport.send(beyond), SctpSendStatus::FAILED);
    // In the middle of large messages, on which the stack must not lose its place.
    for (std::uint32_t i = 0; i < 6; ++i) {
      pair.a.send(static_cast<std::uint16_t>(2 - i % 3), pattern(100000, i));
      pair.b.send(static_cast<std::uint16_t>(2 - i % 3), pattern(100000, i));
    }
    pair.path.strand.drive_for(30ms);
    ASSERT_TRUE(pair.a.transport.request_streams(1024));
    ASSERT_TRUE(pair.drive_until(
        [&] {
          return pair.a.transport.outgoing_streams() == 1024 &&
                 pair.b.transport.outgoing_streams() == 1024;
        },
        5min));
    EXPECT_EQ(pair.a.transport.incoming_streams(), 1024);
    EXPECT_EQ(pair.b.transport.incoming_streams(), 1024);
    EXPECT_GE(pair.a.stream_changes, 1);
    pair.a.send(1000, pattern(3000, 77));
    pair.b.send(1001, pattern(3000, 78));
    ASSERT_TRUE(pair.drive_until(
        [&] { return pair.a.received.size() == 7 && pair.b.received.size() == 7; }, 5min));
    for (SctpPeer *peer : {&pair.a, &pair.b}) {
      std::uint32_t sum = 0;
      for (const auto &message : peer->received) {
        for (std::uint32_t i = 0; i < 6; ++i) sum += message.data == pattern(100000, i);
      }
      EXPECT_EQ(sum, 6u);
      EXPECT_EQ(peer->closes, 0);
    }
  }
}

TEST_P(SctpStreams, UpToTheLast) {
  SctpTransport::Options fewer = options();
  fewer.streams = 256;
  SctpPair pair({.delay = 5ms}, 6, fewer);
  ASSERT_TRUE(pair.connect());
  ASSERT_TRUE(pair.b.transport.request_streams(65535));
  ASSERT_TRUE(pair.drive_until([&] { return pair.a.transport.outgoing_streams() == 65535; }, 20s));
  pair.a.send(65534, pattern(30, 1));
  pair.b.send(65534, pattern(30, 2));
  ASSERT_TRUE(pair.drive_until(
      [&] { return pair.a.received.size() == 1 && pair.b.received.size() == 1; }, 5s));
  EXPECT_EQ(pair.a.received[0].stream, 65534);
  ASSERT_TRUE(pair.a.transport.reset_streams({65534}));
  ASSERT_TRUE(pair.drive_until([&] { return pair.b.incoming_resets == Streams{65534}; }, 5s));
}

TEST_P(SctpStreams, AreLimitedToWhatTheOtherEndAnnounces) {
  SctpTransport::Options few = options();
  few.streams = 40;
  SctpPair pair({.delay = 5ms}, 6, options(), few);
  ASSERT_TRUE(pair.connect());
  EXPECT_EQ(pair.a.transport.incoming_streams(), 40);
  EXPECT_EQ(pair.b.transport.incoming_streams(), 40);
  const PackedByteArray data = pattern(10, 0);
  SctpMessage beyond;
  beyond.stream = 40;
  beyond.payload = data;
  pair.a.send(39, data);
  pair.b.send(39, data);
  EXPECT_TRUE(pair.drive_until(
      [&] { return pair.a.received.size() == 1 && pair.b.received.size() == 1; }, 5s));
  EXPECT_EQ(pair.a.transport.outgoing_streams(), 40);
  EXPECT_EQ(pair.b.transport.outgoing_streams(), 40);
  EXPECT_EQ(pair.a.transport.send(beyond), SctpSendStatus::FAILED);
}

// usrsctp asks for "all" then, by an empty list, and tells so.
TEST_P(SctpStreams, AllMayBeResetAtOnce) {
  for (const std::uint16_t all : Streams{15, 40}) {
    SctpTransport::Options few = options();
    if (all == 40) few.streams = 40;
    SctpPair pair({.delay = 20ms}, 1, few);
    ASSERT_TRUE(pair.connect());
    Streams streams;
    for (std::uint16_t stream = 0; stream < all; ++stream) {
      streams.push_back(stream);
      pair.a.send(stream, pattern(50, stream));
    }
    ASSERT_TRUE(pair.drive_until([&] { return pair.b.received.size() == all; }, 5s));
    pair.path.strand.drive_for(200ms);  // So that all are ready at once.
    ASSERT_TRUE(pair.a.transport.reset_streams(streams));
    ASSERT_TRUE(pair.drive_until(
        [&] {
          return pair.a.outgoing_resets.size() >= all && pair.b.incoming_resets.size() >= all;
        },
        5s));
    std::sort(pair.a.outgoing_resets.begin(), pair.a.outgoing_resets.end());
    EXPECT_EQ(pair.a.outgoing_resets, streams);
    EXPECT_EQ(pair.b.incoming_resets, streams);
  }
}

INSTANTIATE_TEST_SUITE_P(Both, SctpStreams, testing::Bool(), [](const auto &test) {
  return std::string(test.param ? "Interleaved" : "Plain");
});

}  // namespace
}  // namespace peerlane::test
