// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "transport/sctp/sctp_peer.hpp"
#include "transport/sctp/wire.hpp"

namespace peerlane::test {
namespace {

using namespace std::chrono_literals;

struct Case {
  const char *name;
  PathProfile profile;
  bool interleaving;
};

class SctpDelivery : public testing::TestWithParam<Case> {
 protected:
  static SctpTransport::Options options() {
    SctpTransport::Options options;
    options.interleaving = GetParam().interleaving;
    return options;
  }
};

// Small and fragmented messages on several streams, in both directions.
TEST_P(SctpDelivery, IsExactOnEachOrderedStream) {
  constexpr std::uint32_t kMessages = 120;
  constexpr std::uint16_t kStreams = 3;
  for (const std::uint64_t seed : {1, 2, 3}) {
    SctpPair pair(GetParam().profile, seed, options());
    ASSERT_TRUE(pair.connect(60s));
    ASSERT_EQ(pair.a.transport.interleaves(), GetParam().interleaving);
    const auto size_of = [](std::uint32_t i) { return i % 10 == 9 ? 20000 + i : 1 + i * 7 % 1500; };
    for (std::uint32_t i = 0; i < kMessages; ++i) {
      pair.a.send(static_cast<std::uint16_t>(i % kStreams), pattern(size_of(i), i));
      pair.b.send(static_cast<std::uint16_t>(i % kStreams), pattern(size_of(i), i + 1000));
    }
    ASSERT_TRUE(pair.drive_until(
        [&] { return pair.a.received.size() == kMessages && pair.b.received.size() == kMessages; },
        30min))
        << pair.a.received.size() << ' ' << pair.b.received.size() << pair.a.close_reason;
    for (SctpPeer *peer : {&pair.a, &pair.b}) {
      const std::uint32_t offset = peer == &pair.a ? 1000 : 0;
      std::uint32_t next[kStreams] = {0, 1, 2};
      for (const SctpPeer::Received &message : peer->received) {
        std::uint32_t &i = next[message.stream];
        ASSERT_EQ(message.data, pattern(size_of(i), i + offset));
        i += kStreams;
      }
    }
    pair.path.strand.drive_for(5s);
    EXPECT_EQ(pair.b.received.size(), kMessages) << "something came twice";
  }
}

TEST_P(SctpDelivery, IsCompleteWhereUnordered) {
  constexpr std::uint32_t kMessages = 100;
  SctpPair pair(GetParam().profile, 7, options());
  ASSERT_TRUE(pair.connect(60s));
  const auto size_of = [](std::uint32_t i) { return i % 10 == 9 ? 20000 + i : 4 + i * 7 % 1500; };
  for (std::uint32_t i = 0; i < kMessages; ++i) {
    SctpMessage head;
    head.ordered = false;
    pair.a.send(head, pattern(size_of(i), i));
  }
  ASSERT_TRUE(pair.drive_until([&] { return pair.b.received.size() == kMessages; }, 30min));
  std::multiset<PackedByteArray> expected, received;
  for (std::uint32_t i = 0; i < kMessages; ++i) expected.insert(pattern(size_of(i), i));
  for (const auto &message : pair.b.received) received.insert(message.data);
  EXPECT_EQ(received, expected);
}

TEST_P(SctpDelivery, CarriesTheLargestMessages) {
  SctpPair pair(GetParam().profile, 5, options());
  ASSERT_TRUE(pair.connect(60s));
  for (std::uint32_t i = 0; i < 4; ++i) pair.a.send(2, pattern(262144, i));
  ASSERT_TRUE(pair.drive_until([&] { return pair.b.received.size() == 4; }, 30min))
      << pair.b.received.size();
  for (std::uint32_t i = 0; i < 4; ++i) {
    ASSERT_TRUE(pair.b.received[i].data == pattern(262144, i)) << i;
  }
}

PathProfile lossy(double loss) { return {.loss = loss, .delay = 20ms}; }
const PathProfile kWild{
    .loss = 0.05, .duplicate = 0.05, .reorder = 0.1, .delay = 20ms, .jitter = 5ms};

INSTANTIATE_TEST_SUITE_P(Paths, SctpDelivery,
                         testing::Values(Case{"Clean", {.delay = 5ms}, false},
                                         Case{"CleanInterleaved", {.delay = 5ms}, true},
                                         Case{"Loss10", lossy(0.1), false},
                                         Case{"Loss10Interleaved", lossy(0.1), true},
                                         Case{"Loss30", lossy(0.3), false},
                                         Case{"Loss30Interleaved", lossy(0.3), true},
                                         Case{"ReorderDuplicate", kWild, false},
                                         Case{"ReorderDuplicateInterleaved", kWild, true}),
                         [](const auto &test) { return std::string(test.param.name); });

TEST(SctpPackets, AreOfEqualSizeAndNeverTooLarge) {
  for (const bool interleaving : {false, true}) {
    SctpTransport::Options options;
    options.interleaving = interleaving;
    std::size_t largest = 0;
    std::map<std::size_t, int> sizes;
    SctpPair pair({.delay = 1ms}, 1, options);
    pair.path.a_to_b.set_tap([&](ByteView packet) {
      largest = std::max(largest, packet.size());
      ++sizes[packet.size()];
    });
    ASSERT_TRUE(pair.connect());
    sizes.clear();
    for (std::uint32_t i = 0; i < 20; ++i) pair.a.send(0, pattern(100000, i));
    ASSERT_TRUE(pair.drive_until([&] { return pair.b.received.size() == 20; }));
    EXPECT_LE(largest, options.max_packet_size);
    // Nothing of the packet is wasted but what rounds to whole words.
    EXPECT_GT(largest + 4, options.max_packet_size);
    int all = 0;
    for (const auto &[size, count] : sizes) all += count;
    EXPECT_GT(sizes[largest], all * 9 / 10);
  }
}

TEST(SctpBackPressure, APausedReaderStopsTheSenderAndLosesNothing) {
  SctpPair pair({.delay = 5ms});
  ASSERT_TRUE(pair.connect());
  pair.b.transport.set_reading(false);
  constexpr std::uint32_t kMessages = 200;
  for (std::uint32_t i = 0; i < kMessages; ++i) pair.a.send(1, pattern(60000, i));
  pair.path.strand.drive_for(20s);
  EXPECT_TRUE(pair.b.received.empty());
  // 12 MB were to be sent: the window is 4 MiB.
  EXPECT_GT(pair.a.outgoing.size(), kMessages / 2);
  EXPECT_LE(pair.b.transport.unread().bytes, std::size_t{5} << 20);
  EXPECT_GE(pair.b.transport.unread().bytes, std::size_t{2} << 20);
  pair.b.transport.set_reading(true);
  ASSERT_TRUE(pair.drive_until([&] { return pair.b.received.size() == kMessages; }, 30s));
  for (std::uint32_t i = 0; i < kMessages; ++i) {
    ASSERT_TRUE(pair.b.received[i].data == pattern(60000, i)) << i;
  }
}

TEST(SctpBackPressure, TheReaderMayPauseAtEachMessage) {
  SctpPair pair({.loss = 0.05, .delay = 5ms});
  ASSERT_TRUE(pair.connect());
  pair.b.on_message = [&] { pair.b.transport.set_reading(false); };
  for (std::uint32_t i = 0; i < 50; ++i) pair.a.send(1, pattern(3000, i));
  for (std::uint32_t i = 0; i < 50; ++i) {
    ASSERT_TRUE(pair.drive_until([&] { return pair.b.received.size() == i + 1; }, 30s));
    pair.path.strand.drive_for(20ms);
    ASSERT_EQ(pair.b.received.size(), i + 1);
    pair.b.transport.set_reading(true);
  }
  for (std::uint32_t i = 0; i < 50; ++i) EXPECT_EQ(pair.b.received[i].data, pattern(3000, i));
}

TEST(SctpInterleaving, ASmallMessageOvertakesALargeOne) {
  SctpPair pair({.delay = 20ms, .bytes_per_second = 500'000, .queue_bytes = 1 << 20});
  ASSERT_TRUE(pair.connect());
  ASSERT_TRUE(pair.a.transport.interleaves());
  pair.a.send(1, pattern(262144, 1));
  pair.path.strand.drive_for(60ms);
  pair.a.send(3, pattern(50, 2));
  ASSERT_TRUE(pair.drive_until([&] { return pair.b.received.size() == 2; }));
  EXPECT_EQ(pair.b.received[0].stream, 3);
  EXPECT_EQ(pair.b.received[1].data, pattern(262144, 1));
}

TEST(SctpInterleaving, IsOnlyUsedWhereBothOfferIt) {
  SctpTransport::Options without;
  without.interleaving = false;
  SctpPair pair({.delay = 20ms}, 1, {}, without);
  ASSERT_TRUE(pair.connect());
  EXPECT_FALSE(pair.a.transport.interleaves());
  EXPECT_FALSE(pair.b.transport.interleaves());
  pair.a.send(1, pattern(262144, 1));
  ASSERT_TRUE(pair.drive_until([&] { return pair.b.received.size() == 1; }));
  EXPECT_EQ(pair.b.received[0].data, pattern(262144, 1));
}

TEST(SctpSacks, AreFewerWhereTheRoundTripIsShort) {
  const auto acknowledgements = [](Duration delay) {
    int sacks = 0;
    SctpPair pair({.delay = delay});
    EXPECT_TRUE(pair.connect());
    pair.path.b_to_a.set_tap([&](ByteView packet) { sacks += has_chunk(packet, sctp_wire::SACK); });
    for (std::uint32_t i = 0; i < 40; ++i) pair.a.send(1, pattern(60000, i));
    EXPECT_TRUE(pair.drive_until([&] { return pair.b.received.size() == 40; }));
    return sacks;
  };
  const int near = acknowledgements(100us);
  const int far = acknowledgements(20ms);
  EXPECT_GT(far, 1000) << "every second packet, or the window would grow slowly";
  EXPECT_LT(near * 5, far);
}

}  // namespace
}  // namespace peerlane::test
