// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_ICE_STUN_HEADER_HPP
#define PEERLANE_TRANSPORT_ICE_STUN_HEADER_HPP

#include <array>
#include <cstddef>
#include <cstdint>

#include "peerlane/types.hpp"

namespace peerlane {

// What every STUN message begins with (RFC 8489 section 5).
constexpr std::size_t kStunHeader = 20;
constexpr std::array<std::uint8_t, 4> kStunCookie = {0x21, 0x12, 0xa4, 0x42};

inline unsigned big_endian_16(ByteView bytes, std::size_t at) {
  return static_cast<unsigned>(bytes[at]) << 8 | bytes[at + 1];
}

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_ICE_STUN_HEADER_HPP
