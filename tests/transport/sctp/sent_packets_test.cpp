// SPDX-License-Identifier: MIT
#include "transport/sctp/sent_packets.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "transport/sctp/sctp_peer.hpp"

namespace peerlane::test {
namespace {

PackedByteArray bytes_of(const SentPackets::Packet &packet) {
  return PackedByteArray(packet.bytes, packet.bytes + packet.size);
}

// Sizes as a path with a large MTU has them, and as many under way as chance will have it.
TEST(SentPackets, EachIsFoundByItsNumbersAsLongAsItIsThere) {
  std::mt19937 random(1);
  const auto below = [&random](unsigned n) { return static_cast<std::uint32_t>(random() % n); };
  for (int life = 0; life < 20; ++life) {
    SentPackets packets;
    const PackedByteArray header(12, 9);
    std::uint32_t first = 0xffffff00u, next = first;
    std::size_t bytes = 0, count = 0;
    for (int step = 0; step < 3000; ++step) {
      const bool grows = step % 200 < 120;
      if (count == 0 || below(10) < (grows ? 7u : 3u)) {
        const PackedByteArray chunks = pattern(1 + below(step % 3 == 0 ? 16000 : 1200), next);
        ASSERT_TRUE(packets.add(next, next + 2, header, chunks, 3, header.size() + chunks.size()));
        bytes += header.size() + chunks.size();
        next += 3;
        ++count;
      } else {
        bytes -= packets.front().size;
        packets.pop_front();
        first += 3;
        --count;
      }
      ASSERT_EQ(packets.bytes(), bytes);
      ASSERT_EQ(packets.empty(), count == 0);
      ASSERT_EQ(packets.find(first - 1), nullptr);
      ASSERT_EQ(packets.find(next), nullptr);
      if (count == 0) continue;
      const std::uint32_t tsn = first + 3 * below(static_cast<unsigned>(count));
      SentPackets::Packet *found = packets.find(tsn + below(3));
      ASSERT_NE(found, nullptr);
      ASSERT_EQ(found->first_tsn, tsn);
      PackedByteArray expected = header;
      const PackedByteArray chunks = pattern(found->size - header.size(), tsn);
      expected.insert(expected.end(), chunks.begin(), chunks.end());
      ASSERT_EQ(bytes_of(*found), expected);
    }
  }
}

TEST(SentPackets, TakesNoMoreThanTheLargestWindowNeeds) {
  SentPackets packets;
  const PackedByteArray header(12), chunks(1150);
  std::uint32_t count = 0;
  while (packets.add(count, count, header, chunks, 1, header.size() + chunks.size())) ++count;
  EXPECT_GT(packets.bytes(), 7u << 20);
  EXPECT_LT(packets.bytes(), 9u << 20);
  while (!packets.empty()) packets.pop_front();
  EXPECT_TRUE(packets.add(count, count, header, chunks, 1, header.size() + chunks.size()));
}

}  // namespace
}  // namespace peerlane::test
