// SPDX-License-Identifier: MIT
#include "transport/sctp/packet_filter.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "transport/sctp/sctp_peer.hpp"
#include "transport/sctp/wire.hpp"

namespace peerlane::test {
namespace {

using namespace sctp_wire;

PackedByteArray chunk(std::uint8_t type, const PackedByteArray &value, int length = -1) {
  const auto size =
      static_cast<std::uint16_t>(length >= 0 ? static_cast<std::size_t>(length) : value.size() + 4);
  PackedByteArray bytes{type, 0, static_cast<std::uint8_t>(size >> 8),
                        static_cast<std::uint8_t>(size)};
  bytes.insert(bytes.end(), value.begin(), value.end());
  bytes.resize(padded(bytes.size()));
  return bytes;
}

PackedByteArray packet(std::initializer_list<PackedByteArray> chunks, std::uint32_t tag = 1,
                       std::uint16_t source = 5000, std::uint16_t destination = 5000) {
  PackedByteArray bytes(12);
  write_common_header(bytes.data(), source, destination, tag);
  for (const PackedByteArray &chunk : chunks) bytes.insert(bytes.end(), chunk.begin(), chunk.end());
  return bytes;
}

PackedByteArray zeros(std::size_t size) { return PackedByteArray(size); }
PackedByteArray data_chunk(std::size_t size) { return chunk(DATA, zeros(12 + size)); }
PackedByteArray init(std::uint16_t outgoing) {
  PackedByteArray value(16);
  value[15] = 9;  // Initial TSN.
  write16(value.data() + 8, outgoing);
  write16(value.data() + 10, 2048);
  return chunk(INIT, value);
}
PackedByteArray reset_request(std::uint32_t after_tsn) {
  PackedByteArray value{0, 13, 0, 18, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 7};
  value[15] = static_cast<std::uint8_t>(after_tsn);
  return chunk(RE_CONFIG, value);
}

class PacketFilterTest : public testing::Test {
 protected:
  PackedByteArray pass(const PackedByteArray &bytes) {
    const ByteView view = filter_.inspect(bytes);
    return PackedByteArray(view.begin(), view.end());
  }
  std::uint64_t dropped(const std::string &reason) const {
    const auto found = filter_.dropped().find(reason);
    return found == filter_.dropped().end() ? 0 : found->second;
  }
  PacketFilter filter_{5000, 5000};
};

TEST_F(PacketFilterTest, PassesOrdinaryPacketsUnchanged) {
  filter_.set_established();
  for (const PackedByteArray &good :
       {packet({data_chunk(1)}), packet({data_chunk(5), data_chunk(1000)}),
        packet({chunk(SACK, zeros(12)), data_chunk(10)}), packet({chunk(HEARTBEAT, zeros(40))}),
        packet({chunk(COOKIE_ACK, {}), data_chunk(3)}), packet({chunk(SHUTDOWN, zeros(4))}),
        packet({chunk(I_DATA, zeros(17))}), packet({chunk(FORWARD_TSN, zeros(8))}),
        packet({chunk(0x84, zeros(100))})}) {
    EXPECT_EQ(pass(good), good);
  }
  EXPECT_TRUE(filter_.dropped().empty());
}

TEST_F(PacketFilterTest, LastChunkMayLackItsPadding) {
  PackedByteArray bytes = packet({data_chunk(1)});
  bytes.resize(bytes.size() - 3);
  EXPECT_EQ(pass(bytes), bytes);
}

struct Bad {
  std::string reason;
  PackedByteArray bytes;
};

TEST_F(PacketFilterTest, DropsWithAReason) {
  filter_.set_established();
  const std::vector<Bad> table{
      {"sctp_packet_length", {}},
      {"sctp_packet_length", zeros(12)},
      {"sctp_packet_length", zeros(70000)},
      {"sctp_port", packet({data_chunk(1)}, 1, 5001)},
      {"sctp_port", packet({data_chunk(1)}, 1, 5000, 1)},
      {"sctp_chunk_length", packet({chunk(DATA, zeros(20), 3)})},
      {"sctp_chunk_length", packet({chunk(DATA, zeros(20), 0)})},
      {"sctp_chunk_length", packet({chunk(DATA, zeros(20), 60000)})},
      {"sctp_data_length", packet({data_chunk(0)})},
      {"sctp_data_length", packet({chunk(DATA, zeros(3))})},
      {"sctp_data_length", packet({chunk(I_DATA, zeros(16))})},
      {"sctp_init_after_established", packet({init(10)}, 0)},
      {"sctp_init_ack_too_late", packet({chunk(INIT_ACK, zeros(16))})},
      {"sctp_cookie_echo_after_established", packet({chunk(COOKIE_ECHO, zeros(200))})},
      {"sctp_sack_length", packet({chunk(SACK, zeros(8))})},
      {"sctp_sack_length",
       packet({chunk(SACK, PackedByteArray{0, 0, 0, 1, 0, 0, 0, 0, 0, 9, 0, 0})})},
      {"sctp_heartbeat_length", packet({chunk(HEARTBEAT, {})})},
      {"sctp_shutdown_length", packet({chunk(SHUTDOWN, {})})},
      {"sctp_shutdown_length", packet({chunk(SHUTDOWN_ACK, zeros(8))})},
      {"sctp_error_length", packet({chunk(ERROR, PackedByteArray{0, 1, 0, 2})})},
      {"sctp_error_length", packet({chunk(ERROR, PackedByteArray{0, 1, 0, 99})})},
      {"sctp_ecn", packet({chunk(ECNE, zeros(4))})},
      {"sctp_ecn", packet({chunk(CWR, zeros(4))})},
      {"sctp_auth", packet({chunk(AUTH, zeros(24))})},
      {"sctp_nr_sack", packet({chunk(NR_SACK, zeros(16))})},
      {"sctp_asconf", packet({chunk(ASCONF, zeros(40))})},
      {"sctp_asconf", packet({chunk(ASCONF_ACK, zeros(4))})},
      {"sctp_packet_dropped", packet({chunk(PACKET_DROPPED, zeros(40))})},
      {"sctp_forward_tsn_length", packet({chunk(FORWARD_TSN, {})})},
      {"sctp_forward_tsn_length", packet({chunk(I_FORWARD_TSN, zeros(8))})},
      {"sctp_re_config_length", packet({chunk(RE_CONFIG, zeros(4))})},
      {"sctp_re_config_length",
       packet({chunk(RE_CONFIG, PackedByteArray{0, 13, 0, 12, 0, 0, 0, 1, 0, 0, 0, 1})})},
      {"sctp_re_config_length",
       packet({chunk(RE_CONFIG, PackedByteArray{0, 13, 0, 99, 0, 0, 0, 1, 0, 0, 0, 1})})},
      {"sctp_re_config_request",
       packet({chunk(RE_CONFIG, PackedByteArray{0, 15, 0, 8, 0, 0, 0, 1})})},
      {"sctp_re_config_request",
       packet({chunk(RE_CONFIG, PackedByteArray{0, 18, 0, 12, 0, 0, 0, 1, 0, 9, 0, 0})})},
      {"sctp_re_config_request",
       packet({chunk(RE_CONFIG, PackedByteArray{9, 9, 0, 8, 0, 0, 0, 1})})},
  };
  for (const Bad &bad : table) {
    const std::uint64_t before = dropped(bad.reason);
    EXPECT_TRUE(pass(bad.bytes).empty()) << bad.reason;
    EXPECT_EQ(dropped(bad.reason), before + 1) << bad.reason;
  }
}

TEST_F(PacketFilterTest, TakesOutOneChunkAndKeepsTheOthers) {
  filter_.set_established();
  EXPECT_EQ(
      pass(packet({chunk(ECNE, zeros(4)), data_chunk(5), chunk(ASCONF, zeros(9)), data_chunk(7)})),
      packet({data_chunk(5), data_chunk(7)}));
  // What follows a wrong length is lost.
  EXPECT_EQ(pass(packet({data_chunk(5), chunk(SACK, zeros(12), 2), data_chunk(7)})),
            packet({data_chunk(5)}));
}

TEST_F(PacketFilterTest, ChecksTheHandshake) {
  EXPECT_EQ(pass(packet({init(10), data_chunk(1)}, 0)), packet({data_chunk(1)}, 0));
  EXPECT_EQ(dropped("sctp_init_bundled"), 1u);
  EXPECT_EQ(pass(packet({data_chunk(1), init(10)}, 0)), packet({data_chunk(1)}, 0));
  EXPECT_TRUE(pass(packet({init(10), init(10)}, 0)).empty());
  EXPECT_TRUE(pass(packet({init(10)}, 5)).empty());
  EXPECT_EQ(dropped("sctp_init_tag"), 1u);
  PackedByteArray value(16 + 4);
  value[19] = 2;
  EXPECT_TRUE(pass(packet({chunk(INIT, value)}, 0)).empty());
  EXPECT_EQ(dropped("sctp_handshake_parameters"), 1u);
  EXPECT_TRUE(pass(packet({chunk(INIT, zeros(12))}, 0)).empty());
  EXPECT_TRUE(pass(packet({chunk(INIT, zeros(5000))}, 0)).empty());
  EXPECT_EQ(dropped("sctp_handshake_length"), 2u);
  EXPECT_EQ(pass(packet({init(10)}, 0)), packet({init(10)}, 0));
}

TEST_F(PacketFilterTest, LetsOnlyTheAcceptedCookiePassAgain) {
  const PackedByteArray good = packet({chunk(COOKIE_ECHO, PackedByteArray(300, 1)), data_chunk(4)});
  const PackedByteArray other =
      packet({chunk(COOKIE_ECHO, PackedByteArray(300, 2)), data_chunk(4)});
  EXPECT_EQ(pass(good), good);
  filter_.set_established();
  EXPECT_EQ(pass(good), good);
  EXPECT_EQ(pass(other), packet({data_chunk(4)}));
  EXPECT_EQ(pass(packet({data_chunk(4), chunk(COOKIE_ECHO, PackedByteArray(300, 1))})),
            packet({data_chunk(4)}));
  EXPECT_EQ(pass(good), good);
}

TEST_F(PacketFilterTest, HoldsAResetBackUntilItsDataIsThere) {
  pass(packet({init(10)}, 0));
  filter_.set_established();
  EXPECT_EQ(pass(packet({reset_request(8)})), packet({reset_request(8)}));
  EXPECT_TRUE(pass(packet({reset_request(20)})).empty());
  EXPECT_TRUE(filter_.take_held_reset().empty());
  filter_.set_cumulative_tsn(19);
  EXPECT_TRUE(filter_.take_held_reset().empty());
  filter_.set_cumulative_tsn(20);
  const ByteView held = filter_.take_held_reset();
  EXPECT_EQ(PackedByteArray(held.begin(), held.end()), packet({reset_request(20)}));
  EXPECT_TRUE(filter_.take_held_reset().empty());
}

TEST_F(PacketFilterTest, CountsWhatIsUnread) {
  filter_.set_established();
  pass(packet({data_chunk(5), data_chunk(100), chunk(I_DATA, zeros(16 + 20))}));
  EXPECT_EQ(filter_.seen().messages, 3u);
  EXPECT_EQ(filter_.seen().bytes, 125u);
  filter_.reset_seen();
  EXPECT_EQ(filter_.seen().messages, 0u);
}

TEST_F(PacketFilterTest, WhatWasAcknowledgedIsNotUnread) {
  filter_.set_established();
  PackedByteArray next = data_chunk(5);
  next[7] = 1;  // Its TSN.
  pass(packet({data_chunk(5), next}));
  EXPECT_EQ(filter_.seen().messages, 2u) << "nothing was acknowledged yet";
  filter_.reset_seen();
  filter_.set_cumulative_tsn(0);
  EXPECT_FALSE(pass(packet({data_chunk(5), next})).empty());
  EXPECT_EQ(filter_.seen().messages, 1u);
  EXPECT_EQ(filter_.seen().bytes, 5u);
}

TEST_F(PacketFilterTest, RemembersWhyThePeerAborted) {
  PackedByteArray cause{0, 13, 0, 9, 'h', 'e', 'y', 0, 'x'};
  EXPECT_FALSE(pass(packet({chunk(ABORT, cause)})).empty());
  EXPECT_TRUE(filter_.abort().seen);
  EXPECT_EQ(filter_.abort().cause, 13);
  EXPECT_EQ(filter_.abort().text, "heyx");
}

}  // namespace
}  // namespace peerlane::test
