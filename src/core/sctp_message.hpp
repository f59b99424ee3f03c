// SPDX-License-Identifier: MIT
#ifndef PEERLANE_CORE_SCTP_MESSAGE_HPP
#define PEERLANE_CORE_SCTP_MESSAGE_HPP

#include <cstdint>
#include <vector>

#include "core/clock.hpp"
#include "peerlane/types.hpp"

namespace peerlane {

/// Payload protocol identifiers of RFC 8831 section 8.
enum class Ppid : std::uint32_t {
  DCEP = 50,
  STRING = 51,
  BINARY_PARTIAL = 52,  ///< Deprecated; received only.
  BINARY = 53,
  STRING_PARTIAL = 54,  ///< Deprecated; received only.
  STRING_EMPTY = 56,
  BINARY_EMPTY = 57,
};

/// One message on its way into SCTP. The payload is borrowed. Pure value.
struct SctpMessage {
  enum class Reliability : std::uint8_t { RELIABLE, MAX_RETRANSMITS, MAX_LIFETIME };

  std::uint16_t stream = 0;
  Ppid ppid = Ppid::BINARY;
  bool ordered = true;
  Reliability reliability = Reliability::RELIABLE;
  std::uint32_t reliability_value =
      0;                      ///< Retransmissions, or milliseconds left to live (at least 1).
  bool more_follows = false;  ///< Another message is ready: small ones are bundled into one packet.
  ByteView payload;
};

enum class SctpSendStatus {
  SENT,    ///< Taken over.
  FULL,    ///< No room now; try again at the next `on_sctp_sendable`.
  FAILED,  ///< Cannot be sent on this stream: closed, being reset, or too long.
};

/// What the association measures. Pure value.
struct SctpStatus {
  Duration smoothed_round_trip{0};
  std::size_t congestion_window = 0;
  std::size_t peer_window = 0;
  std::size_t outstanding = 0;  ///< Bytes taken over and not yet acknowledged.
  std::uint64_t retransmitted_packets = 0;
};

/// The seam between the channels and SCTP: what the channel layer asks of an association. A test
/// puts a script in its place. Lives on the strand.
class SctpAssociation {
 public:
  virtual SctpSendStatus send(const SctpMessage &message) = 0;
  /// Resets our side of the streams once everything queued on them is acknowledged (RFC 6525
  /// section 5.1.2). False where the request cannot be made now; try again at the next
  /// `on_sctp_sendable`.
  virtual bool reset_streams(const std::vector<std::uint16_t> &streams) = 0;
  /// Asks for `total` streams at least; false where the peer cannot, for ever.
  virtual bool request_streams(std::uint16_t total) = 0;
  virtual std::uint16_t outgoing_streams() const = 0;
  virtual std::uint16_t incoming_streams() const = 0;
  /// Both ends do message interleaving (RFC 8260).
  virtual bool interleaves() const = 0;
  /// How many bytes the association should be given now. Kept small beyond the congestion window,
  /// so that a message on another channel finds a short queue.
  virtual std::size_t send_room() = 0;
  /// Where there is no room: whether a small message may be given all the same, since what is
  /// inside moves on and does not keep it for long.
  virtual bool may_overtake() = 0;

 protected:
  ~SctpAssociation() = default;
};

}  // namespace peerlane

#endif  // PEERLANE_CORE_SCTP_MESSAGE_HPP
