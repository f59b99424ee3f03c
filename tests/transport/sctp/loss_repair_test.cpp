// SPDX-License-Identifier: MIT
#include "transport/sctp/loss_repair.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <utility>
#include <vector>

#include "transport/sctp/crc32c.hpp"
#include "transport/sctp/sack.hpp"
#include "transport/sctp/wire.hpp"

namespace peerlane::test {
namespace {

using namespace std::chrono_literals;
using namespace sctp_wire;

// The stream whose messages are not repeated for ever.
constexpr std::uint16_t kLimited = 7;

using Blocks = std::vector<std::pair<int, int>>;  // Offsets from the cumulative TSN.

PackedByteArray with_tsn(PackedByteArray bytes, std::size_t at, std::uint32_t tsn) {
  write32(bytes.data() + at, tsn);
  return bytes;
}

PackedByteArray data(std::uint32_t tsn, std::uint16_t stream = 0, std::uint16_t size = 20) {
  PackedByteArray packet(kCommonHeader + size);
  packet[kCommonHeader + 1] = 3;  // A whole message.
  write16(packet.data() + kCommonHeader + 2, size);
  write16(packet.data() + kCommonHeader + 8, stream);
  packet = with_tsn(std::move(packet), kCommonHeader + 4, tsn);
  fill_in_checksum(packet.data(), packet.size());
  return packet;
}

PackedByteArray sack(std::uint32_t cumulative, const Blocks &blocks = {}) {
  PackedByteArray packet(kCommonHeader + 16 + 4 * blocks.size());
  std::uint8_t *chunk = packet.data() + kCommonHeader;
  chunk[0] = SACK;
  write16(chunk + 2, static_cast<std::uint16_t>(16 + 4 * blocks.size()));
  write16(chunk + 12, static_cast<std::uint16_t>(blocks.size()));
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    write16(chunk + 16 + 4 * i, static_cast<std::uint16_t>(blocks[i].first));
    write16(chunk + 18 + 4 * i, static_cast<std::uint16_t>(blocks[i].second));
  }
  return with_tsn(std::move(packet), kCommonHeader + 4, cumulative);
}

/// Packets 1, 2, 3, … leave 10 ms after each other; the round trip is 50 ms.
class LossRepairTest : public testing::Test {
 protected:
  LossRepairTest() { repair_.set_limited(kLimited); }

  void send(std::uint32_t tsn, std::uint16_t stream = 0) {
    repair_.on_sent(data(tsn, stream, size_), now_);
  }
  void send_up_to(std::uint32_t tsn, Duration gap = 10ms) {
    while (sent_ < tsn) {
      now_ += gap;
      send(++sent_);
    }
  }
  void send_limited_and_up_to(std::uint32_t tsn) {
    now_ += 10ms;
    send(++sent_, kLimited);
    send_up_to(tsn);
  }
  /// True where the stack sees no gap.
  bool receive(const PackedByteArray &packet) {
    const ByteView seen = repair_.on_received(packet, now_, 200ms);
    return Sack::in(seen)->gaps() == 0;
  }
  /// TSNs of what goes out again; how often each of them does.
  std::vector<std::uint32_t> repairs() {
    std::vector<ByteView> packets;
    repair_.take_repairs(packets);
    std::vector<std::uint32_t> tsns;
    for (const ByteView packet : packets) {
      const std::uint32_t tsn = read32(packet.data() + kCommonHeader + 4);
      EXPECT_EQ(PackedByteArray(packet.begin(), packet.end()), data(tsn, 0, size_));
      // As it is sent after what went before.
      EXPECT_FALSE(repair_.has_repairs());
      if (tsns.empty() || tsns.back() != tsn) tsns.push_back(tsn);
    }
    if (!tsns.empty()) copies_ = packets.size() / tsns.size();
    return tsns;
  }
  using Tsns = std::vector<std::uint32_t>;

  LossRepair repair_;
  TimePoint now_{1s};
  std::uint32_t sent_ = 0;
  std::uint16_t size_ = 20;
  std::size_t copies_ = 0;
};

TEST_F(LossRepairTest, WhatIsAcknowledgedInOrderPassesUntouched) {
  send_up_to(6);
  const PackedByteArray packet = sack(2);
  const ByteView seen = repair_.on_received(packet, now_, 200ms);
  EXPECT_EQ(seen.data(), packet.data());
  EXPECT_EQ(repair_.take_round_trip(), Duration(40ms)) << "of the last of the two";
  EXPECT_FALSE(repair_.idle());
  EXPECT_TRUE(receive(sack(6)));
  EXPECT_TRUE(repair_.idle());
  EXPECT_EQ(repairs(), Tsns());
}

TEST_F(LossRepairTest, ThreeLaterPacketsTellThatOneIsLost) {
  send_up_to(6);
  receive(sack(2));
  // In one report, long before a quarter of the round trip has passed.
  EXPECT_TRUE(receive(sack(2, {{2, 3}})));
  EXPECT_EQ(repairs(), Tsns());
  EXPECT_TRUE(receive(sack(2, {{2, 4}})));
  EXPECT_EQ(repairs(), Tsns{3});
  EXPECT_TRUE(receive(sack(2, {{2, 4}})));
  EXPECT_EQ(repairs(), Tsns()) << "once";
  EXPECT_EQ(repair_.repaired(), 2u) << "two copies";
}

TEST_F(LossRepairTest, GoesOutTwiceWhereLittleIsUnderWay) {
  for (const std::size_t copies : {2u, 1u}) {
    size_ = copies == 1 ? 1000 : 20;
    send_up_to(sent_ + 8);
    receive(sack(sent_ - 6, {{2, 4}}));
    EXPECT_EQ(repairs(), Tsns{sent_ - 5});
    EXPECT_EQ(copies_, copies);
    receive(sack(sent_));
  }
}

TEST_F(LossRepairTest, OneLaterPacketTellsItAfterAQuarterOfTheRoundTrip) {
  send_up_to(6);
  receive(sack(2));  // 40 ms
  now_ += 11ms;      // Number 3 is 41 ms old.
  receive(sack(2, {{2, 2}}));
  EXPECT_EQ(repairs(), Tsns());
  now_ += 10ms;
  receive(sack(2, {{2, 2}}));
  EXPECT_EQ(repairs(), Tsns{3});
}

TEST_F(LossRepairTest, ARepairThatIsLostIsRepairedToo) {
  send_up_to(6);
  receive(sack(2));
  receive(sack(2, {{2, 4}}));
  EXPECT_EQ(repairs(), Tsns{3});
  send_up_to(12);
  now_ -= 10ms;
  receive(sack(2, {{2, 9}}));
  EXPECT_EQ(repairs(), Tsns{3}) << "three that were sent after the repair have come";
}

TEST_F(LossRepairTest, TheFirstSendingMayHaveComeAfterAll) {
  send_up_to(8);
  receive(sack(2));
  receive(sack(2, {{3, 6}}));  // 3 and 4 are missing.
  EXPECT_EQ(repairs(), (Tsns{3, 4}));
  // Number 4 was only late. That it has come says nothing of the repair of 3.
  now_ += 1ms;
  receive(sack(2, {{2, 6}}));
  EXPECT_EQ(repairs(), Tsns());
}

TEST_F(LossRepairTest, ABurstIsRepairedNoFasterThanOthersArrive) {
  send_up_to(50, 1ms);
  receive(sack(40));
  now_ += 60ms;
  EXPECT_EQ(repairs(), Tsns());
  // Three are missing, and one has come; two may go out again all the same.
  receive(sack(40, {{4, 4}}));
  EXPECT_EQ(repairs(), (Tsns{41, 42}));
  receive(sack(40, {{4, 5}}));
  EXPECT_EQ(repairs(), Tsns{43});
}

TEST_F(LossRepairTest, TheStackSeesAGapBeforeItsTimerExpires) {
  send_up_to(6);
  receive(sack(2));
  EXPECT_TRUE(receive(sack(2, {{2, 4}})));
  now_ += 159ms;
  EXPECT_TRUE(receive(sack(2, {{2, 4}})));
  now_ += 2ms;
  EXPECT_FALSE(receive(sack(2, {{2, 4}})));
  EXPECT_EQ(repairs(), Tsns()) << "that is the stack's business now";
  // Until all that it has seen as come has come in order.
  send_up_to(12, 1ms);
  EXPECT_FALSE(receive(sack(4, {{2, 2}})));
  EXPECT_FALSE(receive(sack(6, {{2, 2}})));
  receive(sack(12));
  send_up_to(17, 1ms);
  EXPECT_TRUE(receive(sack(12, {{2, 5}})));
  EXPECT_EQ(repairs(), Tsns{13});
}

TEST_F(LossRepairTest, ManyLossesAtOnceAreCongestion) {
  size_ = 1000;
  send_up_to(40, 1ms);
  receive(sack(20));
  EXPECT_TRUE(receive(sack(20, {{4, 12}}))) << "three";
  EXPECT_FALSE(receive(sack(20, {{4, 12}, {15, 20}}))) << "five of 40";
  EXPECT_FALSE(repair_.has_repairs());
}

TEST_F(LossRepairTest, MuchLossIsCongestion) {
  std::uint32_t cumulative = 0;
  bool hidden = true;
  int rounds = 0;
  size_ = 1000;
  // One of ten.
  for (; hidden && rounds < 1000; ++rounds) {
    send_up_to(cumulative + 60, 1ms);
    hidden = receive(sack(cumulative, {{2, 10}}));
    repairs();
    cumulative += 10;
    receive(sack(cumulative));
  }
  EXPECT_GT(rounds, 5);
  EXPECT_LT(rounds, 50);
}

TEST_F(LossRepairTest, MuchLossOfFewPacketsIsRepairedAllTheSame) {
  std::uint32_t cumulative = 0;
  for (int rounds = 0; rounds < 100; ++rounds) {
    send_up_to(cumulative + 10);
    ASSERT_TRUE(receive(sack(cumulative, {{2, 10}})));
    EXPECT_EQ(repairs(), Tsns{cumulative + 1});
    cumulative += 10;
    receive(sack(cumulative));
  }
}

TEST_F(LossRepairTest, WhatHasALimitIsShownToTheStackAndNotRepeated) {
  send_up_to(3);
  send_limited_and_up_to(8);
  EXPECT_FALSE(receive(sack(3, {{2, 5}})));
  EXPECT_EQ(repairs(), Tsns());
  now_ += 100ms;
  EXPECT_FALSE(receive(sack(3, {{2, 5}})));
  EXPECT_EQ(repairs(), Tsns());
  EXPECT_FALSE(repair_.paces());
  receive(sack(8));
  repair_.on_stream_reset(kLimited);
  send_limited_and_up_to(13);
  EXPECT_TRUE(receive(sack(8, {{2, 5}})));
}

TEST_F(LossRepairTest, WhatIsSentBesideItIsRepairedInSightOfTheStack) {
  send_up_to(3);
  send_limited_and_up_to(8);
  EXPECT_FALSE(receive(sack(1, {{2, 7}})));
  EXPECT_EQ(repairs(), Tsns{2});
  // What the stack has seen as come is not kept from it, though it came later.
  receive(sack(4, {{2, 4}}));
  EXPECT_TRUE(repair_.left_to_stack());
  receive(sack(8));
  EXPECT_FALSE(repair_.left_to_stack());
}

// The timer of the stack is near, but what it does is right: it sees everything.
TEST_F(LossRepairTest, BesideItTheTimerOfTheStackDoesNotMatter) {
  send_up_to(3);
  receive(sack(2));
  send_limited_and_up_to(8);
  receive(sack(3, {{2, 5}}));
  now_ += 190ms;
  send_up_to(12);
  receive(sack(3, {{2, 6}, {8, 9}}));
  EXPECT_EQ(repairs(), Tsns{10});
}

TEST_F(LossRepairTest, TheStackMayRepeatWhatHasALimit) {
  send_up_to(3);
  receive(sack(2));
  send_limited_and_up_to(8);
  receive(sack(3, {{2, 3}}));
  send(4, kLimited);
  now_ += 60ms;
  receive(sack(3, {{2, 3}, {5, 5}}));
  EXPECT_EQ(repairs(), Tsns{7});
}

TEST_F(LossRepairTest, OfAMixedPacketOnlyWhatMayBeRepeatedIs) {
  send_up_to(1);
  PackedByteArray mixed = data(2, kLimited);
  for (const std::uint32_t tsn : {3u, 4u}) {
    const PackedByteArray next = data(tsn, tsn == 3 ? 0 : kLimited);
    mixed.insert(mixed.end(), next.begin() + kCommonHeader, next.end());
  }
  EXPECT_TRUE(repair_.on_sent(mixed, now_));
  sent_ = 4;
  send_up_to(8);
  EXPECT_FALSE(receive(sack(1, {{4, 7}})));
  EXPECT_EQ(repairs(), Tsns{3});
}

TEST_F(LossRepairTest, MuchBesideWhatHasALimitIsLeftToTheStack) {
  size_ = 1000;
  send_up_to(6);
  send_limited_and_up_to(10);
  EXPECT_FALSE(receive(sack(1, {{2, 9}})));
  EXPECT_EQ(repairs(), Tsns());
}

TEST_F(LossRepairTest, WhatTheStackSendsAgainIsLeftToIt) {
  send_up_to(6);
  send(3);
  EXPECT_FALSE(receive(sack(2, {{2, 4}})));
  EXPECT_EQ(repairs(), Tsns());
}

TEST_F(LossRepairTest, WhatItWasNotToldOfIsLeftToTheStack) {
  send_up_to(3);
  sent_ = 5;
  send_up_to(10);
  EXPECT_FALSE(receive(sack(2, {{2, 8}})));
  EXPECT_EQ(repairs(), Tsns());
}

TEST_F(LossRepairTest, ASackBehindAnotherChunkIsLeftToTheStack) {
  send_up_to(6);
  receive(sack(2));
  PackedByteArray packet = sack(2, {{2, 4}});
  const PackedByteArray heartbeat{HEARTBEAT, 0, 0, 8, 0, 1, 0, 4};
  packet.insert(packet.begin() + kCommonHeader, heartbeat.begin(), heartbeat.end());
  const ByteView seen = repair_.on_received(packet, now_, 200ms);
  EXPECT_EQ(seen.data(), packet.data());
  EXPECT_FALSE(receive(sack(2, {{2, 4}})));
}

TEST_F(LossRepairTest, NumbersWrapAround) {
  sent_ = 0xfffffffd;
  now_ += 10ms;
  for (int i = 0; i < 8; ++i) send(++sent_);  // Up to 5.
  receive(sack(0xffffffff));
  EXPECT_TRUE(receive(sack(0xffffffff, {{2, 6}})));
  EXPECT_EQ(repairs(), Tsns{0});
}

TEST_F(LossRepairTest, SenselessReportsCostNothing) {
  send_up_to(20);
  const Blocks senseless[] = {{{5, 2}}, {{0, 0}}, {{100, 200}}, {{1, 65535}}, {{65535, 1}, {3, 3}}};
  for (int i = 0; i < 1000; ++i) {
    for (const Blocks &blocks : senseless) {
      receive(sack(1, blocks));
      receive(sack(0xfffffff0u, blocks));
      receive(sack(4000, blocks));
      std::vector<ByteView> packets;
      repair_.take_repairs(packets);
      ASSERT_LE(packets.size(), 40u);
    }
  }
  EXPECT_TRUE(receive(sack(20)));
}

}  // namespace
}  // namespace peerlane::test
