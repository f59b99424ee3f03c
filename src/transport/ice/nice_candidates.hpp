// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_ICE_NICE_CANDIDATES_HPP
#define PEERLANE_TRANSPORT_ICE_NICE_CANDIDATES_HPP

#include <nice/agent.h>

#include <memory>
#include <optional>

#include "peerlane/stats.hpp"
#include "signaling/candidate.hpp"
#include "transport/ice/socket_address.hpp"

namespace peerlane {

struct NiceCandidateDeleter {
  void operator()(NiceCandidate *candidate) const { nice_candidate_free(candidate); }
};
using NiceCandidatePtr = std::unique_ptr<NiceCandidate, NiceCandidateDeleter>;

// Between our candidates and libnice's. Text from the network never reaches libnice: its parser
// takes port 70000 for 4464, and crashes where `tcptype` is missing. Pure.

std::optional<SocketAddress> from_nice(const NiceAddress &address);
NiceAddress to_nice(const SocketAddress &address);

/// Nothing for what cannot be said in SDP. Without the foundation's and the generation's owner:
/// `ufrag` is the caller's.
std::optional<Candidate> from_nice(const NiceCandidate &candidate);
/// Null for what libnice cannot use as a remote candidate: peer-reflexive ones (it learns those
/// itself) and names.
NiceCandidatePtr to_nice(const Candidate &candidate, unsigned stream);

IceCandidateStats stats_of(const NiceCandidate &candidate);

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_ICE_NICE_CANDIDATES_HPP
