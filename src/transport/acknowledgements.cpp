// SPDX-License-Identifier: MIT
#include "transport/acknowledgements.hpp"

#include <algorithm>
#include <utility>

namespace peerlane {

namespace {

// RFC 9260 section 3.2.
constexpr std::size_t kCommonHeader = 12;
constexpr std::size_t kChunkHeader = 4;
constexpr std::uint8_t kSack = 3;
constexpr std::uint8_t kHeartbeatAck = 5;
constexpr std::uint8_t kNrSack = 16;

std::uint32_t read_number(const std::uint8_t *bytes, std::size_t size) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < size; ++i) number = number << 8 | bytes[i];
  return number;
}

}  // namespace

bool Acknowledgements::anything_new(ByteView packet) {
  bool found = false;
  std::size_t at = kCommonHeader;
  while (at + kChunkHeader <= packet.size()) {
    const std::uint8_t *chunk = packet.data() + at;
    const std::size_t length = read_number(chunk + 2, 2);
    if (length < kChunkHeader || length > packet.size() - at) break;
    if (*chunk == kHeartbeatAck) found = true;
    if ((*chunk == kSack || *chunk == kNrSack) && length >= 8) {
      if (advances(read_number(chunk + kChunkHeader, 4))) found = true;
    }
    at += (length + 3) / 4 * 4;
  }
  return found;
}

bool Acknowledgements::advances(std::uint32_t cumulative) {
  const auto before = std::exchange(last_, cumulative);
  // Of the first one nobody knows whether it is new. Serial number arithmetic, RFC 1982.
  return before && static_cast<std::int32_t>(cumulative - *before) > 0;
}

}  // namespace peerlane
