// SPDX-License-Identifier: MIT
#include "transport/sctp/round_trip.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace peerlane::test {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kSent{1000s};

TEST(RoundTripTest, IsTheTimeFromAPacketToItsAcknowledgement) {
  RoundTrip round_trip;
  EXPECT_EQ(round_trip.smoothed(), Duration(0));
  round_trip.on_data_sent(7, kSent);
  round_trip.on_data_sent(9, kSent + 1ms);  // One at a time.
  EXPECT_FALSE(round_trip.on_acknowledged(6, kSent + 2ms));
  EXPECT_EQ(round_trip.on_acknowledged(8, kSent + 300us), 300us);
  EXPECT_EQ(round_trip.smoothed(), 300us);
  EXPECT_FALSE(round_trip.on_acknowledged(9, kSent + 5ms));
}

TEST(RoundTripTest, SmoothsAsRfc9260Says) {
  RoundTrip round_trip;
  for (const Duration sample : {80us, 160us}) {
    round_trip.on_data_sent(1, kSent);
    round_trip.on_acknowledged(1, kSent + sample);
  }
  EXPECT_EQ(round_trip.smoothed(), 90us);
}

TEST(RoundTripTest, ARetransmissionSpoilsTheSample) {
  RoundTrip round_trip;
  round_trip.on_data_sent(1, kSent);
  round_trip.on_retransmission();
  EXPECT_FALSE(round_trip.on_acknowledged(1, kSent + 1s));
}

TEST(RoundTripTest, TsnsWrapAround) {
  RoundTrip round_trip;
  round_trip.on_data_sent(0xfffffffe, kSent);
  EXPECT_EQ(round_trip.on_acknowledged(3, kSent + 5ms), 5ms);
}

TEST(RoundTripTest, AnAnswerToAHeartbeatCountsOnce) {
  RoundTrip round_trip;
  EXPECT_FALSE(round_trip.on_heartbeat_acknowledged(kSent));
  round_trip.on_heartbeat_sent(kSent);
  EXPECT_EQ(round_trip.on_heartbeat_acknowledged(kSent), 1us) << "zero would mean unknown";
  EXPECT_FALSE(round_trip.on_heartbeat_acknowledged(kSent + 1s));
}

}  // namespace
}  // namespace peerlane::test
