// SPDX-License-Identifier: MIT
#ifndef PEERLANE_SIGNALING_CANDIDATE_HPP
#define PEERLANE_SIGNALING_CANDIDATE_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace peerlane {

enum class CandidateTransport { UDP, TCP };
enum class CandidateType { HOST, SRFLX, PRFLX, RELAY };  ///< RFC 8839 section 5.1.
enum class TcpType { ACTIVE, PASSIVE, SO };              ///< RFC 6544 section 4.5.

const char *candidate_transport_name(CandidateTransport transport);  ///< "udp", "tcp"
const char *candidate_type_name(CandidateType type);  ///< "host", "srflx", "prflx", "relay"

/// One ICE candidate as SDP and trickle ICE carry it (RFC 8839 section 5.1). Pure value.
struct Candidate {
  std::string foundation;
  std::uint16_t component = 1;  ///< Always 1 where usable: there is no RTCP here.
  CandidateTransport transport = CandidateTransport::UDP;
  std::uint32_t priority = 0;
  std::string address;  ///< A canonical IP literal, or a lower-case `<label>.local` (see is_mdns).
  std::uint16_t port = 0;
  CandidateType type = CandidateType::HOST;
  std::optional<TcpType> tcp_type;  ///< Exactly where the transport is TCP.
  std::string related_address;      ///< A canonical IP literal; "" = none.
  std::uint16_t related_port = 0;
  std::optional<std::string> ufrag;  ///< The ICE generation it belongs to (RFC 8838 section 11).
  bool is_mdns = false;  ///< The address is a name that multicast DNS has to resolve first.

  bool operator==(const Candidate &) const = default;
};

/// Whether both are the same end of a path: transport, address, port and type. The second of two is
/// a duplicate.
bool is_same_candidate(const Candidate &a, const Candidate &b);

/// Why a well-formed candidate is of no use to us. Such candidates are accepted and counted.
enum class CandidateIgnored {
  OTHER_COMPONENT,  ///< RTCP, of peers that also do media.
  UNKNOWN_TRANSPORT,
  UNKNOWN_TYPE,
  PORT_ZERO,
  BAD_PRIORITY,  ///< 0, or above 2^31 - 1.
  TCP_WITHOUT_TYPE,
  BAD_ADDRESS,  ///< Unspecified, multicast or broadcast.
  IPV6_ZONE,    ///< `fe80::1%eth0`: the zone means something on the peer's machine only.
  HOST_NAME,    ///< A name that is not `<label>.local`: resolving it would let the peer start DNS
                ///< queries.
};

/// A key for counting, for example "candidate_port_zero".
const char *candidate_ignored_name(CandidateIgnored reason);

/// The outcome for a well-formed line: a candidate to use, or the reason not to. Pure value.
struct ParsedCandidate {
  Candidate candidate;                      ///< Only where usable().
  std::optional<CandidateIgnored> ignored;  ///< The first reason that applies.
  bool usable() const { return !ignored; }
};

/// Parses `candidate:…`, `a=candidate:…` or the bare value. ERR_INVALID_PARAMETER where it does not
/// parse (a port above 65535 included). Extension attributes that we do not know are skipped.
Result<ParsedCandidate> parse_candidate(std::string_view line);

/// What peers send in place of a candidate when there are no more: "" (W3C), "candidate:",
/// "end-of-candidates".
bool is_end_of_candidates(std::string_view line);

/// The line `candidate:…`, without `a=` and line end. It parses back to an equal candidate.
std::string write_candidate(const Candidate &candidate);

}  // namespace peerlane

#endif  // PEERLANE_SIGNALING_CANDIDATE_HPP
