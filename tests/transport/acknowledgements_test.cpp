// SPDX-License-Identifier: MIT
// Which packets of the peer show that it hears us.
#include "transport/acknowledgements.hpp"

#include <gtest/gtest.h>

namespace peerlane::test {
namespace {

using Bytes = PackedByteArray;

Bytes packet(std::initializer_list<Bytes> chunks) {
  Bytes bytes(12, 0);
  for (const Bytes &chunk : chunks) {
    bytes.insert(bytes.end(), chunk.begin(), chunk.end());
    bytes.resize((bytes.size() + 3) / 4 * 4);
  }
  return bytes;
}

Bytes sack(std::uint32_t cumulative, std::uint8_t type = 3) {
  Bytes chunk{type, 0, 0, 16};
  for (int shift = 24; shift >= 0; shift -= 8)
    chunk.push_back(static_cast<std::uint8_t>(cumulative >> shift));
  chunk.resize(16);
  return chunk;
}

const Bytes kData{0, 3, 0, 17, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 51, 'x'};
const Bytes kHeartbeat{4, 0, 0, 8, 0, 1, 0, 4};
const Bytes kHeartbeatAck{5, 0, 0, 8, 0, 1, 0, 4};

TEST(Acknowledgements, AnAnsweredHeartbeatIsOne) {
  Acknowledgements acknowledgements;
  EXPECT_TRUE(acknowledgements.anything_new(packet({kHeartbeatAck})));
  EXPECT_TRUE(acknowledgements.anything_new(packet({kData, kHeartbeatAck})));
  EXPECT_FALSE(acknowledgements.anything_new(packet({kHeartbeat, kData})));
}

TEST(Acknowledgements, OnlyProgressCounts) {
  for (const std::uint8_t type : {std::uint8_t{3}, std::uint8_t{16}}) {
    Acknowledgements acknowledgements;
    EXPECT_FALSE(acknowledgements.anything_new(packet({sack(0xFFFFFFFE, type)})));
    EXPECT_FALSE(acknowledgements.anything_new(packet({sack(0xFFFFFFFE, type), kData})));
    EXPECT_TRUE(acknowledgements.anything_new(packet({kData, sack(1, type)})));
    EXPECT_FALSE(acknowledgements.anything_new(packet({sack(1, type)})));
    EXPECT_FALSE(acknowledgements.anything_new(packet({sack(0xFFFFFFF0, type)})));
  }
}

TEST(Acknowledgements, NonsenseSaysNothing) {
  Acknowledgements acknowledgements;
  EXPECT_FALSE(acknowledgements.anything_new(ByteView()));
  EXPECT_FALSE(acknowledgements.anything_new(Bytes(12, 5)));
  EXPECT_FALSE(acknowledgements.anything_new(Bytes(15, 5)));
  // A chunk that is shorter than its header, one that claims more than there is.
  EXPECT_FALSE(acknowledgements.anything_new(packet({{5, 0, 0, 3}})));
  EXPECT_FALSE(acknowledgements.anything_new(packet({{5, 0, 1, 0}})));
  EXPECT_FALSE(acknowledgements.anything_new(packet({{3, 0, 0, 4}, {3, 0, 0, 4}})));
}

}  // namespace
}  // namespace peerlane::test
