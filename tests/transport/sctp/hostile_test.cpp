// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <malloc.h>

#include <chrono>
#include <memory>
#include <random>

#include "transport/sctp/sctp_peer.hpp"
#include "transport/sctp/wire.hpp"

namespace peerlane::test {
namespace {

using namespace std::chrono_literals;
using namespace sctp_wire;

constexpr std::size_t kMiB = 1u << 20;

std::size_t heap_in_use() {
  const struct mallinfo2 info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

/// The association is alive and both its ends can still talk.
void expect_alive(SctpPair &pair) {
  if (pair.a.closes + pair.b.closes > 0) return;  // Ended in order is as good.
  pair.a.received.clear();
  pair.b.received.clear();
  pair.a.send(3, pattern(5000, 1));
  pair.b.send(3, pattern(5000, 2));
  EXPECT_TRUE(pair.drive_until(
      [&] {
        return (!pair.a.received.empty() && !pair.b.received.empty()) ||
               pair.a.closes + pair.b.closes > 0;
      },
      60s));
}

// Fixed in usrsctp after 0.9.5.0: a bad COOKIE ECHO for an existing association leaves it locked.
TEST(SctpHostile, AChangedCookieDoesNoHarm) {
  for (const bool established : {false, true}) {
    PackedByteArray cookie;
    SctpPair pair({.delay = 10ms});
    pair.path.a_to_b.set_tap([&](ByteView packet) {
      if (cookie.empty() && has_chunk(packet, COOKIE_ECHO)) {
        cookie.assign(packet.begin(), packet.end());
      }
    });
    pair.connect_both();
    ASSERT_TRUE(pair.drive_until([&] { return !cookie.empty(); }, 1s));
    ASSERT_TRUE(!established || pair.drive_until([&] { return pair.both_connected(); }, 1s));
    for (std::size_t i = 12; i < cookie.size(); ++i) {
      PackedByteArray changed = cookie;
      changed[i] = static_cast<std::uint8_t>(changed[i] + 1);
      pair.b.transport.receive(changed);
      pair.path.strand.drive_for(1ms);
    }
    ASSERT_TRUE(pair.drive_until([&] { return pair.both_connected(); }, 5s));
    expect_alive(pair);
    EXPECT_EQ(pair.a.closes + pair.b.closes, 0);
  }
}

TEST(SctpHostile, ANewInitIsIgnored) {
  PackedByteArray init;
  SctpPair pair({.delay = 10ms});
  pair.path.a_to_b.set_tap([&](ByteView packet) {
    if (init.empty()) init.assign(packet.begin(), packet.end());
  });
  ASSERT_TRUE(pair.connect());
  ASSERT_EQ(init[12], INIT);
  for (std::uint8_t i = 0; i < 20; ++i) {
    init[16] = i;  // Another tag: the peer pretends to have restarted.
    pair.b.transport.receive(init);
    pair.path.strand.drive_for(10ms);
  }
  EXPECT_EQ(pair.b.transport.dropped().at("sctp_init_after_established"), 20u);
  expect_alive(pair);
  EXPECT_EQ(pair.a.closes + pair.b.closes, 0);
}

/// A real conversation, and between its packets others: the same, changed here and there.
class SctpMutation : public testing::TestWithParam<std::uint64_t> {
 protected:
  static constexpr std::uint64_t kPackets = 10000;

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  void talk(SctpPeer &peer) {
    if (!peer.transport.connected()) return;
    SctpMessage head;
    head.stream = static_cast<std::uint16_t>(below(8));
    head.ordered = below(2) == 0;
    if (below(2) == 0) head.reliability = SctpMessage::Reliability::MAX_RETRANSMITS;
    peer.send(head, pattern(1 + below(4000), 1));
    if (below(8) == 0) peer.transport.reset_streams({head.stream});
    if (below(50) == 0) peer.transport.request_streams(static_cast<std::uint16_t>(300 + below(50)));
  }
  PackedByteArray mutated() {
    PackedByteArray packet = recorded_[below(recorded_.size())];
    if (below(2) == 0) packet[12] = kTypes[below(sizeof kTypes)];
    for (std::uint64_t flips = below(4); flips > 0; --flips) {
      packet[12 + below(packet.size() - 12)] = static_cast<std::uint8_t>(random_());
    }
    if (below(8) == 0) packet.resize(below(packet.size() + 1));
    // A byte may have become an ABORT, which would soon be the end of each conversation.
    if (packet.size() > 12 && packet[12] == ABORT && below(50) != 0) packet[12] = SACK;
    return packet;
  }
  /// Feeds changed packets until the association ends by one of them, or enough were fed.
  std::uint64_t converse(std::uint64_t seed, std::uint64_t limit) {
    SctpTransport::Options options;
    options.interleaving = seed % 2 == 0;
    recorded_.clear();
    SctpPair pair({.loss = 0.02, .delay = 2ms}, seed, options);
    pair.path.a_to_b.set_tap([&](ByteView packet) {
      if (recorded_.size() < 300) {
        recorded_.emplace_back(packet.begin(), packet.end());
      } else {
        recorded_[below(300)].assign(packet.begin(), packet.end());
      }
    });
    pair.connect_both();
    if (seed % 3 != 0) pair.drive_until([&] { return pair.both_connected(); }, 5s);
    std::uint64_t fed = 0;
    for (; fed < limit && pair.b.closes == 0 && pair.a.closes == 0; ++fed) {
      if (below(10) == 0) talk(pair.a);
      if (below(20) == 0) talk(pair.b);
      if (!recorded_.empty()) pair.b.transport.receive(mutated());
      if (below(2) == 0) pair.path.strand.drive_for(1ms);
    }
    pair.path.strand.drive_for(1s);
    return fed;
  }

  static constexpr std::uint8_t kTypes[] = {
      DATA,  INIT,   INIT_ACK,  SACK,        HEARTBEAT, HEARTBEAT_ACK, COOKIE_ECHO, COOKIE_ACK,
      ERROR, I_DATA, RE_CONFIG, FORWARD_TSN, ASCONF,    I_FORWARD_TSN, AUTH,        SHUTDOWN_ACK};
  std::mt19937_64 random_{GetParam()};
  std::vector<PackedByteArray> recorded_;
};

TEST_P(SctpMutation, NeitherCrashesNorLocks) {
  std::uint64_t seed = GetParam() * 1000;
  for (std::uint64_t fed = 0; fed < kPackets;) fed += converse(seed++, 500) + 1;
  // It would be no test if the first packet always ended the conversation.
  EXPECT_LT(seed - GetParam() * 1000, kPackets / 20);
}

INSTANTIATE_TEST_SUITE_P(Seeds, SctpMutation, testing::Range<std::uint64_t>(1, 9));

// The peer ignores our window: thousands of one-byte messages, and nobody reads.
TEST(SctpHostile, AFloodOfTinyMessagesIsBounded) {
  for (const bool interleaving : {false, true}) {
    std::uint32_t tsn = 0, tag = 0;
    SctpTransport::Options options;
    options.interleaving = interleaving;
    SctpPair pair({.delay = 1ms}, 1, options);
    pair.path.a_to_b.set_tap([&](ByteView packet) {
      const std::uint8_t type = interleaving ? I_DATA : DATA;
      if (!has_chunk(packet, type) || packet[12] != type) return;
      tag = read32(packet.data() + 4);
      tsn = read32(packet.data() + 16) + 1;
    });
    ASSERT_TRUE(pair.connect());
    pair.a.send(1, pattern(1, 1));
    ASSERT_TRUE(pair.drive_until([&] { return pair.b.received.size() == 1; }));
    pair.b.transport.set_reading(false);
    const std::size_t before = heap_in_use();
    const std::size_t header = interleaving ? kIDataHeader : kDataHeader;
    std::uint32_t number = 1;
    for (int i = 0; i < 8000; ++i) {
      PackedByteArray packet(kCommonHeader);
      write_common_header(packet.data(), 5000, 5000, tag);
      for (int j = 0; j < 40; ++j, ++tsn, ++number) {
        PackedByteArray chunk(padded(header + 1));
        chunk[0] = interleaving ? I_DATA : DATA;
        chunk[1] = 3;
        write16(chunk.data() + 2, static_cast<std::uint16_t>(header + 1));
        write32(chunk.data() + 4, tsn);
        write16(chunk.data() + 8, 1);
        if (interleaving) {
          write32(chunk.data() + 12, number);
        } else {
          write16(chunk.data() + 10, static_cast<std::uint16_t>(number));
        }
        packet.insert(packet.end(), chunk.begin(), chunk.end());
      }
      pair.b.transport.receive(packet);
      if (i % 100 == 0) pair.path.strand.drive_for(1ms);
    }
    EXPECT_EQ(pair.b.transport.unread().messages, 320000u);
    EXPECT_LE(heap_in_use() - before, 32 * kMiB);
    EXPECT_EQ(pair.b.closes, 0);
    pair.b.transport.set_reading(true);
    pair.path.strand.drive_for(100ms);
    EXPECT_GT(pair.b.received.size(), 5000u);
    EXPECT_LE(pair.b.received.size(), 40000u);
  }
}

TEST(SctpHostile, AMessageWithoutEndIsBounded) {
  SctpTransport::Options large;
  large.max_message_size = 64 * kMiB;
  SctpPair pair({.delay = 1ms}, 1, large, {});
  ASSERT_TRUE(pair.connect());
  const PackedByteArray message = pattern(12 * kMiB, 1);
  SctpMessage head;
  head.payload = message;
  ASSERT_EQ(pair.a.transport.send(head), SctpSendStatus::SENT);
  const std::size_t before = heap_in_use();
  std::size_t most = 0;
  ASSERT_TRUE(pair.drive_until(
      [&] {
        most = std::max(most, heap_in_use());
        return pair.b.closes == 1;
      },
      20s));
  EXPECT_EQ(pair.b.close_error, Error::ERR_INVALID_DATA);
  EXPECT_LE(most, before + 2 * kMiB);
}

TEST(SctpMemory, AnIdleAssociationIsSmall) {
  PipePair path;
  SctpTransport::Options options;
  SctpPeer spare(path, path.a_to_b, options);
  std::vector<std::unique_ptr<SctpTransport>> ends;
  const std::size_t before = heap_in_use();
  constexpr std::size_t kCount = 50;
  for (std::size_t i = 0; i < kCount; ++i) {
    ends.push_back(std::make_unique<SctpTransport>(options, path.strand.timers, path.strand.turns,
                                                   path.a_to_b, spare));
    ends.back()->connect();
    path.strand.drive_bounded(1);
  }
  EXPECT_LE((heap_in_use() - before) / kCount, 45000u);
}

}  // namespace
}  // namespace peerlane::test
