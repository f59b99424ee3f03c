// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_ICE_STUN_BINDING_HPP
#define PEERLANE_TRANSPORT_ICE_STUN_BINDING_HPP

#include <array>
#include <cstdint>
#include <optional>

#include "peerlane/types.hpp"
#include "transport/ice/socket_address.hpp"

namespace peerlane {

using StunTransaction = std::array<std::uint8_t, 12>;

/// From the operating system's random source.
StunTransaction random_stun_transaction();

// A Binding request without attributes and the success response to it (RFC 8489 sections 5 and 14):
//
//   0                   1                   2                   3
//   |0 0|     message type          |        message length       |
//   |                       magic cookie 0x2112a442               |
//   |                    transaction id (96 bits)                 |
//
// Pure.
std::array<std::uint8_t, 20> write_stun_binding_request(const StunTransaction &transaction);
/// Whether this is a response, of success or failure, to the request.
bool is_stun_binding_response(ByteView packet, const StunTransaction &transaction);
/// The address that the server saw, from a response that is one; nothing where it says none.
std::optional<SocketAddress> read_mapped_address(ByteView response);

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_ICE_STUN_BINDING_HPP
