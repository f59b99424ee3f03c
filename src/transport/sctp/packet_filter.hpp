// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_SCTP_PACKET_FILTER_HPP
#define PEERLANE_TRANSPORT_SCTP_PACKET_FILTER_HPP

#include <cstdint>
#include <map>
#include <string>
#include <utility>

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
    /// DATA and I-DATA chunks, save those that had been acknowledged, since the stack does not keep
    /// them; a message has at least one.
    std::size_t messages = 0;
    std::size_t bytes = 0;  ///< Their payload.
  };
  /// What the peer has acknowledged in the packets since the last call.
  struct Acknowledged {
    bool data = false;
    std::uint32_t cumulative_tsn = 0;  ///< Of the last SACK, where there was one.
    bool heartbeat = false;
  };
  /// An ABORT chunk of the peer.
  struct Abort {
    bool seen = false;
    std::uint16_t cause = 0;  ///< RFC 9260 section 3.3.10; 0: none given.
    std::string text;
  };

  /// What the last packet has for StreamTables.
  struct Content {
    bool has_init = false;  ///< Or INIT ACK; nothing else then.
    bool has_re_config = false;
    std::uint32_t streams = 0;  ///< All that its data is on are below this number.

    void add_stream(std::uint16_t stream) {
      if (stream >= streams) streams = stream + 1u;
    }
  };

  PacketFilter(std::uint16_t local_port, std::uint16_t remote_port);

  /// The packet as the stack may see it, without the chunks that it may not; empty where nothing is
  /// left. Valid until the next call on this thread.
  ByteView inspect(ByteView packet);
  /// No handshake chunks from now on, save the repetition of the COOKIE ECHO that was accepted: its
  /// COOKIE ACK may have been lost.
  void set_established() { established_ = true; }
  bool established() const { return established_; }

  /// All TSNs up to this one have come, as our own acknowledgement says.
  void set_cumulative_tsn(std::uint32_t tsn) {
    cumulative_tsn_ = tsn;
    acknowledges_ = true;
  }
  /// A packet with a stream reset that had come before the data it follows; empty while there is
  /// none whose data is complete. Valid until the next call.
  ByteView take_held_reset();

  const Content &content() const { return content_; }
  const Seen &seen() const { return seen_; }
  void reset_seen() { seen_ = {}; }
  Acknowledged take_acknowledged() { return std::exchange(acknowledged_, {}); }
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
  const char *reason_to_drop(const Chunk &chunk);
  const char *handshake_reason(const Chunk &chunk);
  const char *re_config_reason(const Chunk &chunk);
  void remember_abort(const Chunk &chunk);
  void count(const Chunk &chunk);
  void drop(const char *reason) { ++dropped_[reason]; }
  ByteView rebuild(ByteView packet);

  // Constant after construction.
  const std::uint16_t local_port_;
  const std::uint16_t remote_port_;

  bool established_ = false;
  PackedByteArray cookie_echo_;  // The last one before the association was established.
  // RFC 6525 section 5.2.2 has the receiver of a reset wait for the data before it. usrsctp does,
  // but wakes up only when still more data comes, and until then keeps what has come since.
  PackedByteArray held_reset_;
  std::uint32_t held_until_ = 0;
  std::uint32_t cumulative_tsn_ = 0;
  bool acknowledges_ = false;
  std::uint32_t tag_ = 0;  // Of the packet under inspection.
  Content content_;
  Seen seen_;
  Acknowledged acknowledged_;
  Abort abort_;
  std::map<std::string, std::uint64_t> dropped_;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_SCTP_PACKET_FILTER_HPP
