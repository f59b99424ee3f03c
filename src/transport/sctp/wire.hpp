// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_SCTP_WIRE_HPP
#define PEERLANE_TRANSPORT_SCTP_WIRE_HPP

#include <cstddef>
#include <cstdint>

namespace peerlane::sctp_wire {

//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +---------------+---------------+-------------------------------+
// |          source port          |       destination port        |   common header
// |                       verification tag                        |   (RFC 9260 section 3.1)
// |                           checksum                            |
// +---------------+---------------+-------------------------------+
// |     type      |     flags     |            length             |   chunk (section 3.2),
// |                             value                             |   padded to 4 bytes

constexpr std::size_t kCommonHeader = 12;
constexpr std::size_t kChunkHeader = 4;
constexpr std::size_t kDataHeader = 16;   // RFC 9260 section 3.3.1
constexpr std::size_t kIDataHeader = 20;  // RFC 8260 section 2.1
constexpr std::size_t kInitHeader = 20;   // RFC 9260 section 3.3.2
constexpr std::size_t kInitTag = 4;
constexpr std::size_t kInitOutgoingStreams = 12;
constexpr std::size_t kInitIncomingStreams = 14;
constexpr std::size_t kInitTsn = 16;

enum ChunkType : std::uint8_t {
  DATA = 0,
  INIT = 1,
  INIT_ACK = 2,
  SACK = 3,
  HEARTBEAT = 4,
  HEARTBEAT_ACK = 5,
  ABORT = 6,
  SHUTDOWN = 7,
  SHUTDOWN_ACK = 8,
  ERROR = 9,
  COOKIE_ECHO = 10,
  COOKIE_ACK = 11,
  ECNE = 12,
  CWR = 13,
  SHUTDOWN_COMPLETE = 14,
  AUTH = 15,
  NR_SACK = 16,
  I_DATA = 64,
  ASCONF_ACK = 0x80,
  PACKET_DROPPED = 0x81,
  RE_CONFIG = 0x82,
  PAD = 0x84,
  FORWARD_TSN = 0xc0,
  ASCONF = 0xc1,
  I_FORWARD_TSN = 0xc2,
};

/// Parameters of RE-CONFIG (RFC 6525 section 4): a number follows their header.
enum ReConfigType : std::uint16_t {
  OUTGOING_RESET = 13,
  INCOMING_RESET = 14,
  TSN_RESET = 15,
  RECONFIG_RESPONSE = 16,
  ADD_OUTGOING_STREAMS = 17,
  ADD_INCOMING_STREAMS = 18,
};

inline std::uint16_t read16(const std::uint8_t *at) {
  return static_cast<std::uint16_t>(at[0] << 8 | at[1]);
}

inline std::uint32_t read32(const std::uint8_t *at) {
  return static_cast<std::uint32_t>(read16(at)) << 16 | read16(at + 2);
}

inline void write16(std::uint8_t *at, std::uint16_t value) {
  at[0] = static_cast<std::uint8_t>(value >> 8);
  at[1] = static_cast<std::uint8_t>(value);
}

inline void write32(std::uint8_t *at, std::uint32_t value) {
  write16(at, static_cast<std::uint16_t>(value >> 16));
  write16(at + 2, static_cast<std::uint16_t>(value));
}

inline void write_common_header(std::uint8_t *at, std::uint16_t source, std::uint16_t destination,
                                std::uint32_t tag) {
  write16(at, source);
  write16(at + 2, destination);
  write32(at + 4, tag);
}

inline std::size_t padded(std::size_t length) { return (length + 3) & ~std::size_t{3}; }

/// Serial number arithmetic of RFC 1982: a is later than b.
inline bool later(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(a - b) > 0; }

}  // namespace peerlane::sctp_wire

#endif  // PEERLANE_TRANSPORT_SCTP_WIRE_HPP
