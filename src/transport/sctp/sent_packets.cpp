// SPDX-License-Identifier: MIT
#include "transport/sctp/sent_packets.hpp"

#include <algorithm>
#include <utility>

#include "transport/sctp/wire.hpp"

namespace peerlane {

namespace {
constexpr std::size_t kBlock = 64u << 10;
// Enough for a game; idle connections are many, and keep so much.
constexpr std::size_t kSmallBlock = 4u << 10;
constexpr std::size_t kKeptPackets = 32;
// More than the largest window.
constexpr std::size_t kMostBlocks = 128;
}  // namespace

PackedByteArray &SentPackets::room_for(std::size_t size) {
  const auto is_full = [size](const PackedByteArray &bytes) {
    return bytes.size() + size > bytes.capacity();
  };
  if (blocks_.empty() || (blocks_.back().packets > 0 && is_full(blocks_.back().bytes))) {
    blocks_.emplace_back();
    blocks_.back().bytes.swap(spare_);
  }
  PackedByteArray &bytes = blocks_.back().bytes;
  // Only where nothing is in it yet.
  if (is_full(bytes)) bytes.reserve(std::max(blocks_.size() == 1 ? kSmallBlock : kBlock, size));
  return bytes;
}

bool SentPackets::add(std::uint32_t first_tsn, std::uint32_t last_tsn, ByteView header,
                      ByteView chunks, std::uint16_t count, std::size_t wire_size) {
  if (blocks_.size() >= kMostBlocks) return false;
  const std::size_t size = header.size() + chunks.size();
  PackedByteArray &bytes = room_for(size);
  Packet packet;
  packet.first_tsn = first_tsn;
  packet.last_tsn = last_tsn;
  packet.bytes = bytes.data() + bytes.size();
  packet.size = size;
  packet.chunks = count;
  packet.wire_size = wire_size;
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.insert(bytes.end(), chunks.begin(), chunks.end());
  ++blocks_.back().packets;
  bytes_ += wire_size;
  packets_.push_back(packet);
  return true;
}

SentPackets::Packet *SentPackets::find(std::uint32_t tsn) {
  const auto begin = packets_.begin() + static_cast<std::ptrdiff_t>(next_);
  const auto found = std::partition_point(begin, packets_.end(), [tsn](const Packet &each) {
    return sctp_wire::later(tsn, each.last_tsn);
  });
  if (found == packets_.end() || sctp_wire::later(found->first_tsn, tsn)) return nullptr;
  return &*found;
}

void SentPackets::pop_front() {
  bytes_ -= packets_[next_].wire_size;
  ++next_;
  Block &block = blocks_.front();
  if (--block.packets == 0) {
    block.bytes.clear();
    if (blocks_.size() > 1) {
      spare_ = std::move(block.bytes);
      blocks_.pop_front();
    }
  }
  if (next_ == packets_.size()) {
    packets_.clear();
    next_ = 0;
    std::exchange(spare_, {});
    if (packets_.capacity() > kKeptPackets) std::exchange(packets_, {});
    if (blocks_.front().bytes.capacity() > kSmallBlock) blocks_.clear();
  } else if (next_ * 2 > packets_.size()) {
    packets_.erase(packets_.begin(), packets_.begin() + static_cast<std::ptrdiff_t>(next_));
    next_ = 0;
  }
}

}  // namespace peerlane
