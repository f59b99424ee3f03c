// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_ICE_TURN_FRAME_HPP
#define PEERLANE_TRANSPORT_ICE_TURN_FRAME_HPP

#include <cstddef>
#include <cstdint>

#include "peerlane/types.hpp"
#include "transport/ice/stun_binding.hpp"

namespace peerlane {

// TURN over a stream (RFC 8656 section 3.1): STUN messages, each with its length in the header (RFC
// 8489 section 5), and ChannelData, padded to four bytes (RFC 8656 section 12.5):
//
//   0                   1                   2                   3
//   |0 0|     message type          |        message length       |
//   |                       magic cookie 0x2112a442               |
//   |                    transaction id (96 bits)                 |
//
//   |0 1 0 0|  channel number       |        length of the data   |
//
// Pure.

/// Where the next frame of a stream ends.
struct TurnFrameSize {
  enum State {
    COMPLETE,
    INCOMPLETE,  ///< More has to come.
    NO_TURN,     ///< This is another protocol.
  } state;
  std::size_t size = 0;  ///< Of a complete one, padding included.
};
TurnFrameSize measure_turn_frame(ByteView stream);

/// What a frame means to the one who carries it.
enum class TurnFrameKind {
  ALLOCATE_REQUEST,
  ALLOCATE_SUCCESS,
  REDIRECT,  ///< An Allocate refused with an error from 300 to 399 (RFC 8489 section 10).
  OTHER_STUN,
  CHANNEL_DATA,
};
TurnFrameKind kind_of_turn_frame(ByteView frame);
/// Of any STUN message.
StunTransaction transaction_of_turn_frame(ByteView frame);

/// The answer 400 to an Allocate request, without proof of who says it: after that one a client
/// gives up, and is not told to.
PackedByteArray write_allocate_refusal(const StunTransaction &transaction);

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_ICE_TURN_FRAME_HPP
