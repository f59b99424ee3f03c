// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <chrono>
#include <memory>

#include "transport/sctp/sctp_peer.hpp"
#include "transport/sctp/usrsctp_runtime.hpp"
#include "transport/sctp/wire.hpp"

namespace peerlane::test {
namespace {

using namespace std::chrono_literals;

TEST(SctpLife, CloseReachesThePeerAndNothingFollows) {
  SctpPair pair({.delay = 20ms});
  ASSERT_TRUE(pair.connect());
  pair.a.transport.close();
  const std::uint64_t sent = pair.path.a_to_b.counters().sent;
  ASSERT_TRUE(pair.drive_until([&] { return pair.b.closes == 1; }, 100ms));
  EXPECT_EQ(pair.b.close_error, Error::OK);
  pair.path.strand.drive_for(10s);
  EXPECT_EQ(pair.a.closes, 0);
  EXPECT_EQ(pair.b.closes, 1);
  EXPECT_EQ(pair.path.a_to_b.counters().sent, sent);
  EXPECT_EQ(pair.a.transport.send_room(), 0u);
  SctpMessage message;
  message.payload = ByteView("x");
  EXPECT_EQ(pair.a.transport.send(message), SctpSendStatus::FAILED);
  EXPECT_FALSE(pair.a.transport.reset_streams({1}));
  EXPECT_FALSE(pair.b.transport.request_streams(1000));
  pair.a.transport.close();
}

TEST(SctpLife, MayBeDestroyedAtEachStage) {
  for (const Duration time : {0ms, 5ms, 25ms, 45ms, 200ms, 3000ms}) {
    VirtualStrand *strand = nullptr;
    auto pair = std::make_unique<SctpPair>(PathProfile{.delay = 20ms});
    strand = &pair->path.strand;
    pair->connect_both();
    for (std::uint32_t i = 0; i < 10; ++i) pair->a.send(1, pattern(60000, i));
    strand->drive_for(time);
    pair.reset();
  }
  EXPECT_TRUE(UsrsctpRuntime::finish()) << "something is left behind";
  SctpPair pair;
  pair.connect_both();
  EXPECT_FALSE(UsrsctpRuntime::finish()) << "not while there is an association";
  EXPECT_TRUE(pair.drive_until([&] { return pair.both_connected(); }, 5s)) << "and it starts again";
}

TEST(SctpLife, MayBeClosedInsideEachCall) {
  SctpPair pair({.delay = 5ms});
  ASSERT_TRUE(pair.connect());
  pair.b.on_message = [&] { pair.b.transport.close(); };
  for (std::uint32_t i = 0; i < 10; ++i) pair.a.send(1, pattern(100, i));
  ASSERT_TRUE(pair.drive_until([&] { return pair.a.closes == 1; }, 5s));
  EXPECT_EQ(pair.b.received.size(), 1u);
  EXPECT_EQ(pair.b.closes, 0);
}

TEST(SctpLife, APeerThatNeverAnswersIsNotGivenUpBeforeAMinute) {
  SctpPair pair({.loss = 1});
  pair.connect_both();
  pair.path.strand.drive_for(60s);
  EXPECT_EQ(pair.a.closes, 0);
  pair.path.a_to_b.set_profile({});
  pair.path.b_to_a.set_profile({});
  ASSERT_TRUE(pair.drive_until([&] { return pair.both_connected(); }, 2500ms));
}

TEST(SctpLife, ThePeerMayVanish) {
  SctpPair pair({.delay = 20ms});
  ASSERT_TRUE(pair.connect());
  const std::uint64_t before = pair.path.a_to_b.counters().sent;
  pair.path.a_to_b.set_profile({.loss = 1});
  pair.path.b_to_a.set_profile({.loss = 1});
  pair.a.send(1, pattern(100000, 1));
  pair.path.strand.drive_for(60s);
  // It is for others to decide; meanwhile it tries gently.
  EXPECT_EQ(pair.a.closes, 0);
  EXPECT_LE(pair.path.a_to_b.counters().sent - before, 120u);
}

TEST(SctpLife, AHeartbeatIsSentWhereOneIsAskedForAndMeasuresTheRoundTrip) {
  int beats = 0, answers = 0;
  SctpPair pair({.delay = 20ms});
  ASSERT_TRUE(pair.connect());
  pair.path.strand.drive_for(1s);
  EXPECT_GE(pair.a.transport.status().smoothed_round_trip, 40ms);
  EXPECT_LE(pair.a.transport.status().smoothed_round_trip, 41ms);
  pair.path.a_to_b.set_tap(
      [&](ByteView packet) { beats += has_chunk(packet, sctp_wire::HEARTBEAT); });
  pair.path.b_to_a.set_tap(
      [&](ByteView packet) { answers += has_chunk(packet, sctp_wire::HEARTBEAT_ACK); });
  for (int i = 1; i <= 5; ++i) {
    pair.a.transport.send_heartbeat();
    pair.path.strand.drive_for(1s);
    EXPECT_EQ(beats, i);
    EXPECT_EQ(answers, i);
  }
  pair.path.strand.drive_for(60s);
  EXPECT_EQ(beats, 5) << "nobody asked";
}

TEST(SctpLife, AMessageThatIsTooLongEndsTheAssociation) {
  for (const bool interleaving : {false, true}) {
    SctpTransport::Options small, large;
    small.max_message_size = 20000;
    small.interleaving = large.interleaving = interleaving;
    for (const std::size_t size : {20001, 1000000}) {
      large.max_message_size = 2000000;
      SctpPair pair({.delay = 5ms}, 1, large, small);
      ASSERT_TRUE(pair.connect());
      pair.a.send(1, pattern(20000, 1));
      pair.a.send(1, pattern(size, 2));
      ASSERT_TRUE(pair.drive_until([&] { return pair.b.closes == 1 && pair.a.closes == 1; }, 20s));
      EXPECT_EQ(pair.b.received.size(), 1u);
      EXPECT_EQ(pair.b.close_error, Error::ERR_INVALID_DATA);
      EXPECT_NE(pair.b.close_reason.find("max-message-size"), std::string::npos);
    }
  }
}

class SctpOutage : public testing::TestWithParam<int> {};

TEST_P(SctpOutage, IsSurvivedAndOverAtOnce) {
  const Duration length = std::chrono::seconds(GetParam());
  for (const bool idle : {false, true}) {
    SctpPair pair({.delay = 20ms}, 2);
    ASSERT_TRUE(pair.connect());
    for (std::uint32_t i = 0; i < 100 && !idle; ++i) pair.a.send(1, pattern(20000, i));
    pair.path.strand.drive_for(60ms);
    const TimePoint begin = pair.path.strand.clock.now();
    pair.path.a_to_b.add_outage(begin, begin + length);
    pair.path.b_to_a.add_outage(begin, begin + length);
    pair.path.strand.drive_for(length);
    ASSERT_EQ(pair.a.closes + pair.b.closes, 0);
    const std::size_t before = pair.b.received.size();
    if (idle) pair.a.send(1, pattern(20000, 0));
    ASSERT_TRUE(pair.drive_until([&] { return pair.b.received.size() > before; }, 2500ms));
    const std::size_t all = idle ? 1 : 100;
    ASSERT_TRUE(pair.drive_until([&] { return pair.b.received.size() == all; }, 20s));
    for (std::uint32_t i = 0; i < all; ++i) {
      ASSERT_EQ(pair.b.received[i].data, pattern(20000, i));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seconds, SctpOutage, testing::Values(3, 8, 25, 55));

struct Step {
  const char *name;
  Duration by;
};
class SctpWallClock : public testing::TestWithParam<Step> {};

TEST_P(SctpWallClock, MayBeSetDuringTheHandshake) {
  for (const Duration when : {1ms, 15ms, 25ms, 35ms, 45ms}) {
    SctpPair pair({.delay = 10ms});
    pair.connect_both();
    pair.path.strand.drive_for(when);
    pair.path.strand.clock.step_wall_clock(GetParam().by);
    ASSERT_TRUE(pair.drive_until([&] { return pair.both_connected(); }, 5s)) << when.count();
    pair.a.send(1, pattern(50000, 1));
    ASSERT_TRUE(pair.drive_until([&] { return pair.b.received.size() == 1; }, 5s));
  }
}

TEST_P(SctpWallClock, MayBeSetDuringTraffic) {
  SctpPair pair({.loss = 0.02, .delay = 20ms}, 5);
  ASSERT_TRUE(pair.connect());
  TimePoint last = pair.path.strand.clock.now();
  Duration longest{0};
  pair.b.on_message = [&] {
    longest = std::max(longest, pair.path.strand.clock.now() - last);
    last = pair.path.strand.clock.now();
  };
  SctpMessage aging;
  aging.stream = 2;
  aging.ordered = false;
  aging.reliability = SctpMessage::Reliability::MAX_LIFETIME;
  aging.reliability_value = 500;
  for (std::uint32_t i = 0; i < 300; ++i) {
    if (i == 150) pair.path.strand.clock.step_wall_clock(GetParam().by);
    pair.a.send(1, pattern(1500, i));
    pair.a.send(aging, pattern(90, i));
    pair.path.strand.drive_for(10ms);
  }
  pair.path.strand.drive_for(5s);
  std::uint32_t reliable = 0;
  std::size_t aged = 0;
  for (const auto &message : pair.b.received) {
    if (message.stream == 1) {
      ASSERT_EQ(message.data, pattern(1500, reliable++));
    } else {
      ++aged;
    }
  }
  EXPECT_EQ(reliable, 300u);
  EXPECT_GE(aged, 295u) << "lifetimes must not be measured with this clock";
  EXPECT_LE(longest, 1s);
}

INSTANTIATE_TEST_SUITE_P(Steps, SctpWallClock,
                         testing::Values(Step{"HourForward", 1h}, Step{"HourBack", -1h},
                                         Step{"DayBack", -24h}, Step{"SecondsBack", -3s}),
                         [](const auto &test) { return std::string(test.param.name); });

TEST(SctpStatus, TellsWhatThePathIsLike) {
  SctpPair pair({.loss = 0.05, .delay = 25ms}, 3);
  ASSERT_TRUE(pair.connect());
  for (std::uint32_t i = 0; i < 40; ++i) pair.a.send(1, pattern(30000, i));
  ASSERT_TRUE(pair.drive_until([&] { return pair.b.received.size() >= 10; }));
  const SctpStatus busy = pair.a.transport.status();
  EXPECT_GE(busy.smoothed_round_trip, 45ms);
  EXPECT_LE(busy.smoothed_round_trip, 90ms);
  EXPECT_GT(busy.congestion_window, 1000u);
  EXPECT_GT(busy.outstanding, 10000u);
  EXPECT_GT(busy.retransmitted_packets, 3u);
  // The queue inside never exceeds the window by much, so other channels are not kept waiting.
  EXPECT_LE(busy.outstanding, busy.congestion_window + (64u << 10) + 31000);
  ASSERT_TRUE(pair.drive_until([&] { return pair.b.received.size() == 40; }));
  pair.path.strand.drive_for(1s);
  EXPECT_EQ(pair.a.transport.status().outstanding, 0u);
}

}  // namespace
}  // namespace peerlane::test
