// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <chrono>

#include "transport/sctp/sctp_peer.hpp"
#include "transport/sctp/wire.hpp"

namespace peerlane::test {
namespace {

using namespace std::chrono_literals;

void expect_both_ways(SctpPair &pair) {
  pair.a.send(1, pattern(3000, 1));
  pair.b.send(2, pattern(5000, 2));
  EXPECT_TRUE(pair.drive_until(
      [&] { return pair.a.received.size() == 1 && pair.b.received.size() == 1; }, 20s));
  ASSERT_EQ(pair.b.received.size(), 1u);
  EXPECT_EQ(pair.b.received[0].data, pattern(3000, 1));
  EXPECT_EQ(pair.b.received[0].stream, 1);
  ASSERT_EQ(pair.a.received.size(), 1u);
  EXPECT_EQ(pair.a.received[0].data, pattern(5000, 2));
  EXPECT_EQ(pair.a.closes + pair.b.closes, 0);
}

TEST(SctpHandshake, ConnectsWhenBothBeginAtOnce) {
  SctpPair pair({.delay = 10ms});
  const TimePoint begin = pair.path.strand.clock.now();
  ASSERT_TRUE(pair.connect());
  EXPECT_LE(pair.path.strand.clock.now() - begin, 50ms);
  EXPECT_EQ(pair.a.transport.outgoing_streams(), 15);
  EXPECT_EQ(pair.a.transport.incoming_streams(), 65535);
  expect_both_ways(pair);
}

TEST(SctpHandshake, KeepsWhatComesBeforeConnect) {
  SctpPair pair({.delay = 10ms});
  pair.a.transport.connect();
  pair.path.strand.drive_for(50ms);
  pair.b.transport.connect();
  // Well before the INIT would be repeated.
  ASSERT_TRUE(pair.drive_until([&] { return pair.both_connected(); }, 200ms));
  expect_both_ways(pair);
}

struct Loss {
  const char *name;
  std::uint8_t chunk;
  bool from_a;
  int count;
};

class SctpHandshakeLoss : public testing::TestWithParam<Loss> {};

// One of each control chunk, then several; with both ends beginning at once and one after the
// other.
TEST_P(SctpHandshakeLoss, Connects) {
  for (const bool staggered : {false, true}) {
    int left = GetParam().count;
    int dropped = 0;
    SctpPair pair({.delay = 10ms});
    LossyPipe &pipe = GetParam().from_a ? pair.path.a_to_b : pair.path.b_to_a;
    pipe.set_script([&](ByteView packet, std::size_t) {
      if (left == 0 || !has_chunk(packet, GetParam().chunk)) return LossyPipe::Fate::PASS;
      --left;
      ++dropped;
      return LossyPipe::Fate::DROP;
    });
    if (staggered) {
      // So late that A's first INIT is answered by an end that has sent none.
      pair.path.b_to_a.set_profile({.delay = 60ms});
    }
    ASSERT_TRUE(pair.connect()) << staggered;
    expect_both_ways(pair);
    if (!staggered) {
      EXPECT_GT(dropped, 0) << "the chunk never came";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    EachChunk, SctpHandshakeLoss,
    testing::Values(Loss{"InitOfA", sctp_wire::INIT, true, 1},
                    Loss{"InitOfB", sctp_wire::INIT, false, 1},
                    Loss{"InitAckOfA", sctp_wire::INIT_ACK, true, 1},
                    Loss{"InitAckOfB", sctp_wire::INIT_ACK, false, 1},
                    Loss{"CookieEchoOfA", sctp_wire::COOKIE_ECHO, true, 1},
                    Loss{"CookieEchoOfB", sctp_wire::COOKIE_ECHO, false, 1},
                    Loss{"CookieAckOfA", sctp_wire::COOKIE_ACK, true, 1},
                    Loss{"CookieAckOfB", sctp_wire::COOKIE_ACK, false, 1},
                    Loss{"ThreeInitsOfA", sctp_wire::INIT, true, 3},
                    Loss{"ThreeInitAcksOfA", sctp_wire::INIT_ACK, true, 3},
                    Loss{"ThreeCookieEchoesOfA", sctp_wire::COOKIE_ECHO, true, 3},
                    Loss{"ThreeCookieAcksOfB", sctp_wire::COOKIE_ACK, false, 3}),
    [](const auto &test) { return std::string(test.param.name); });

}  // namespace
}  // namespace peerlane::test
