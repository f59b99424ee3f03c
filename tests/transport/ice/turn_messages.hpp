// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_TRANSPORT_ICE_TURN_MESSAGES_HPP
#define PEERLANE_TESTS_TRANSPORT_ICE_TURN_MESSAGES_HPP

#include <string>
#include <utility>
#include <vector>

#include "transport/ice/stun_binding.hpp"

namespace peerlane::test {

/// Type and value.
using TurnAttribute = std::pair<int, std::string>;

/// A STUN message as a TURN client or server would write it. Pure.
std::string turn_message(int type, const std::vector<TurnAttribute> &attributes,
                         const StunTransaction &transaction = {});
/// The error response to an Allocate request. Pure.
std::string turn_error(int code, std::vector<TurnAttribute> attributes = {},
                       const StunTransaction &transaction = {});

}  // namespace peerlane::test

#endif  // PEERLANE_TESTS_TRANSPORT_ICE_TURN_MESSAGES_HPP
