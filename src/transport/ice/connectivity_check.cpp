// SPDX-License-Identifier: MIT
#include "transport/ice/connectivity_check.hpp"

#include <stun/usages/ice.h>

#include <array>
#include <cstdint>

namespace peerlane {

namespace {

// RFC 8445 section 5.1.2.1 with the type preference of a peer-reflexive candidate, which is what
// the peer makes of it if it does not know the address.
constexpr std::uint32_t kPriority = 110u << 24 | 65535u << 8 | 255u;
constexpr std::size_t kMaxSize = 1280;

const std::uint8_t *bytes(const std::string &text) {
  return reinterpret_cast<const std::uint8_t *>(text.data());
}

}  // namespace

PackedByteArray write_connectivity_check(const ConnectivityCheck &check) {
  static const std::array<std::uint16_t, 1> no_known_attributes{};
  StunAgent agent;
  stun_agent_init(&agent, no_known_attributes.data(), STUN_COMPATIBILITY_RFC5389,
                  static_cast<StunAgentUsageFlags>(STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS |
                                                   STUN_AGENT_USAGE_USE_FINGERPRINT));
  // The tie-breaker is libnice's secret, and so is the role after a conflict. With these values the
  // peer at most refuses the check, and never changes its role by it (RFC 8445 section 7.3.1.1).
  // Not 0, which is taken for a missing attribute by some.
  const std::uint64_t tie_breaker = check.controlling ? 1 : UINT64_MAX;
  const std::string username = check.remote_ufrag + ":" + check.local_ufrag;
  StunMessage message;
  PackedByteArray packet(kMaxSize);
  packet.resize(stun_usage_ice_conncheck_create(
      &agent, &message, packet.data(), packet.size(), bytes(username), username.size(),
      bytes(check.remote_pwd), check.remote_pwd.size(), check.controlling, check.controlling,
      kPriority, tie_breaker, nullptr, STUN_USAGE_ICE_COMPATIBILITY_RFC5245));
  return packet;
}

}  // namespace peerlane
