// SPDX-License-Identifier: MIT
#ifndef PEERLANE_CHANNEL_DCEP_HPP
#define PEERLANE_CHANNEL_DCEP_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/channel_link.hpp"
#include "peerlane/types.hpp"

namespace peerlane {

/// Message types of the Data Channel Establishment Protocol (RFC 8832 section 8.2.1).
enum class DcepType : std::uint8_t { ACK = 0x02, OPEN = 0x03 };

/// DATA_CHANNEL_ACK is its type and nothing else (RFC 8832 section 5.2).
inline constexpr std::array<std::uint8_t, 1> kDcepAck = {static_cast<std::uint8_t>(DcepType::ACK)};

/// The longest DATA_CHANNEL_OPEN: a header, and two texts with a length of 16 bits each (RFC 8832
/// section 5.1).
inline constexpr std::size_t kMaxDcepOpen = 12 + 2 * 65535;

/// DATA_CHANNEL_OPEN for a channel that is not negotiated. Label and protocol must not be longer
/// than 65535 bytes. Pure.
PackedByteArray encode_dcep_open(const ChannelParameters &parameters);

/// Nothing where the message is not exactly one DATA_CHANNEL_OPEN: another type, an unknown channel
/// type, too short, or with bytes behind its end. Pure.
std::optional<ChannelParameters> decode_dcep_open(ByteView message);

}  // namespace peerlane

#endif  // PEERLANE_CHANNEL_DCEP_HPP
