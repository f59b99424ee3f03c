// SPDX-License-Identifier: MIT
#ifndef PEERLANE_CORE_EVENT_HPP
#define PEERLANE_CORE_EVENT_HPP

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "core/channel_link.hpp"
#include "core/fingerprint.hpp"
#include "peerlane/types.hpp"
#include "signaling/candidate.hpp"

namespace peerlane {

// Everything that the strand tells the API side. Values; each passes through the connection's
// EventMailbox once.

/// ICE found one of our addresses.
struct LocalCandidateFound {
  Candidate candidate;
  std::uint32_t ice_generation = 0;  ///< That of the Start or RestartIce command.
};
struct GatheringDone {
  std::uint32_t ice_generation = 0;
};
/// What the transport as a whole is worth. The API side maps it to PeerConnection::ConnectionState.
struct TransportStateChanged {
  enum class State { CONNECTING, CONNECTED, DISCONNECTED, FAILED, CLOSED_BY_PEER };
  State state = State::CONNECTING;
};
struct RemoteFingerprintVerified {
  Fingerprint fingerprint;
};
/// Something that the user should know; the connection goes on unless a state says otherwise.
struct ErrorOccurred {
  Error error = Error::FAILED;
  std::string message;
};
/// The peer opened a channel; it is open.
struct ChannelArrived {
  std::shared_ptr<ChannelLink> link;
  std::uint16_t stream = 0;
};
struct ChannelOpened {
  ChannelKey channel = 0;
  std::uint16_t stream = 0;
};
/// The stream of a channel is known, before it is open.
struct ChannelIdAssigned {
  ChannelKey channel = 0;
  std::uint16_t stream = 0;
};
/// The peer closes the channel; what it sent before has been delivered.
struct ChannelClosing {
  ChannelKey channel = 0;
};
struct ChannelClosed {
  ChannelKey channel = 0;
};

using ControlEvent = std::variant<LocalCandidateFound, GatheringDone, TransportStateChanged,
                                  RemoteFingerprintVerified, ErrorOccurred, ChannelArrived,
                                  ChannelOpened, ChannelIdAssigned, ChannelClosing, ChannelClosed>;

/// A message from the peer, the news that one of ours has gone, or, rarely, something else: kept
/// small and without an allocation of its own, since messages are what there are millions of.
struct Event {
  enum class Kind : std::uint8_t { MESSAGE, BUFFERED_AMOUNT_LOW, CONTROL };
  Kind kind = Kind::MESSAGE;
  bool is_text = false;
  ChannelKey channel = 0;
  PackedByteArray payload;
  std::unique_ptr<ControlEvent> control;  ///< Null for the others.
};

}  // namespace peerlane

#endif  // PEERLANE_CORE_EVENT_HPP
