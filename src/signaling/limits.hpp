// SPDX-License-Identifier: MIT
#ifndef PEERLANE_SIGNALING_LIMITS_HPP
#define PEERLANE_SIGNALING_LIMITS_HPP

#include <cstddef>
#include <cstdint>

namespace peerlane {

// What a peer may send us through signalling. A browser's description with audio, video and data is
// about 8 KiB and 200 lines; the limits leave ample room and keep the work for a hostile one
// bounded.
inline constexpr std::size_t kMaxDescriptionSize = 64 * 1024;  ///< Bytes.
inline constexpr std::size_t kMaxDescriptionLines = 1024;
inline constexpr std::size_t kMaxCandidateSize = 4096;  ///< Bytes of one candidate line.

// RFC 8839 section 5.4.
inline constexpr std::size_t kMinIceUfragSize = 4;
inline constexpr std::size_t kMinIcePasswordSize = 22;
inline constexpr std::size_t kMaxIceCredentialSize = 256;

/// RFC 8839 section 5.1: `foundation = 1*32ice-char`.
inline constexpr std::size_t kMaxFoundationSize = 32;
/// RFC 8445 section 5.1.2: a priority is between 1 and 2^31 - 1.
inline constexpr std::uint32_t kMaxCandidatePriority = 0x7fffffff;

/// RFC 8841 section 6.1: what a peer takes that does not say `a=max-message-size`.
inline constexpr std::uint64_t kDefaultMaxMessageSize = 65536;
/// The SCTP port that every implementation of WebRTC uses (RFC 8841 section 5.1 allows others).
inline constexpr std::uint16_t kDefaultSctpPort = 5000;

}  // namespace peerlane

#endif  // PEERLANE_SIGNALING_LIMITS_HPP
