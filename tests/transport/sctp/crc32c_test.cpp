// SPDX-License-Identifier: MIT
#include "transport/sctp/crc32c.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "transport/sctp/sctp_peer.hpp"

namespace peerlane::test {
namespace {

const std::uint8_t kCheck[] = {'1', '2', '3', '4', '5', '6', '7', '8', '9'};

TEST(Crc32c, HasTheValuesOfRfc3720) {
  const std::vector<std::uint8_t> zeros(32, 0), ones(32, 0xff);
  for (const bool portable : {false, true}) {
    force_portable_crc32c(portable);
    EXPECT_EQ(crc32c(kCheck, sizeof kCheck), 0xe3069283u);
    EXPECT_EQ(crc32c(zeros.data(), zeros.size()), 0x8a9136aau);
    EXPECT_EQ(crc32c(ones.data(), ones.size()), 0x62a8ab43u);
  }
  force_portable_crc32c(false);
}

TEST(Crc32c, IsTheSameFromTablesAtEachLengthAndAlignment) {
  const PackedByteArray data = pattern(5000, 1);
  for (std::size_t size = 0; size < 2000; ++size) {
    const std::size_t offset = size % 8;
    ASSERT_EQ(crc32c(data.data() + offset, size), crc32c_portable(data.data() + offset, size));
  }
  EXPECT_EQ(crc32c(data.data(), data.size()), crc32c_portable(data.data(), data.size()));
}

TEST(Crc32c, TheTestHookTurnsTheInstructionOff) {
  force_portable_crc32c(true);
  EXPECT_FALSE(crc32c_is_accelerated());
  force_portable_crc32c(false);
}

TEST(Crc32c, IsFilledInLeastSignificantByteFirst) {
  PackedByteArray packet = pattern(100, 2);
  fill_in_checksum(packet.data(), packet.size());
  const std::uint32_t sum =
      static_cast<std::uint32_t>(packet[8]) | static_cast<std::uint32_t>(packet[9]) << 8 |
      static_cast<std::uint32_t>(packet[10]) << 16 | static_cast<std::uint32_t>(packet[11]) << 24;
  for (std::size_t i = 8; i < 12; ++i) packet[i] = 0;
  EXPECT_EQ(sum, crc32c_portable(packet.data(), packet.size()));
}

TEST(Crc32c, EveryPacketHasIt) {
  int packets = 0, wrong = 0;
  SctpPair pair({.delay = std::chrono::milliseconds(5)});
  const auto check = [&](ByteView view) {
    PackedByteArray packet(view.begin(), view.end());
    fill_in_checksum(packet.data(), packet.size());
    ++packets;
    wrong += !std::equal(packet.begin(), packet.end(), view.begin());
  };
  pair.path.a_to_b.set_tap(check);
  pair.path.b_to_a.set_tap(check);
  ASSERT_TRUE(pair.connect());
  pair.a.send(1, pattern(50000, 1));
  ASSERT_TRUE(pair.drive_until([&] { return pair.b.received.size() == 1; }));
  EXPECT_GT(packets, 50);
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace peerlane::test
