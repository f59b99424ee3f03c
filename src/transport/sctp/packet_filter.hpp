// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_SCTP_PACKET_FILTER_HPP
#define PEERLANE_TRANSPORT_SCTP_PACKET_FILTER_HPP

#include <cstdint>
#include <map>
#include <string>

#include "peerlane/types.hpp"

namespace peerlane {

/// Looks at each packet of the peer before the stack does, and takes out what the stack is known to
/// handle badly or WebRTC does not need: address changes, authentication, packet-drop reports,
/// explicit congestion notification, restarts, whatever has a wrong length. Lives on the strand.
///
/// The peer is authenticated by DTLS, but nothing says that it means well.
class PacketFilter {
 public:
  /// What the packets since the last reset() carried.
  struct Seen {
    std::size_t messages = 0;  ///< DATA and I-DATA chunks; a message has at least one.
    std::size_t bytes = 0;     ///< Their payload.
  };
  /// An ABORT chunk of the peer.
  struct Abort {
    bool seen = false;
    std::uint16_t cause = 0;  ///< RFC 9260 section 3.3.10; 0: none given.
    std::string text;
  };

  /// `streams`: how many incoming streams an INIT may ask for; more are added later (RFC 6525).
  PacketFilter(std::uint16_t local_port, std::uint16_t remote_port, std::uint16_t streams);

  /// The packet as the stack may see it, without the chunks that it may not; empty where nothing is
  /// left. Valid until the next call on this thread.
  ByteView inspect(ByteView packet);
  /// No handshake chunks from now on, save the repetition of the COOKIE ECHO that was accepted: its
  /// COOKIE ACK may have been lost.
  void set_established() { established_ = true; }
  bool established() const { return established_; }

  const Seen &seen() const { return seen_; }
  void reset_seen() { seen_ = {}; }
  const Abort &abort() const { return abort_; }
  /// Dropped packets and chunks by reason.
  const std::map<std::string, std::uint64_t> &dropped() const { return dropped_; }

 private:
  struct Chunk {
    std::uint8_t type;
    const std::uint8_t *data;  // With its header.
    std::size_t length;
    bool only;  // The only one in the packet.
    bool first;
  };
  const char *reason_to_drop(const Chunk &chunk, std::uint32_t tag);
  const char *handshake_reason(const Chunk &chunk, std::uint32_t tag);
  void remember_abort(const Chunk &chunk);
  void count(const Chunk &chunk);
  void drop(const char *reason) { ++dropped_[reason]; }
  ByteView rebuild(ByteView packet);
  ByteView limit_streams(ByteView packet) const;

  // Constant after construction.
  const std::uint16_t local_port_;
  const std::uint16_t remote_port_;
  const std::uint16_t streams_;

  bool established_ = false;
  PackedByteArray cookie_echo_;  // The last one before the association was established.
  Seen seen_;
  Abort abort_;
  std::map<std::string, std::uint64_t> dropped_;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_SCTP_PACKET_FILTER_HPP
