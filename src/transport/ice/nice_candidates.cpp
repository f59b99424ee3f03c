// SPDX-License-Identifier: MIT
#include "transport/ice/nice_candidates.hpp"

#include <cstring>

namespace peerlane {

namespace {

// RFC 6544 section 4.5: an active candidate has no port; 9, discard, stands in its place.
constexpr std::uint16_t kDiscardPort = 9;

CandidateType type_from_nice(NiceCandidateType type) {
  switch (type) {
    case NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE:
      return CandidateType::SRFLX;
    case NICE_CANDIDATE_TYPE_PEER_REFLEXIVE:
      return CandidateType::PRFLX;
    case NICE_CANDIDATE_TYPE_RELAYED:
      return CandidateType::RELAY;
    case NICE_CANDIDATE_TYPE_HOST:
      break;
  }
  return CandidateType::HOST;
}

std::optional<TcpType> tcp_type_from_nice(NiceCandidateTransport transport) {
  switch (transport) {
    case NICE_CANDIDATE_TRANSPORT_TCP_ACTIVE:
      return TcpType::ACTIVE;
    case NICE_CANDIDATE_TRANSPORT_TCP_PASSIVE:
      return TcpType::PASSIVE;
    case NICE_CANDIDATE_TRANSPORT_TCP_SO:
      return TcpType::SO;
    case NICE_CANDIDATE_TRANSPORT_UDP:
      break;
  }
  return std::nullopt;
}

NiceCandidateTransport transport_to_nice(const Candidate &candidate) {
  if (!candidate.tcp_type) return NICE_CANDIDATE_TRANSPORT_UDP;
  switch (*candidate.tcp_type) {
    case TcpType::ACTIVE:
      return NICE_CANDIDATE_TRANSPORT_TCP_ACTIVE;
    case TcpType::PASSIVE:
      return NICE_CANDIDATE_TRANSPORT_TCP_PASSIVE;
    case TcpType::SO:
      break;
  }
  return NICE_CANDIDATE_TRANSPORT_TCP_SO;
}

std::optional<NiceCandidateType> type_to_nice(CandidateType type) {
  switch (type) {
    case CandidateType::HOST:
      return NICE_CANDIDATE_TYPE_HOST;
    case CandidateType::SRFLX:
      return NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE;
    case CandidateType::RELAY:
      return NICE_CANDIDATE_TYPE_RELAYED;
    case CandidateType::PRFLX:
      break;
  }
  return std::nullopt;
}

}  // namespace

std::optional<SocketAddress> from_nice(const NiceAddress &address) {
  return SocketAddress::from_native(&address.s.addr);
}

NiceAddress to_nice(const SocketAddress &address) {
  NiceAddress made;
  nice_address_init(&made);
  nice_address_set_from_sockaddr(&made, address.native());
  return made;
}

std::optional<Candidate> from_nice(const NiceCandidate &candidate) {
  const auto address = from_nice(candidate.addr);
  if (!address) return std::nullopt;
  Candidate made;
  made.foundation = candidate.foundation;
  made.priority = candidate.priority;
  made.address = address->literal();
  made.port = address->port();
  made.type = type_from_nice(candidate.type);
  made.tcp_type = tcp_type_from_nice(candidate.transport);
  if (made.tcp_type) made.transport = CandidateTransport::TCP;
  if (made.tcp_type == TcpType::ACTIVE && made.port == 0) made.port = kDiscardPort;
  if (made.port == 0) return std::nullopt;
  if (made.type != CandidateType::HOST) {
    const auto base = from_nice(candidate.base_addr);
    if (base && !base->is_unspecified()) {
      made.related_address = base->literal();
      made.related_port = base->port();
    }
  }
  return made;
}

NiceCandidatePtr to_nice(const Candidate &candidate, unsigned stream) {
  const auto type = type_to_nice(candidate.type);
  const auto address = SocketAddress::parse(candidate.address, candidate.port);
  if (!type || !address) return nullptr;
  NiceCandidatePtr made(nice_candidate_new(*type));
  made->stream_id = stream;
  made->component_id = candidate.component;
  made->transport = transport_to_nice(candidate);
  made->priority = candidate.priority;
  made->addr = to_nice(*address);
  if (const auto base = SocketAddress::parse(candidate.related_address, candidate.related_port)) {
    made->base_addr = to_nice(*base);
  }
  const std::size_t size = std::min(candidate.foundation.size(), sizeof made->foundation - 1);
  std::memcpy(made->foundation, candidate.foundation.data(), size);
  made->foundation[size] = '\0';
  return made;
}

IceCandidateStats stats_of(const NiceCandidate &candidate) {
  IceCandidateStats stats;
  stats.type = candidate_type_name(type_from_nice(candidate.type));
  const bool is_udp = candidate.transport == NICE_CANDIDATE_TRANSPORT_UDP;
  stats.transport =
      candidate_transport_name(is_udp ? CandidateTransport::UDP : CandidateTransport::TCP);
  if (const auto address = from_nice(candidate.addr)) {
    stats.address = address->literal();
    stats.port = address->port();
  }
  return stats;
}

}  // namespace peerlane
