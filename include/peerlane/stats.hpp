// SPDX-License-Identifier: MIT
#ifndef PEERLANE_STATS_HPP
#define PEERLANE_STATS_HPP

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace peerlane {

/// One end of the path in use. W3C: RTCIceCandidateStats.
struct IceCandidateStats {
  std::string type;        ///< "host", "srflx", "prflx" or "relay"; "" before a pair is selected.
  std::string transport;   ///< "udp" or "tcp".
  std::string address;     ///< IP literal.
  std::uint16_t port = 0;  ///< 0 before a pair is selected.
};

/// One data channel. W3C: RTCDataChannelStats.
struct DataChannelStats {
  std::string label;                    ///< As given by the creator.
  int id = 65535;                       ///< The SCTP stream; 65535 until it is known.
  std::string state;                    ///< "connecting", "open", "closing" or "closed".
  std::uint64_t messages_sent = 0;      ///< Taken by SCTP for transmission.
  std::uint64_t messages_received = 0;  ///< Read or not.
  std::uint64_t bytes_sent = 0;         ///< Payload.
  std::uint64_t bytes_received = 0;     ///< Payload.
  std::uint64_t buffered_amount = 0;    ///< As DataChannel::get_buffered_amount.
};

/// What a connection has done so far. Names follow W3C's in snake_case.
struct PeerConnectionStats {
  std::string connection_state;         ///< W3C's words, for example "connected".
  std::string gathering_state;          ///< "new", "gathering" or "complete".
  std::string signaling_state;          ///< For example "stable".
  double round_trip_time = 0;           ///< Seconds, smoothed, as SCTP measures it; 0 until known.
  std::uint64_t bytes_sent = 0;         ///< In datagrams of DTLS, headers below not counted.
  std::uint64_t bytes_received = 0;     ///< The same, received.
  std::uint64_t packets_sent = 0;       ///< Datagrams of DTLS.
  std::uint64_t packets_received = 0;   ///< The same, received.
  std::uint64_t messages_sent = 0;      ///< Of all channels, open and closed.
  std::uint64_t messages_received = 0;  ///< The same, received.
  std::uint64_t retransmissions = 0;    ///< Datagrams that carry data again, as far as SCTP tells.
  std::uint64_t congestion_window = 0;  ///< Bytes.
  IceCandidateStats local_candidate;    ///< Our end of the pair in use.
  IceCandidateStats remote_candidate;   ///< The peer's end of it.
  std::uint64_t remote_candidates = 0;  ///< Received in this ICE generation.
  /// What was thrown away, counted by reason; docs/limits.md lists the reasons. A reason that never
  /// occurred is absent.
  std::map<std::string, std::uint64_t> dropped;
  /// One for each channel that is not closed.
  std::vector<DataChannelStats> data_channels;
};

}  // namespace peerlane

#endif  // PEERLANE_STATS_HPP
