// SPDX-License-Identifier: MIT
#ifndef PEERLANE_API_LOCAL_EVENT_HPP
#define PEERLANE_API_LOCAL_EVENT_HPP

#include <memory>
#include <string>
#include <variant>

#include "api/data_channel_core.hpp"
#include "peerlane/peer_connection.hpp"

namespace peerlane::internal {

// What the API side has to emit: one emission each, so that a slot that throws costs no other one.
// Values.

struct DescriptionCreated {
  std::string type, sdp;
};
struct CandidateAnnounced {
  std::string media;
  int index = 0;
  std::string name;
};
struct ChannelReceived {
  std::shared_ptr<DataChannelCore> core;
  std::shared_ptr<DataChannel> channel;
};
struct ChannelSignalled {
  std::shared_ptr<DataChannelCore> channel;
  ChannelSignal signal = ChannelSignal::OPENED;
  /// Keeps the handle of an incoming channel until `opened` has been heard.
  std::shared_ptr<DataChannel> kept;
};
struct ConnectionStateReached {
  PeerConnection::ConnectionState state = PeerConnection::STATE_NEW;
};
struct GatheringStateReached {
  PeerConnection::GatheringState state = PeerConnection::GATHERING_STATE_NEW;
};
struct SignalingStateReached {
  PeerConnection::SignalingState state = PeerConnection::SIGNALING_STATE_STABLE;
};
/// The peer said goodbye and the channels have been told: the getters change now.
struct ClosedByPeer {};
struct ErrorReported {
  Error error = Error::FAILED;
  std::string message;
};

using LocalEvent = std::variant<DescriptionCreated, CandidateAnnounced, ChannelReceived,
                                ChannelSignalled, ConnectionStateReached, GatheringStateReached,
                                SignalingStateReached, ClosedByPeer, ErrorReported>;

}  // namespace peerlane::internal

#endif  // PEERLANE_API_LOCAL_EVENT_HPP
