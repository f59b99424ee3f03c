// SPDX-License-Identifier: MIT
#include "transport/acknowledgements.hpp"

#include <utility>

#include "transport/sctp/wire.hpp"

namespace peerlane {

using namespace sctp_wire;

bool Acknowledgements::anything_new(ByteView packet) {
  bool found = false;
  std::size_t at = kCommonHeader;
  while (at + kChunkHeader <= packet.size()) {
    const std::uint8_t *chunk = packet.data() + at;
    const std::size_t length = read16(chunk + 2);
    if (length < kChunkHeader || length > packet.size() - at) break;
    if (*chunk == HEARTBEAT_ACK) found = true;
    if ((*chunk == SACK || *chunk == NR_SACK) && length >= 8) {
      if (advances(read32(chunk + kChunkHeader))) found = true;
    }
    at += padded(length);
  }
  return found;
}

bool Acknowledgements::advances(std::uint32_t cumulative) {
  const auto before = std::exchange(last_, cumulative);
  // Of the first one nobody knows whether it is new.
  return before && later(cumulative, *before);
}

}  // namespace peerlane
