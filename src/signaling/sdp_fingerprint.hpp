// SPDX-License-Identifier: MIT
#ifndef PEERLANE_SIGNALING_SDP_FINGERPRINT_HPP
#define PEERLANE_SIGNALING_SDP_FINGERPRINT_HPP

#include <optional>
#include <string_view>

#include "core/fingerprint.hpp"
#include "core/result.hpp"

namespace peerlane {

/// The value of `a=fingerprint` (RFC 8122 section 5) in canonical case; no fingerprint for a hash
/// that we do not trust or know. ERR_PARSE_ERROR where it is none, ERR_INVALID_DATA where it has
/// another length than its hash. Pure.
Result<std::optional<Fingerprint>> parse_sdp_fingerprint(std::string_view value);

}  // namespace peerlane

#endif  // PEERLANE_SIGNALING_SDP_FINGERPRINT_HPP
