// SPDX-License-Identifier: MIT
#include "transport/sctp/sack.hpp"

#include <algorithm>

#include "transport/sctp/wire.hpp"

namespace peerlane {

namespace {

using namespace sctp_wire;

constexpr std::size_t kSackHeader = 16;
constexpr std::size_t kFirstBlock = kCommonHeader + kSackHeader;

}  // namespace

std::optional<Sack> Sack::in(ByteView packet) {
  if (packet.size() < kFirstBlock || packet.data()[kCommonHeader] != SACK) return std::nullopt;
  return Sack(packet);
}

bool Sack::is_later_in(ByteView packet) {
  for (std::size_t offset = kCommonHeader; offset + kChunkHeader <= packet.size();) {
    const std::uint8_t *chunk = packet.data() + offset;
    if (chunk[0] == SACK) return offset != kCommonHeader;
    offset += padded(std::max<std::size_t>(read16(chunk + 2), kChunkHeader));
  }
  return false;
}

Sack::Sack(ByteView packet) : packet_(packet), gaps_(read16(packet.data() + kCommonHeader + 12)) {}

std::uint32_t Sack::cumulative_tsn() const { return read32(packet_.data() + kCommonHeader + 4); }

std::size_t Sack::duplicates() const { return read16(packet_.data() + kCommonHeader + 14); }

std::uint32_t Sack::block_begin(std::size_t gap) const {
  return cumulative_tsn() + read16(packet_.data() + kFirstBlock + 4 * gap);
}

std::uint32_t Sack::block_end(std::size_t gap) const {
  return cumulative_tsn() + read16(packet_.data() + kFirstBlock + 4 * gap + 2);
}

bool Sack::has(std::uint32_t tsn) const {
  for (std::size_t gap = 0; gap < gaps_; ++gap) {
    if (!later(block_begin(gap), tsn) && !later(tsn, block_end(gap))) return true;
  }
  return false;
}

void Sack::copy(ByteView blocks, PackedByteArray &to) const {
  const std::uint8_t *packet = packet_.data();
  const std::size_t rest = kCommonHeader + padded(read16(packet + kCommonHeader + 2));
  to.assign(packet, packet + kFirstBlock);
  std::uint8_t *chunk = to.data() + kCommonHeader;
  write16(chunk + 2, static_cast<std::uint16_t>(kSackHeader + blocks.size()));
  write16(chunk + 12, static_cast<std::uint16_t>(blocks.size() / 4));
  write16(chunk + 14, 0);
  to.insert(to.end(), blocks.begin(), blocks.end());
  to.insert(to.end(), packet + rest, packet + packet_.size());
}

void Sack::copy_without_gaps(PackedByteArray &to) const { copy({}, to); }

void Sack::copy_with_empty_block(PackedByteArray &to) const {
  constexpr std::uint8_t kBackwards[] = {0, 1, 0, 0};
  copy(kBackwards, to);
}

}  // namespace peerlane
