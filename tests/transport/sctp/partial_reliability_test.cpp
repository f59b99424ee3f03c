// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <set>

#include "transport/sctp/sctp_peer.hpp"
#include "transport/sctp/wire.hpp"

namespace peerlane::test {
namespace {

using namespace std::chrono_literals;

SctpMessage limited(SctpMessage::Reliability reliability, std::uint32_t value, bool ordered) {
  SctpMessage head;
  head.stream = 1;
  head.reliability = reliability;
  head.reliability_value = value;
  head.ordered = ordered;
  return head;
}

/// Calls with the TSN of each DATA or I-DATA chunk.
template <class Function>
void for_each_tsn(ByteView packet, const Function &function) {
  for (std::size_t at = 12; at + 8 <= packet.size();) {
    const bool data = packet[at] == sctp_wire::DATA || packet[at] == sctp_wire::I_DATA;
    if (data) function(sctp_wire::read32(packet.data() + at + 4));
    at += sctp_wire::padded(sctp_wire::read16(packet.data() + at + 2));
  }
}

class SctpPartialReliability : public testing::TestWithParam<bool> {
 protected:
  static SctpTransport::Options options() {
    SctpTransport::Options options;
    options.interleaving = GetParam();
    return options;
  }
};

TEST_P(SctpPartialReliability, NoRetransmitsMeansOneCopyOnTheWire) {
  for (const bool ordered : {true, false}) {
    std::map<std::uint32_t, int> copies;
    SctpPair pair({.loss = 0.1, .delay = 20ms}, 3, options());
    ASSERT_TRUE(pair.connect());
    pair.path.a_to_b.set_tap(
        [&](ByteView packet) { for_each_tsn(packet, [&](std::uint32_t tsn) { ++copies[tsn]; }); });
    constexpr std::uint32_t kMessages = 1000;
    for (std::uint32_t i = 0; i < kMessages; ++i) {
      pair.a.send(limited(SctpMessage::Reliability::MAX_RETRANSMITS, 0, ordered), pattern(100, i));
      pair.path.strand.drive_for(5ms);
    }
    pair.path.strand.drive_for(5s);
    EXPECT_EQ(pair.a.failures.size() + pair.a.outgoing.size(), 0u);
    for (const auto &[tsn, count] : copies) EXPECT_EQ(count, 1);
    EXPECT_GE(pair.b.received.size(), kMessages * 86 / 100);
    EXPECT_LE(pair.b.received.size(), kMessages * 94 / 100);
    // A reliable one is not held up by those that were given up.
    pair.a.send(ordered ? 1 : 2, pattern(500, 5000));
    ASSERT_TRUE(
        pair.drive_until([&] { return pair.b.received.back().data == pattern(500, 5000); }, 10s));
    std::uint32_t next = 0;
    for (const auto &message : pair.b.received) {
      if (!ordered || message.data.size() != 100) continue;
      while (next < kMessages && message.data != pattern(100, next)) ++next;
      ASSERT_LT(next, kMessages) << "out of order";
      ++next;
    }
  }
}

TEST_P(SctpPartialReliability, MoreRetransmitsDeliverMore) {
  const auto delivered = [](std::uint32_t retransmits) {
    SctpPair pair({.loss = 0.3, .delay = 20ms}, 9, options());
    EXPECT_TRUE(pair.connect(60s));
    for (std::uint32_t i = 0; i < 500; ++i) {
      pair.a.send(limited(SctpMessage::Reliability::MAX_RETRANSMITS, retransmits, false),
                  pattern(100, i));
      pair.path.strand.drive_for(20ms);
    }
    pair.path.strand.drive_for(60s);
    return pair.b.received.size();
  };
  const std::size_t none = delivered(0), one = delivered(1), three = delivered(3);
  EXPECT_NEAR(static_cast<double>(none), 350, 40);
  EXPECT_NEAR(static_cast<double>(one), 455, 30);
  EXPECT_GE(three, 490u);
}

TEST_P(SctpPartialReliability, ALargeMessageWithoutRetransmitsIsGivenUpWhole) {
  SctpPair pair({.delay = 20ms}, 3, options());
  ASSERT_TRUE(pair.connect());
  int count = 0;
  pair.path.a_to_b.set_script([&](ByteView packet, std::size_t) {
    const bool data = has_chunk(packet, sctp_wire::DATA) || has_chunk(packet, sctp_wire::I_DATA);
    return data && ++count == 5 ? LossyPipe::Fate::DROP : LossyPipe::Fate::PASS;
  });
  pair.a.send(limited(SctpMessage::Reliability::MAX_RETRANSMITS, 0, true), pattern(50000, 1));
  pair.a.send(limited(SctpMessage::Reliability::MAX_RETRANSMITS, 0, true), pattern(50001, 2));
  pair.a.send(1, pattern(50002, 3));
  ASSERT_TRUE(pair.drive_until([&] { return pair.b.received.size() == 2; }, 20s));
  EXPECT_EQ(pair.b.received[0].data, pattern(50001, 2));
  EXPECT_EQ(pair.b.received[1].data, pattern(50002, 3));
  EXPECT_EQ(pair.b.closes + pair.a.closes, 0);
}

TEST_P(SctpPartialReliability, ALifetimeAllowsARetransmissionInTime) {
  SctpPair pair({.delay = 10ms}, 3, options());
  ASSERT_TRUE(pair.connect());
  int count = 0;
  pair.path.a_to_b.set_script([&](ByteView packet, std::size_t) {
    const bool data = has_chunk(packet, sctp_wire::DATA) || has_chunk(packet, sctp_wire::I_DATA);
    return data && ++count == 10 ? LossyPipe::Fate::DROP : LossyPipe::Fate::PASS;
  });
  for (std::uint32_t i = 0; i < 30; ++i) {
    pair.a.send(limited(SctpMessage::Reliability::MAX_LIFETIME, 100, false), pattern(100, i));
    pair.path.strand.drive_for(5ms);
  }
  pair.path.strand.drive_for(1s);
  EXPECT_EQ(pair.b.received.size(), 30u);
}

TEST_P(SctpPartialReliability, AfterAnOutageLittleComesThatIsTooOld) {
  SctpPair pair({.delay = 10ms}, 3, options());
  ASSERT_TRUE(pair.connect());
  const TimePoint begin = pair.path.strand.clock.now();
  pair.path.a_to_b.add_outage(begin, begin + 4s);
  pair.path.b_to_a.add_outage(begin, begin + 4s);
  for (std::uint32_t i = 0; i < 400; ++i) {
    // As the layer above does: only what the association takes at once, and what is left is stale.
    pair.a.outgoing.clear();
    pair.a.send(limited(SctpMessage::Reliability::MAX_LIFETIME, 50, true), pattern(100, i));
    pair.path.strand.drive_for(10ms);
  }
  // Some hundreds of milliseconds later everything from the outage is given up.
  pair.path.strand.drive_for(3s);
  const std::size_t from_outage = pair.b.received.size();
  // What was on its way when the outage ended: a packet, not the 400.
  EXPECT_LE(from_outage, 10u);
  pair.a.send(limited(SctpMessage::Reliability::MAX_LIFETIME, 50, true), pattern(100, 900));
  ASSERT_TRUE(pair.drive_until([&] { return pair.b.received.size() > from_outage; }, 1s));
  EXPECT_EQ(pair.b.received.back().data, pattern(100, 900));
}

INSTANTIATE_TEST_SUITE_P(Both, SctpPartialReliability, testing::Bool(), [](const auto &test) {
  return std::string(test.param ? "Interleaved" : "Plain");
});

}  // namespace
}  // namespace peerlane::test
