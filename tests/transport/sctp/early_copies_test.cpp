// SPDX-License-Identifier: MIT
#include "transport/sctp/early_copies.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

#include "transport/sctp/wire.hpp"

namespace peerlane::test {
namespace {

using namespace std::chrono_literals;
using namespace sctp_wire;

using Tsns = std::vector<std::uint32_t>;

/// Packets 1, 2, 3, … leave 10 ms after each other.
class EarlyCopiesTest : public testing::Test {
 protected:
  /// TSNs of the packet as it goes out, with one chunk of its own.
  Tsns send(std::uint16_t size = 20, std::size_t most = 1200) {
    now_ += 10ms;
    PackedByteArray packet(kCommonHeader);
    const PackedByteArray sack{SACK, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    packet.insert(packet.end(), sack.begin(), sack.end());
    const std::size_t chunk = packet.size();
    packet.resize(chunk + size);
    write16(packet.data() + chunk + 2, size);
    packet[chunk + 7] = static_cast<std::uint8_t>(++tsn_);
    const ByteView whole(packet);
    // What the packet is on the wire less its acknowledgement.
    const ByteView chunks = limited_ ? ByteView() : whole.subview(chunk);
    EXPECT_TRUE(sent_.add(tsn_, tsn_, whole.subview(0, kCommonHeader), chunks, limited_ ? 0 : 1,
                          kCommonHeader + size));
    sent_.back().sent_at = now_;
    const ByteView out = copies_.add_to(whole, sent_, most, now_ - 100ms, now_);
    EXPECT_LE(out.size(), std::max(most, packet.size()));
    EXPECT_EQ(out[kCommonHeader], SACK);
    Tsns tsns;
    for (std::size_t at = chunk; at < out.size(); at += read16(out.data() + at + 2)) {
      EXPECT_EQ(out[at], DATA);
      tsns.push_back(read32(out.data() + at + 4));
    }
    return tsns;
  }
  bool copies() { return send().size() > 1; }
  /// Sends for so long; as much as is under way in a game.
  void play(Duration time) {
    for (Duration passed{0}; passed < time; passed += 10ms) {
      send();
      if (tsn_ > 3) sent_.pop_front();
    }
  }

  bool limited_ = false;
  EarlyCopies copies_;
  SentPackets sent_;
  TimePoint now_{1s};
  std::uint32_t tsn_ = 0;
};

TEST_F(EarlyCopiesTest, GoOnAfterAReportOfOnePacket) {
  for (int i = 0; i < 10; ++i) copies_.on_round_trip(50ms);
  send();
  EXPECT_TRUE(copies());
  for (int i = 0; i < 20; ++i) copies_.on_round_trip(150ms);
  EXPECT_FALSE(copies());
  copies_.on_late_acknowledgement(170ms);
  EXPECT_FALSE(copies()) << "it says nothing";
  copies_.on_late_acknowledgement(55ms);
  EXPECT_TRUE(copies());
}

TEST_F(EarlyCopiesTest, WhatMayNotBeSentAgainCarriesButIsNotCarried) {
  EXPECT_EQ(send(), Tsns{1});
  limited_ = true;
  EXPECT_EQ(send(), (Tsns{1, 2}));
  EXPECT_EQ(send(), (Tsns{1, 3}));
  limited_ = false;
  EXPECT_EQ(send(), (Tsns{1, 4}));
  limited_ = true;
  EXPECT_EQ(send(), (Tsns{1, 4, 5}));
}

TEST_F(EarlyCopiesTest, TheTwoPacketsBeforeGoWithEach) {
  EXPECT_EQ(send(), Tsns{1});
  EXPECT_EQ(send(), (Tsns{1, 2}));
  EXPECT_EQ(send(), (Tsns{1, 2, 3}));
  EXPECT_EQ(send(), (Tsns{2, 3, 4}));
  EXPECT_EQ(sent_.back().copies, 2);
}

TEST_F(EarlyCopiesTest, WhatHasComeOrIsRepairedOrOldDoesNotGo) {
  send();
  sent_.back().acknowledged = true;
  send();
  EXPECT_EQ(send(), (Tsns{2, 3}));
  sent_.back().repaired = true;
  EXPECT_EQ(send(), (Tsns{2, 4}));
  now_ += 95ms;
  EXPECT_EQ(send(), Tsns{5});
}

TEST_F(EarlyCopiesTest, OnlyWhatFitsGoes) {
  send(100);
  send(100);
  EXPECT_EQ(send(20, 12 + 16 + 220), (Tsns{1, 2, 3}));
  EXPECT_EQ(send(100, 12 + 16 + 219), (Tsns{3, 4}));
  EXPECT_EQ(send(100, 12 + 16 + 199), Tsns{5});
  send(412);
  EXPECT_EQ(send(), (Tsns{5, 6, 7}));
  send(500);
  EXPECT_EQ(send(), (Tsns{8, 9})) << "512 bytes";
  send(516);
  EXPECT_EQ(send(), Tsns{11});
}

TEST_F(EarlyCopiesTest, EndWhereNothingWasLostForAWhile) {
  play(27s);
  EXPECT_TRUE(copies());
  now_ += 1h;  // A pause, which says nothing.
  send();
  EXPECT_TRUE(copies());
  play(3s);
  EXPECT_FALSE(copies());
  copies_.on_loss();
  play(59s);
  EXPECT_TRUE(copies());
  play(2s);
  EXPECT_FALSE(copies());
}

TEST_F(EarlyCopiesTest, PauseWhileAQueueStands) {
  const auto measure = [this](int count, Duration sample) {
    for (int i = 0; i < count; ++i) copies_.on_round_trip(sample);
  };
  send();
  measure(1, 60ms);
  measure(100, 74ms);
  EXPECT_TRUE(copies());
  measure(1, 60ms);
  measure(4, 100ms);
  EXPECT_FALSE(copies());
  measure(1, 70ms);
  EXPECT_TRUE(copies()) << "jitter";
  measure(10, 100ms);
  EXPECT_FALSE(copies());
  measure(250, 100ms);
  EXPECT_TRUE(copies()) << "a longer path";
}

TEST_F(EarlyCopiesTest, AMissingDuplicateIsALoss) {
  play(40s);
  copies_.on_acknowledged(2, 2);
  copies_.on_acknowledged(2, 3);
  copies_.on_acknowledged(0, 0);
  EXPECT_FALSE(copies());
  copies_.on_acknowledged(2, 1);
  EXPECT_TRUE(copies());
}

TEST_F(EarlyCopiesTest, APeerThatReportsNoDuplicatesTellsNothing) {
  play(40s);
  copies_.on_acknowledged(2, 0);
  EXPECT_FALSE(copies());
  copies_.on_acknowledged(2, 2);
  copies_.on_acknowledged(2, 0);
  EXPECT_TRUE(copies());
}

TEST_F(EarlyCopiesTest, MoreDuplicatesThanPeersReportAreNotMissed) {
  play(40s);
  copies_.on_acknowledged(25, 20);
  EXPECT_FALSE(copies());
  copies_.on_acknowledged(25, 19);
  EXPECT_TRUE(copies());
}

}  // namespace
}  // namespace peerlane::test
