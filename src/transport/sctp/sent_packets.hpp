// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_SCTP_SENT_PACKETS_HPP
#define PEERLANE_TRANSPORT_SCTP_SENT_PACKETS_HPP

#include <cstddef>
#include <cstdint>
#include <list>
#include <vector>

#include "core/clock.hpp"
#include "peerlane/types.hpp"

namespace peerlane {

/// Copies of the packets with data that are under way, by their TSNs. Lives on the strand.
class SentPackets {
 public:
  struct Packet {
    std::uint32_t first_tsn = 0, last_tsn = 0;
    std::uint64_t order = 0;  ///< Of all sendings, those of repairs included.
    TimePoint sent_at{};
    bool acknowledged = false;
    bool repaired = false;
    std::uint16_t copies = 0;  ///< Chunks of former packets that went out with it.
    std::size_t wire_size = 0;
    // What may be sent again of it, as a packet; with nothing in it where that is nothing.
    const std::uint8_t *bytes = nullptr;
    std::size_t size = 0;
    std::uint16_t chunks = 0;
  };

  /// `header` and so many `chunks` make a packet to send again; its TSNs follow those of the packet
  /// before. False where there is no room.
  bool add(std::uint32_t first_tsn, std::uint32_t last_tsn, ByteView header, ByteView chunks,
           std::uint16_t count, std::size_t wire_size);
  /// The packet that has the TSN; null where there is none.
  Packet *find(std::uint32_t tsn);
  /// Of all of them together, as they went out.
  std::size_t bytes() const { return bytes_; }
  bool empty() const { return next_ == packets_.size(); }
  Packet &front() { return packets_[next_]; }
  Packet &back() { return packets_.back(); }
  void pop_front();

 private:
  struct Block {
    PackedByteArray bytes;  // Never beyond its capacity, so that pointers into it stay valid.
    std::size_t packets = 0;
  };
  PackedByteArray &room_for(std::size_t size);

  std::vector<Packet> packets_;
  std::size_t bytes_ = 0;
  std::size_t next_ = 0;  // What lies before is gone.
  std::list<Block> blocks_;
  PackedByteArray spare_;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_SCTP_SENT_PACKETS_HPP
