// SPDX-License-Identifier: MIT
#include "transport/sctp/retransmission_timer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "transport/sctp/sctp_peer.hpp"
#include "transport/sctp/wire.hpp"

namespace peerlane::test {
namespace {

using namespace std::chrono_literals;
using namespace sctp_wire;

PackedByteArray sack_with(std::uint16_t gap_blocks, const PackedByteArray &behind = {}) {
  PackedByteArray packet(kCommonHeader + 16 + 4u * gap_blocks);
  std::uint8_t *chunk = packet.data() + kCommonHeader;
  chunk[0] = SACK;
  write16(chunk + 2, static_cast<std::uint16_t>(16 + 4 * gap_blocks));
  chunk[7] = 99;  // Cumulative TSN.
  write16(chunk + 12, gap_blocks);
  packet.insert(packet.end(), behind.begin(), behind.end());
  return packet;
}

PackedByteArray bytes_of(ByteView view) { return PackedByteArray(view.begin(), view.end()); }

TEST(RetransmissionTimer, OneSackInAWhileSaysNothingMoreInMoreWords) {
  RetransmissionTimer timer;
  const TimePoint start{1s};
  const PackedByteArray data(20, 7);
  const PackedByteArray plain = sack_with(0, data);
  PackedByteArray expected = sack_with(1, data);
  expected[kCommonHeader + 17] = 1;  // From 1 to 0.
  EXPECT_EQ(bytes_of(timer.restart_by(plain, start)), expected);
  EXPECT_EQ(bytes_of(timer.restart_by(plain, start + 19ms)), plain);
  EXPECT_EQ(bytes_of(timer.restart_by(plain, start + 20ms)), expected);
}

TEST(RetransmissionTimer, SacksWithGapsAndWhatFollowsThemStayAsTheyAre) {
  RetransmissionTimer timer;
  const TimePoint start{1s};
  EXPECT_EQ(bytes_of(timer.restart_by(sack_with(2), start)), sack_with(2));
  EXPECT_EQ(bytes_of(timer.restart_by(sack_with(0), start)), sack_with(0));
  EXPECT_NE(bytes_of(timer.restart_by(sack_with(0), start)), sack_with(0));
}

TEST(RetransmissionTimer, OtherPacketsStayAsTheyAre) {
  RetransmissionTimer timer;
  PackedByteArray heartbeat = sack_with(0);
  heartbeat[kCommonHeader] = HEARTBEAT;
  EXPECT_EQ(bytes_of(timer.restart_by(heartbeat, TimePoint{1s})), heartbeat);
  const PackedByteArray header(kCommonHeader);
  EXPECT_EQ(bytes_of(timer.restart_by(header, TimePoint{1s})), header);
}

// Now and then a few packets take a little longer than the smoothed round trip; none is lost, and
// none must be taken for lost.
TEST(RetransmissionTimer, WindowOutlivesHiccupsInTheMidstOfBulk) {
  PathProfile usual, hiccup;
  usual.delay = 25ms;
  hiccup.delay = 33ms;
  SctpTransport::Options options;
  options.receive_window = 256u << 10;
  SctpPair pair(usual, 1, options);
  ASSERT_TRUE(pair.connect());
  const auto window = [&pair] { return pair.a.transport.status().congestion_window; };
  std::size_t most = 0;
  for (int i = 0; i < 3000; ++i) {
    while (pair.a.outgoing.size() < 32) pair.a.send(0, PackedByteArray(16384));
    // Each time at another moment of the timer, which expires after 200 ms.
    pair.path.a_to_b.set_profile(i % 41 == 0 ? hiccup : usual);
    pair.path.strand.drive_for(10ms);
    pair.b.received.clear();
    ASSERT_GE(window(), most) << "after " << i * 10 << " ms";
    most = window();
  }
  EXPECT_GT(most, 100000u);
  EXPECT_EQ(pair.a.transport.status().retransmitted_packets, 0u);
}

// What is lost at the end is still sent again, though acknowledgements came until then.
TEST(RetransmissionTimer, LostTailIsRepairedInOneTimeout) {
  PathProfile profile;
  profile.delay = 25ms;
  SctpPair pair(profile);
  ASSERT_TRUE(pair.connect());
  for (int i = 0; i < 32; ++i) pair.a.send(0, PackedByteArray(16384));
  ASSERT_TRUE(pair.drive_until([&] { return pair.a.outgoing.empty(); }));
  const TimePoint lost_from = pair.path.strand.timers.now();
  pair.path.a_to_b.add_outage(lost_from, lost_from + 100ms);
  pair.a.send(0, PackedByteArray(16384, 1));
  ASSERT_TRUE(pair.drive_until([&] { return pair.b.received.size() == 33; }, 5s));
  EXPECT_LT(pair.path.strand.timers.now() - lost_from, 700ms);
}

}  // namespace
}  // namespace peerlane::test
