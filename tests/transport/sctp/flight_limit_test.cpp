// SPDX-License-Identifier: MIT
#include "transport/sctp/flight_limit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

namespace peerlane::test {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kStart{1000s};

class FlightLimitTest : public ::testing::Test {
 protected:
  /// Round trips of this length, one behind the other, for a while.
  void pass(Duration time, Duration round_trip, std::size_t in_flight) {
    for (const TimePoint end = now + time; now < end;) {
      now += round_trip;
      limit.on_round_trip(round_trip, in_flight, now);
    }
  }
  TimePoint now = kStart;
  FlightLimit limit;
};

constexpr std::size_t kUnlimited = 16u << 20;

TEST_F(FlightLimitTest, IsNoneWhereNoQueueStands) {
  pass(5s, 50ms, 3u << 20);
  pass(5s, 58ms, 3u << 20);
  EXPECT_EQ(limit.bytes(), kUnlimited);
  EXPECT_EQ(limit.least(), 50ms);
}

TEST_F(FlightLimitTest, FallsUntilTheQueueIsGoneAndGrowsAgain) {
  pass(1s, 50ms, 100'000);
  pass(300ms, 300ms, 4u << 20);
  const std::size_t first = limit.bytes();
  EXPECT_LT(first, 4u << 20);
  for (int i = 0; i < 5; ++i) pass(200ms, 200ms, limit.bytes());
  EXPECT_LT(limit.bytes(), first / 2);
  const std::size_t low = limit.bytes();
  pass(5s, 51ms, low);
  EXPECT_GT(limit.bytes(), 2 * low);
}

TEST_F(FlightLimitTest, TakesAPathThatHasBecomeLongerForWhatItIs) {
  pass(1s, 50ms, 1u << 20);
  // Whatever is under way, it takes 120 ms now.
  for (int i = 0; i < 100; ++i) pass(120ms, 120ms, std::min(limit.bytes(), std::size_t{1} << 20));
  EXPECT_EQ(limit.least(), 120ms);
  EXPECT_GT(limit.bytes(), 1u << 20);
}

TEST_F(FlightLimitTest, EndsAStandingQueueWithinAFewRoundTrips) {
  // A link of 1 MB/s and 50 ms, and 4 MB under way on it.
  pass(1s, 50ms, 30'000);
  std::size_t in_flight = 4'000'000;
  int round_trips = 0;
  for (; in_flight > 70'000 && round_trips < 20; ++round_trips) {
    const Duration round_trip = std::max<Duration>(50ms, std::chrono::microseconds(in_flight));
    now += round_trip;
    limit.on_round_trip(round_trip, in_flight, now);
    in_flight = std::min(in_flight, limit.bytes());
  }
  EXPECT_LE(round_trips, 12);
  EXPECT_EQ(limit.least(), 50ms);
}

TEST_F(FlightLimitTest, DoesNotGrowWhereItIsNotUsed) {
  pass(1s, 50ms, 100'000);
  pass(600ms, 300ms, 1u << 20);
  const std::size_t low = limit.bytes();
  pass(5s, 50ms, 1000);
  EXPECT_EQ(limit.bytes(), low);
}

TEST_F(FlightLimitTest, OneSlowRoundTripAmongFastOnesIsNoQueue) {
  for (int i = 0; i < 200; ++i) {
    pass(10ms, 200us, 1u << 20);
    pass(1ms, 40ms, 1u << 20);
  }
  EXPECT_EQ(limit.bytes(), 1u << 20) << "the most for a path so short";

  limit = FlightLimit();
  for (int i = 0; i < 200; ++i) {
    pass(10ms, 2ms, 1u << 20);
    pass(1ms, 40ms, 1u << 20);
  }
  EXPECT_EQ(limit.bytes(), kUnlimited);
}

TEST_F(FlightLimitTest, TheShortestPathsNeverHaveMoreUnderWayThanTheCacheHolds) {
  EXPECT_EQ(limit.bytes(), kUnlimited) << "nothing is known of the path";
  pass(5s, 200us, 1u << 20);
  EXPECT_EQ(limit.bytes(), 1u << 20);
  // A path that is longer is seen as such when the shorter one has been forgotten.
  pass(25s, 2ms, 1u << 20);
  EXPECT_EQ(limit.bytes(), kUnlimited);
}

TEST_F(FlightLimitTest, LossOnAShortPathLowersItAndOnALongOneDoesNot) {
  pass(100ms, 200us, 1u << 20);
  limit.on_retransmission(1u << 20, now);
  EXPECT_LT(limit.bytes(), 800'000u);
  const std::size_t once = limit.bytes();
  limit.on_retransmission(1u << 19, now + 1ms);
  EXPECT_EQ(limit.bytes(), once) << "the same loss";
  for (int i = 1; i < 100; ++i) limit.on_retransmission(1000, now + i * 100ms);
  EXPECT_EQ(limit.bytes(), 65536u) << "never less";

  FlightLimit on_long;
  on_long.on_round_trip(50ms, 100'000, now);
  on_long.on_retransmission(100'000, now);
  EXPECT_EQ(on_long.bytes(), kUnlimited);
}

}  // namespace
}  // namespace peerlane::test
