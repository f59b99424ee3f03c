// SPDX-License-Identifier: MIT
// StreamTables with the stack, over a path.
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "transport/sctp/sctp_peer.hpp"
#include "transport/sctp/wire.hpp"

namespace peerlane::test {
namespace {

using namespace std::chrono_literals;
using namespace sctp_wire;
using Streams = std::vector<std::uint16_t>;

/// What one end has put on the wire about streams.
struct Requests {
  std::set<std::uint32_t> resets, responses, additions;
  std::uint32_t initial_tsn = 0;

  void read(ByteView packet) {
    for (std::size_t at = kCommonHeader; at + kChunkHeader <= packet.size();) {
      const std::uint8_t *chunk = packet.data() + at;
      const std::size_t length = read16(chunk + 2);
      if (chunk[0] == INIT) initial_tsn = read32(chunk + kInitTsn);
      for (std::size_t i = kChunkHeader; chunk[0] == RE_CONFIG && i < length;) {
        const std::uint32_t number = read32(chunk + i + 4);
        const std::uint16_t type = read16(chunk + i);
        (type == OUTGOING_RESET      ? resets
         : type == RECONFIG_RESPONSE ? responses
                                     : additions)
            .insert(number);
        i += padded(read16(chunk + i + 2));
      }
      at += padded(length);
    }
  }
};

class SctpStreamTables : public testing::TestWithParam<bool> {
 protected:
  static SctpTransport::Options options() {
    SctpTransport::Options options;
    options.interleaving = GetParam();
    return options;
  }
  void watch(SctpPair &pair) {
    pair.path.a_to_b.set_tap([this](ByteView packet) { a_.read(packet); });
    pair.path.b_to_a.set_tap([this](ByteView packet) { b_.read(packet); });
  }

  Requests a_, b_;
};

TEST_P(SctpStreamTables, GrowUnseenByThePeer) {
  SctpPair pair({.delay = 10ms}, 1, options());
  watch(pair);
  ASSERT_TRUE(pair.connect());
  const Streams used = {15, 16, 63, 64, 1000, 300, 65534};
  for (const std::uint16_t stream : used) {
    pair.a.send(stream, pattern(100, stream));
    pair.b.send(stream, pattern(100, stream + 1u));
  }
  ASSERT_TRUE(pair.drive_until(
      [&] { return pair.a.received.size() == 7 && pair.b.received.size() == 7; }, 5s));
  std::set<std::uint16_t> streams;
  for (const auto &message : pair.b.received) {
    streams.insert(message.stream);
    EXPECT_EQ(message.data, pattern(100, message.stream));
  }
  for (const auto &message : pair.a.received) {
    EXPECT_EQ(message.data, pattern(100, message.stream + 1u));
  }
  EXPECT_EQ(streams, std::set<std::uint16_t>(used.begin(), used.end()));
  for (const Requests &each : {a_, b_}) {
    EXPECT_TRUE(each.resets.empty() && each.responses.empty() && each.additions.empty());
  }
}

// Without interleaving everything must be acknowledged before the stack may move its queues.
TEST_P(SctpStreamTables, GrowInTheMiddleOfLargeMessages) {
  SctpPair pair({.loss = 0.05, .delay = 20ms}, 3, options());
  ASSERT_TRUE(pair.connect(60s));
  for (std::uint16_t i = 0; i < 12; ++i) {
    pair.a.send(static_cast<std::uint16_t>(i * 30), pattern(100'000, i));
    pair.b.send(static_cast<std::uint16_t>(i * 31), pattern(100'000, i + 100u));
  }
  ASSERT_TRUE(pair.drive_until(
      [&] { return pair.a.received.size() == 12 && pair.b.received.size() == 12; }, 5min));
  for (const auto &message : pair.b.received) {
    EXPECT_EQ(message.data, pattern(100'000, message.stream / 30u));
  }
  for (const auto &message : pair.a.received) {
    EXPECT_EQ(message.data, pattern(100'000, message.stream / 31u + 100u));
  }
  EXPECT_EQ(pair.a.closes + pair.b.closes, 0);
}

// The numbers of the requests that the peer sees follow each other, whatever the stack counts.
TEST_P(SctpStreamTables, ResetsGoOnBetweenAdditions) {
  for (const double loss : {0.0, 0.2}) {
    SctpPair pair({.loss = loss, .delay = 20ms}, 5, options());
    watch(pair);
    ASSERT_TRUE(pair.connect(60s));
    std::size_t resets = 0;
    for (const std::uint16_t stream : Streams{4, 20, 5, 100, 6, 400, 7, 3000, 8}) {
      pair.a.send(stream, pattern(50, stream));
      pair.b.send(static_cast<std::uint16_t>(stream + 900), pattern(50, stream));
      ++resets;
      ASSERT_TRUE(pair.drive_until(
          [&] { return pair.b.received.size() == resets && pair.a.received.size() == resets; },
          60s));
      ASSERT_TRUE(pair.a.transport.reset_streams({stream}));
      ASSERT_TRUE(pair.b.transport.reset_streams({static_cast<std::uint16_t>(stream + 900)}));
      ASSERT_TRUE(pair.drive_until(
          [&] {
            return pair.a.outgoing_resets.size() == resets &&
                   pair.b.outgoing_resets.size() == resets &&
                   pair.a.incoming_resets.size() >= resets &&
                   pair.b.incoming_resets.size() >= resets;
          },
          60s))
          << stream;
      EXPECT_EQ(pair.a.outgoing_resets.back(), stream);
    }
    for (const auto &[own, other] : {std::pair(a_, b_), std::pair(b_, a_)}) {
      EXPECT_TRUE(own.additions.empty());
      EXPECT_EQ(own.resets.size(), resets);
      for (std::uint32_t i = 0; i < resets; ++i) {
        EXPECT_TRUE(own.resets.contains(own.initial_tsn + i)) << i;
        EXPECT_TRUE(other.responses.contains(own.initial_tsn + i)) << i;
      }
    }
    a_ = b_ = {};
  }
}

// The stack remembers its last two answers; three of its tables' additions would push one out.
TEST_P(SctpStreamTables, ALostAnswerIsGivenAgainAfterManyAdditions) {
  SctpPair pair({.delay = 20ms}, 1, options());
  ASSERT_TRUE(pair.connect());
  // The table of A is large, and that of B for it still small.
  ASSERT_TRUE(pair.a.transport.reset_streams({2000}));
  ASSERT_TRUE(pair.drive_until([&] { return pair.a.outgoing_resets.size() == 1; }, 5s));
  pair.path.b_to_a.drop_nth(0, [](ByteView packet) { return has_chunk(packet, RE_CONFIG); });
  ASSERT_TRUE(pair.a.transport.reset_streams({4}));
  ASSERT_TRUE(pair.drive_until([&] { return pair.b.incoming_resets.size() == 2; }, 5s));
  for (const std::uint16_t stream : Streams{20, 70, 300}) {
    pair.a.send(stream, pattern(50, stream));
    pair.path.strand.drive_for(1ms);
  }
  ASSERT_TRUE(pair.drive_until([&] { return pair.b.received.size() == 3; }, 100ms));
  EXPECT_EQ(pair.a.outgoing_resets.size(), 1u);
  watch(pair);
  ASSERT_TRUE(pair.drive_until([&] { return pair.a.outgoing_resets.size() == 2; }, 5s));
  pair.path.strand.drive_for(3s);
  EXPECT_EQ(a_.resets.size(), 1u) << "the answer was yes";
  EXPECT_EQ(b_.responses, a_.resets);
  EXPECT_EQ(pair.b.incoming_resets.size(), 2u);
}

// Browsers bundle the first messages with the end of the handshake.
TEST_P(SctpStreamTables, FirstDataMayBeOnAnyStream) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SctpPair pair({.loss = 0.2, .delay = 10ms}, seed, options());
    for (const std::uint16_t stream : Streams{3, 40, 500}) {
      pair.a.send(stream, pattern(100, stream));
      pair.b.send(stream, pattern(100, stream + 1u));
    }
    ASSERT_TRUE(pair.connect(60s));
    ASSERT_TRUE(pair.drive_until(
        [&] { return pair.a.received.size() == 3 && pair.b.received.size() == 3; }, 60s))
        << seed;
    EXPECT_EQ(pair.a.closes + pair.b.closes, 0);
  }
}

// What is skipped on a stream has to be known, or what follows would wait for it.
TEST_P(SctpStreamTables, AreThereForWhatThePeerSkips) {
  SctpPair pair({.delay = 10ms}, 1, options());
  ASSERT_TRUE(pair.connect());
  pair.path.a_to_b.drop_nth(
      0, [](ByteView packet) { return has_chunk(packet, DATA) || has_chunk(packet, I_DATA); });
  SctpMessage once;
  once.stream = 40;
  once.reliability = SctpMessage::Reliability::MAX_RETRANSMITS;
  pair.a.send(once, pattern(100, 1));
  pair.path.strand.drive_for(3s);  // What is skipped is told alone.
  pair.a.send(40, pattern(100, 2));
  ASSERT_TRUE(pair.drive_until([&] { return pair.b.received.size() == 1; }, 20s));
  EXPECT_EQ(pair.b.received[0].data, pattern(100, 2));
}

TEST_P(SctpStreamTables, AStreamThatOnlyThePeerUsesCanBeReset) {
  SctpPair pair({.delay = 10ms}, 1, options());
  ASSERT_TRUE(pair.connect());
  pair.a.send(40, pattern(100, 1));
  ASSERT_TRUE(pair.drive_until([&] { return pair.b.received.size() == 1; }, 5s));
  ASSERT_TRUE(pair.b.transport.reset_streams({40}));
  ASSERT_TRUE(pair.drive_until([&] { return pair.a.incoming_resets == Streams{40}; }, 5s));
  EXPECT_TRUE(pair.drive_until([&] { return pair.b.outgoing_resets == Streams{40}; }, 5s));
}

// Others go on while the answer to a reset is awaited, which the addition has to wait for as well.
TEST_P(SctpStreamTables, AnAdditionThatWaitsBlocksNobodyElse) {
  SctpPair pair({.delay = 50ms}, 1, options());
  ASSERT_TRUE(pair.connect());
  pair.a.send(2, pattern(10, 0));
  ASSERT_TRUE(pair.drive_until([&] { return pair.b.received.size() == 1; }, 5s));
  pair.path.strand.drive_for(200ms);
  ASSERT_TRUE(pair.a.transport.reset_streams({2}));
  pair.path.strand.drive_for(1ms);
  ASSERT_TRUE(pair.a.transport.request_streams(41));
  for (std::uint32_t i = 1; i <= 8; ++i) {
    pair.a.send(1, pattern(10, i));
    pair.path.strand.drive_for(10ms);
  }
  EXPECT_EQ(pair.b.received.size(), 5u) << "one way takes 50 ms";
  EXPECT_EQ(pair.a.transport.outgoing_streams(), 15);
  pair.path.strand.drive_for(300ms);
  EXPECT_EQ(pair.a.transport.outgoing_streams(), 63);
}

TEST_P(SctpStreamTables, GrowWhileOneResetFollowsTheOther) {
  SctpPair pair({.delay = 20ms}, 1, options());
  ASSERT_TRUE(pair.connect());
  bool asked = false;
  for (std::uint16_t i = 0; i < 100; ++i) {
    ASSERT_TRUE(pair.a.transport.reset_streams({static_cast<std::uint16_t>(i % 14)}));
    pair.a.send(14, pattern(50, i));
    pair.path.strand.drive_for(7ms);
    if (i == 50) asked = pair.a.transport.request_streams(41);
  }
  EXPECT_TRUE(asked);
  EXPECT_EQ(pair.a.transport.outgoing_streams(), 63);
  ASSERT_TRUE(pair.drive_until([&] { return pair.b.received.size() == 100; }, 5s));
}

/// The packet of a peer with one message on the stream, which our own stack has not sent.
PackedByteArray message_on(std::uint16_t stream, std::uint32_t tsn, std::uint32_t tag) {
  PackedByteArray packet(kCommonHeader + kDataHeader + 4);
  write_common_header(packet.data(), 5000, 5000, tag);
  std::uint8_t *chunk = packet.data() + kCommonHeader;
  chunk[1] = 3;  // A whole message.
  write16(chunk + 2, kDataHeader + 4);
  write32(chunk + 4, tsn);
  write16(chunk + 8, stream);
  return packet;
}

PackedByteArray bundle(PackedByteArray first, const PackedByteArray &second) {
  first.insert(first.end(), second.begin() + kCommonHeader, second.end());
  return first;
}

/// An end whose peer's packets can be taken over.
class Forger {
 public:
  Forger() : pair({.delay = 10ms}, 1, plain()) {
    pair.path.a_to_b.set_tap([this](ByteView packet) {
      if (has_chunk(packet, INIT)) tsn = read32(packet.data() + kCommonHeader + kInitTsn);
      if (has_chunk(packet, DATA)) ++tsn;
    });
  }
  /// The next packet of A with such a chunk goes no further.
  PackedByteArray steal(std::uint8_t chunk, const std::function<void()> &cause) {
    PackedByteArray stolen;
    pair.path.a_to_b.set_script([&](ByteView packet, std::size_t) {
      if (!stolen.empty() || !has_chunk(packet, chunk)) return LossyPipe::Fate::PASS;
      stolen.assign(packet.begin(), packet.end());
      return LossyPipe::Fate::DROP;
    });
    cause();
    EXPECT_TRUE(pair.drive_until([&] { return !stolen.empty(); }, 1s));
    pair.path.a_to_b.set_script(nullptr);
    return stolen;
  }
  static std::uint32_t tag_of(const PackedByteArray &packet) { return read32(packet.data() + 4); }
  static SctpTransport::Options plain() {
    SctpTransport::Options options;
    options.interleaving = false;
    return options;
  }

  SctpPair pair;
  std::uint32_t tsn = 0;
};

// The stack ignores the second one, so it is not to be believed either.
TEST(SctpStreamTablesOf, APeerThatSendsAnotherInitAck) {
  SctpPair pair({.delay = 10ms});
  PackedByteArray other;
  pair.path.b_to_a.set_tap([&](ByteView packet) {
    if (has_chunk(packet, INIT_ACK)) other.assign(packet.begin(), packet.end());
  });
  pair.connect_both();
  ASSERT_TRUE(pair.drive_until([&] { return !other.empty(); }, 1s));
  pair.path.strand.drive_for(11ms);
  ASSERT_FALSE(pair.both_connected());
  other[kCommonHeader + kInitTsn] ^= 1;
  pair.a.transport.receive(other);
  ASSERT_TRUE(pair.drive_until([&] { return pair.both_connected(); }, 1s));
  pair.b.send(40, pattern(10, 1));
  ASSERT_TRUE(pair.drive_until([&] { return pair.a.received.size() == 1; }, 1s));
}

// As dcSCTP does, and other stacks may.
TEST(SctpStreamTablesOf, APeerThatBundlesDataWithTheEndOfTheHandshake) {
  Forger forger;
  SctpPair &pair = forger.pair;
  const PackedByteArray echo = forger.steal(COOKIE_ECHO, [&] { pair.connect_both(); });
  pair.path.a_to_b.inject(bundle(echo, message_on(40, forger.tsn, Forger::tag_of(echo))));
  ASSERT_TRUE(pair.drive_until([&] { return pair.b.received.size() == 1; }, 100ms));
  EXPECT_EQ(pair.b.received[0].stream, 40);
}

TEST(SctpStreamTablesOf, APeerThatBundlesDataWithAReset) {
  Forger forger;
  SctpPair &pair = forger.pair;
  ASSERT_TRUE(pair.connect());
  // A's own table is large from here on.
  ASSERT_TRUE(pair.a.transport.reset_streams({200}));
  ASSERT_TRUE(pair.drive_until([&] { return pair.a.outgoing_resets.size() == 1; }, 5s));
  const PackedByteArray reset =
      forger.steal(RE_CONFIG, [&] { ASSERT_TRUE(pair.a.transport.reset_streams({2})); });
  const PackedByteArray data = forger.steal(DATA, [&] { pair.a.send(40, pattern(10, 1)); });
  pair.path.a_to_b.inject(bundle(reset, data));
  ASSERT_TRUE(pair.drive_until([&] { return pair.b.received.size() == 1; }, 100ms));
  EXPECT_EQ(pair.b.received[0].stream, 40);
  EXPECT_EQ(pair.b.incoming_resets, (Streams{200, 2}));
  ASSERT_TRUE(pair.drive_until([&] { return pair.a.outgoing_resets.size() == 2; }, 100ms));
  // And the next ones are understood.
  ASSERT_TRUE(pair.a.transport.reset_streams({3}));
  ASSERT_TRUE(pair.drive_until([&] { return pair.a.outgoing_resets.size() == 3; }, 100ms));
  EXPECT_EQ(pair.b.incoming_resets, (Streams{200, 2, 3}));
}

// Its request is answered by the stack, before anybody reads that there was one.
TEST(SctpStreamTablesOf, APeerThatAddsStreamsWhileNobodyReads) {
  SctpTransport::Options fewer;
  fewer.streams = 40;
  SctpPair pair({.delay = 10ms}, 1, fewer);
  ASSERT_TRUE(pair.connect());
  pair.b.transport.set_reading(false);
  ASSERT_TRUE(pair.a.transport.request_streams(500));
  ASSERT_TRUE(pair.drive_until([&] { return pair.a.transport.outgoing_streams() == 512; }, 5s));
  pair.a.send(500, pattern(10, 1));
  pair.a.send(50, pattern(10, 2));
  pair.path.strand.drive_for(1s);
  pair.b.transport.set_reading(true);
  ASSERT_TRUE(pair.drive_until([&] { return pair.b.received.size() == 2; }, 1s));
  EXPECT_EQ(pair.b.transport.incoming_streams(), 512);
  ASSERT_TRUE(pair.drive_until([&] { return pair.b.transport.outgoing_streams() == 512; }, 5s));
}

INSTANTIATE_TEST_SUITE_P(Both, SctpStreamTables, testing::Bool(), [](const auto &test) {
  return std::string(test.param ? "Interleaved" : "Plain");
});

}  // namespace
}  // namespace peerlane::test
