// SPDX-License-Identifier: MIT
#include "transport/sctp/stream_tables.hpp"

#include <algorithm>

#include "transport/sctp/wire.hpp"

namespace peerlane {

namespace {

using namespace sctp_wire;

constexpr std::uint16_t kSupportedExtensions = 0x8008;  // RFC 5061 section 4.2.7
constexpr std::uint32_t kPerformed = 1;                 // RFC 6525 section 4.4
constexpr std::uint32_t kTableGrowth = 4;

thread_local PackedByteArray for_stack;
thread_local PackedByteArray made;

bool can_reconfigure(const std::uint8_t *init, std::size_t length) {
  for (std::size_t offset = kInitHeader; offset + 4 <= length;) {
    const std::uint8_t *parameter = init + offset;
    const std::size_t size = std::min<std::size_t>(read16(parameter + 2), length - offset);
    if (size < 4) return false;
    if (read16(parameter) == kSupportedExtensions) {
      return std::find(parameter + 4, parameter + size, RE_CONFIG) != parameter + size;
    }
    offset += padded(size);
  }
  return false;
}

/// Calls `visit` with each parameter of the chunk, whose lengths were checked.
template <class Visit>
void for_each_request(std::uint8_t *chunk, std::size_t length, Visit visit) {
  for (std::size_t offset = kChunkHeader; offset + 8 <= length;) {
    visit(read16(chunk + offset), chunk + offset);
    offset += padded(std::max<std::size_t>(read16(chunk + offset + 2), 8));
  }
}

}  // namespace

StreamTables::StreamTables(std::uint16_t local_port, std::uint16_t remote_port,
                           std::uint16_t announced, std::uint16_t fixed)
    : local_port_(local_port),
      remote_port_(remote_port),
      announced_(announced),
      fixed_(std::min(announced, fixed)),
      most_(announced),
      first_(std::min(kFirst, announced)),
      outgoing_(announced),
      incoming_(announced) {}

std::uint16_t StreamTables::size_for(std::uint16_t stream, std::uint16_t most) {
  std::uint32_t size = kFirst;
  while (size <= stream) size *= kTableGrowth;
  return static_cast<std::uint16_t>(std::min<std::uint32_t>(size, most));
}

// usrsctp asks for all streams at once, by an empty list, when it resets all that it has, and that
// confuses peers who have more. So the last one is used only where it is the last of the peer's.
std::uint16_t StreamTables::usable(std::uint16_t table, std::uint16_t allowed) {
  return table < allowed && table > 0 ? static_cast<std::uint16_t>(table - 1) : table;
}

void StreamTables::on_own_init(std::uint8_t *chunk) {
  own_tag_ = read32(chunk + kInitTag);
  // What an INIT ACK asks for is bounded by the INIT (RFC 9260 section 5.1.1).
  write16(chunk + kInitOutgoingStreams, chunk[0] == INIT ? most_ : outgoing_);
  write16(chunk + kInitIncomingStreams, std::min(read16(chunk + kInitIncomingStreams), most_));
}

ByteView StreamTables::on_peer_init(ByteView packet) {
  const std::uint8_t *init = packet.data() + kCommonHeader;
  const std::size_t length = std::min<std::size_t>(read16(init + 2), packet.size() - kCommonHeader);
  if (can_reconfigure(init, length)) {
    most_ = announced_;
  } else {
    most_ = fixed_;
    if (first_ < fixed_) {
      first_ = fixed_;
      return {};
    }
  }
  outgoing_ = std::min(most_, read16(init + kInitIncomingStreams));
  incoming_ = std::min(most_, read16(init + kInitOutgoingStreams));
  peer_next_ = read32(init + kInitTsn);  // RFC 6525 section 4.1
  if (read16(init + kInitOutgoingStreams) <= first_) return packet;
  for_stack.assign(packet.begin(), packet.end());
  write16(for_stack.data() + kCommonHeader + kInitOutgoingStreams, first_);
  return for_stack;
}

bool StreamTables::is_for_peer(std::uint8_t *chunk, std::size_t length) {
  bool for_peer = true;
  for_each_request(chunk, length, [&](std::uint16_t type, std::uint8_t *request) {
    const std::uint32_t number = read32(request + 4);
    if (type == RECONFIG_RESPONSE) {
      if (!peer_numbers_.hides(number)) {
        write32(request + 4, peer_numbers_.to_wire(number));
      } else if (!repeated_.empty()) {
        write32(request + 4, repeated_.front());
        repeated_.erase(repeated_.begin());
      } else {
        for_peer = false;
      }
      return;
    }
    if (type == ADD_OUTGOING_STREAMS && hides_next_) {
      hides_next_ = false;
      own_numbers_.hide(number);
      to_answer_ = number;
    }
    if (own_numbers_.hides(number)) for_peer = false;
    write32(request + 4, own_numbers_.to_wire(number));
    if (type == OUTGOING_RESET) {
      write32(request + 8, peer_numbers_.to_wire(read32(request + 8)));
    }
  });
  return for_peer;
}

ByteView StreamTables::take_answer() {
  if (!to_answer_) return {};
  const std::uint32_t number = *to_answer_;
  to_answer_.reset();
  return make_packet(RECONFIG_RESPONSE, number, kPerformed);
}

ByteView StreamTables::translate(ByteView packet) {
  for_stack.assign(packet.begin(), packet.end());
  for (std::size_t offset = kCommonHeader; offset + kChunkHeader <= for_stack.size();) {
    std::uint8_t *chunk = for_stack.data() + offset;
    const std::size_t length = std::min<std::size_t>(read16(chunk + 2), for_stack.size() - offset);
    if (chunk[0] == RE_CONFIG) translate_chunk(chunk, length);
    offset += padded(std::max(length, kChunkHeader));
  }
  return for_stack;
}

void StreamTables::translate_chunk(std::uint8_t *chunk, std::size_t length) {
  for_each_request(chunk, length, [this](std::uint16_t type, std::uint8_t *request) {
    const std::uint32_t number = read32(request + 4);
    if (type == RECONFIG_RESPONSE) {
      write32(request + 4, own_numbers_.to_stack(number));
      return;
    }
    write32(request + 4, number_for_stack(number));
    if (number == peer_next_) ++peer_next_;
    if (type == OUTGOING_RESET) {
      write32(request + 8, own_numbers_.to_stack(read32(request + 8)));
    }
  });
}

// A request comes again where its answer was lost. The stack remembers two answers; where additions
// came after it, it is given the number of the last of those, whose answer is the usual one.
std::uint32_t StreamTables::number_for_stack(std::uint32_t wire_number) {
  const std::uint32_t number = peer_numbers_.to_stack(wire_number);
  const std::uint32_t last = stack_next() - 1;
  if (!later(last - 1, number) || !peer_numbers_.hides(last)) return number;
  repeated_.push_back(wire_number);
  return last;
}

std::uint32_t StreamTables::stack_next() const {
  return peer_next_ + static_cast<std::uint32_t>(peer_numbers_.hidden());
}

ByteView StreamTables::make_addition(std::uint16_t count) {
  const std::uint32_t number = stack_next();
  peer_numbers_.hide(number);
  return make_packet(ADD_OUTGOING_STREAMS, number, static_cast<std::uint32_t>(count) << 16);
}

// As from the peer. The stack leaves checksums to those who call it.
ByteView StreamTables::make_packet(std::uint16_t type, std::uint32_t number,
                                   std::uint32_t value) const {
  constexpr std::uint16_t kRequest = 12;
  made.assign(kCommonHeader + kChunkHeader + kRequest, 0);
  std::uint8_t *at = made.data();
  write_common_header(at, remote_port_, local_port_, own_tag_);
  at += kCommonHeader;
  at[0] = RE_CONFIG;
  write16(at + 2, kChunkHeader + kRequest);
  at += kChunkHeader;
  write16(at, type);
  write16(at + 2, kRequest);
  write32(at + 4, number);
  write32(at + 8, value);
  return made;
}

}  // namespace peerlane
