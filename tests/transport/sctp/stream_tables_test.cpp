// SPDX-License-Identifier: MIT
#include "transport/sctp/stream_tables.hpp"

#include <gtest/gtest.h>

#include "transport/sctp/request_numbers.hpp"
#include "transport/sctp/wire.hpp"

namespace peerlane::test {
namespace {

using namespace sctp_wire;

TEST(RequestNumbersTest, WireHasNoGaps) {
  RequestNumbers numbers;
  EXPECT_EQ(numbers.to_wire(7), 7u);
  numbers.hide(0xffffffff);
  numbers.hide(0);
  numbers.hide(3);
  const std::uint32_t stack[] = {0xfffffffd, 0xfffffffe, 1, 2, 4, 5};
  for (std::uint32_t i = 0; i < 6; ++i) {
    EXPECT_FALSE(numbers.hides(stack[i]));
    EXPECT_EQ(numbers.to_wire(stack[i]), 0xfffffffd + i);
    EXPECT_EQ(numbers.to_stack(0xfffffffd + i), stack[i]);
  }
  EXPECT_TRUE(numbers.hides(0xffffffff) && numbers.hides(0) && numbers.hides(3));
  // "All up to this one have come" says nothing of those that follow.
  EXPECT_EQ(numbers.to_wire(0), 0xfffffffeu);
  EXPECT_EQ(numbers.to_wire(3), numbers.to_wire(2));
}

TEST(StreamTablesTest, GrowInFewSteps) {
  EXPECT_EQ(StreamTables::size_for(16, 65535), 64);
  EXPECT_EQ(StreamTables::size_for(63, 65535), 64);
  EXPECT_EQ(StreamTables::size_for(64, 65535), 256);
  EXPECT_EQ(StreamTables::size_for(1000, 65535), 1024);
  EXPECT_EQ(StreamTables::size_for(1000, 1001), 1001);
  EXPECT_EQ(StreamTables::size_for(65534, 65535), 65535);
}

/// An INIT in a packet, with the list of extensions of RFC 5061 section 4.2.7 where there are any.
PackedByteArray init(std::uint16_t outgoing, std::uint16_t incoming,
                     const PackedByteArray &extensions) {
  PackedByteArray packet(kCommonHeader + kInitHeader);
  std::uint8_t *chunk = packet.data() + kCommonHeader;
  chunk[0] = INIT;
  write16(chunk + kInitOutgoingStreams, outgoing);
  write16(chunk + kInitIncomingStreams, incoming);
  write32(chunk + kInitTsn, 1000);
  std::size_t length = kInitHeader;
  if (!extensions.empty()) {
    length += 4 + extensions.size();
    packet.insert(packet.end(), {0x80, 0x08, 0, static_cast<std::uint8_t>(4 + extensions.size())});
    packet.insert(packet.end(), extensions.begin(), extensions.end());
    packet.resize(padded(packet.size()));
  }
  write16(packet.data() + kCommonHeader + 2, static_cast<std::uint16_t>(length));
  return packet;
}

TEST(StreamTablesTest, StackSeesFewStreamsAndThePeerAll) {
  StreamTables tables(5000, 5000, 65535, 256);
  PackedByteArray own = init(16, 65535, {});
  tables.on_own_init(own.data() + kCommonHeader);
  EXPECT_EQ(own, init(65535, 65535, {}));
  const PackedByteArray peers = init(1024, 300, {FORWARD_TSN, RE_CONFIG});
  const ByteView seen = tables.on_peer_init(peers);
  EXPECT_EQ(PackedByteArray(seen.begin(), seen.end()), init(16, 300, {FORWARD_TSN, RE_CONFIG}));
  EXPECT_EQ(tables.incoming(), 1024);
  EXPECT_EQ(tables.outgoing(), 300);
  own[kCommonHeader] = INIT_ACK;
  tables.on_own_init(own.data() + kCommonHeader);
  EXPECT_EQ(read16(own.data() + kCommonHeader + kInitOutgoingStreams), 300);
}

TEST(StreamTablesTest, PeerThatCannotReconfigureGetsAllAtOnce) {
  for (const PackedByteArray &extensions : {PackedByteArray{}, PackedByteArray{FORWARD_TSN}}) {
    StreamTables tables(5000, 5000, 65535, 300);
    EXPECT_EQ(tables.first(), 16);
    const PackedByteArray peers = init(1024, 2048, extensions);
    EXPECT_TRUE(tables.on_peer_init(peers).empty());
    EXPECT_EQ(tables.first(), 300);
    const ByteView seen = tables.on_peer_init(peers);
    EXPECT_EQ(PackedByteArray(seen.begin(), seen.end()), init(300, 2048, extensions));
    EXPECT_EQ(tables.incoming(), 300);
    EXPECT_EQ(tables.outgoing(), 300);
  }
}

}  // namespace
}  // namespace peerlane::test
