// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_ICE_MERGED_INPUT_HPP
#define PEERLANE_TRANSPORT_ICE_MERGED_INPUT_HPP

#include <cstddef>
#include <vector>

#include "peerlane/types.hpp"

namespace peerlane {

/// What one read gave, with STUN packets cut out. Pure value.
struct MergedInput {
  std::vector<ByteView> data;  ///< Borrowed parts of the input, in order.
  std::size_t stun_packets = 0;
};

/// The length of the STUN packet that the bytes begin with (RFC 8489 section 5), or 0.
std::size_t stun_packet_size(ByteView bytes);

/// Whether a STUN packet lies behind or between DTLS records, or is all there is. UDP_GRO merges
/// datagrams that arrive together and does not ask what they are (RFC 7983 tells them apart by the
/// first byte). Cheap where there is none.
bool contains_stun(ByteView bytes);
MergedInput without_stun(ByteView bytes);

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_ICE_MERGED_INPUT_HPP
