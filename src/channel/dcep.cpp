// SPDX-License-Identifier: MIT
#include "channel/dcep.hpp"

#include <algorithm>
#include <string>

namespace peerlane {

// clang-format off
/* DATA_CHANNEL_OPEN, RFC 8832 section 5.1. All numbers are in network byte order.

        0                   1                   2                   3
        0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
       +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
       |  Message Type |  Channel Type |            Priority           |
       +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
       |                    Reliability Parameter                      |
       +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
       |         Label Length          |       Protocol Length         |
       +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
       \                                                               /
       |                             Label                             |
       /                                                               \
       +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
       \                                                               /
       |                            Protocol                           |
       /                                                               \
       +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+  */
// clang-format on

namespace {

constexpr std::size_t kHeaderSize = 12;

// "Normal" of RFC 8831 section 6.4, to which W3C's default "low" corresponds. Receivers schedule
// nothing by it.
constexpr std::uint16_t kPriority = 256;

// Channel types of RFC 8832 section 8.2.2.
constexpr std::uint8_t kReliable = 0x00;
constexpr std::uint8_t kMaxRetransmits = 0x01;
constexpr std::uint8_t kMaxLifeTime = 0x02;
constexpr std::uint8_t kUnordered = 0x80;

void append_u16(PackedByteArray &bytes, std::size_t value) {
  bytes.push_back(static_cast<std::uint8_t>(value >> 8));
  bytes.push_back(static_cast<std::uint8_t>(value));
}

std::uint16_t read_u16(ByteView bytes, std::size_t offset) {
  return static_cast<std::uint16_t>(bytes[offset] << 8 | bytes[offset + 1]);
}

std::string read_text(ByteView bytes, std::size_t offset, std::size_t size) {
  const ByteView text = bytes.subview(offset, size);
  return std::string(text.begin(), text.end());
}

}  // namespace

PackedByteArray encode_dcep_open(const ChannelParameters &parameters) {
  std::uint8_t type = kReliable;
  std::uint16_t reliability = 0;
  if (parameters.max_retransmits) {
    type = kMaxRetransmits;
    reliability = *parameters.max_retransmits;
  } else if (parameters.max_packet_life_time) {
    type = kMaxLifeTime;
    reliability = *parameters.max_packet_life_time;
  }
  if (!parameters.ordered) type |= kUnordered;

  PackedByteArray message;
  message.reserve(kHeaderSize + parameters.label.size() + parameters.protocol.size());
  message.push_back(static_cast<std::uint8_t>(DcepType::OPEN));
  message.push_back(type);
  append_u16(message, kPriority);
  append_u16(message, 0);
  append_u16(message, reliability);
  append_u16(message, parameters.label.size());
  append_u16(message, parameters.protocol.size());
  message.insert(message.end(), parameters.label.begin(), parameters.label.end());
  message.insert(message.end(), parameters.protocol.begin(), parameters.protocol.end());
  return message;
}

std::optional<ChannelParameters> decode_dcep_open(ByteView message) {
  if (message.size() < kHeaderSize) return std::nullopt;
  if (message[0] != static_cast<std::uint8_t>(DcepType::OPEN)) return std::nullopt;
  const std::size_t label_size = read_u16(message, 8);
  const std::size_t protocol_size = read_u16(message, 10);
  if (message.size() != kHeaderSize + label_size + protocol_size) return std::nullopt;

  ChannelParameters parameters;
  parameters.ordered = (message[1] & kUnordered) == 0;
  // 32 bits on the wire, 16 in W3C's API; so many retransmissions or milliseconds make no
  // difference.
  const std::uint16_t reliability = read_u16(message, 4) != 0 ? UINT16_MAX : read_u16(message, 6);
  switch (message[1] & ~kUnordered) {
    case kReliable:
      break;  // The parameter is to be ignored.
    case kMaxRetransmits:
      parameters.max_retransmits = reliability;
      break;
    case kMaxLifeTime:
      parameters.max_packet_life_time = reliability;
      break;
    default:
      return std::nullopt;
  }
  parameters.label = read_text(message, kHeaderSize, label_size);
  parameters.protocol = read_text(message, kHeaderSize + label_size, protocol_size);
  return parameters;
}

}  // namespace peerlane
