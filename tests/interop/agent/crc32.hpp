// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_INTEROP_CRC32_HPP
#define PEERLANE_TESTS_INTEROP_CRC32_HPP

#include <array>
#include <cstdint>

#include "peerlane/types.hpp"

namespace peerlane::interop {

/// CRC-32 as zlib, PNG and Ethernet have it. Pure.
inline std::uint32_t crc32(ByteView bytes) {
  static const std::array<std::uint32_t, 256> table = [] {
    std::array<std::uint32_t, 256> made{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit)
        value = (value >> 1) ^ ((value & 1) != 0 ? 0xEDB88320u : 0u);
      made[i] = value;
    }
    return made;
  }();
  std::uint32_t crc = 0xFFFFFFFFu;
  for (const std::uint8_t byte : bytes) crc = (crc >> 8) ^ table[(crc ^ byte) & 0xFF];
  return ~crc;
}

}  // namespace peerlane::interop

#endif  // PEERLANE_TESTS_INTEROP_CRC32_HPP
