// SPDX-License-Identifier: MIT
#ifndef PEERLANE_PEER_CONNECTION_HPP
#define PEERLANE_PEER_CONNECTION_HPP

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "peerlane/configuration.hpp"
#include "peerlane/data_channel.hpp"
#include "peerlane/signal.hpp"
#include "peerlane/stats.hpp"
#include "peerlane/types.hpp"

namespace peerlane {

namespace internal {
class PeerConnectionBackend;
struct PeerConnectionAccess;
}  // namespace internal

/// A connection to one peer. Godot: WebRTCPeerConnection; W3C: RTCPeerConnection with data channels
/// only.
///
/// Used by one thread at a time; which one may change. Signals fire, and getters change, only
/// inside `poll()` or by the caller's own calls. Nothing blocks except `wait()`. Dropping the last
/// handle closes the connection and its channels, which is legal anywhere, also inside a slot.
class PEERLANE_API PeerConnection {
 public:
  /// W3C: RTCPeerConnectionState.
  enum ConnectionState {
    STATE_NEW = 0,           ///< Until both descriptions are set.
    STATE_CONNECTING = 1,    ///< ICE and DTLS at work.
    STATE_CONNECTED = 2,     ///< ICE and DTLS are up; a channel's STATE_OPEN says the rest.
    STATE_DISCONNECTED = 3,  ///< The peer is silent; recovers by itself.
    STATE_FAILED = 4,        ///< Stays; an ICE restart may revive it.
    STATE_CLOSED = 5,        ///< By `close()`, or by the peer's clean close.
  };
  /// W3C: RTCIceGatheringState.
  enum GatheringState {
    GATHERING_STATE_NEW = 0,        ///< Until the local description is set.
    GATHERING_STATE_GATHERING = 1,  ///< Candidates are being found.
    GATHERING_STATE_COMPLETE = 2,   ///< All of them have been told.
  };
  /// W3C: RTCSignalingState.
  enum SignalingState {
    SIGNALING_STATE_STABLE = 0,                ///< No offer is under way.
    SIGNALING_STATE_HAVE_LOCAL_OFFER = 1,      ///< Ours waits for the peer's answer.
    SIGNALING_STATE_HAVE_REMOTE_OFFER = 2,     ///< The peer's waits for our answer.
    SIGNALING_STATE_HAVE_LOCAL_PRANSWER = 3,   ///< We answered provisionally.
    SIGNALING_STATE_HAVE_REMOTE_PRANSWER = 4,  ///< The peer answered provisionally.
    SIGNALING_STATE_CLOSED = 5,                ///< With the connection.
  };

  /// A new connection; null, with the reason in the log, where the configuration is refused. Takes
  /// no socket, thread or certificate before `create_offer` or `set_remote_description`. Any
  /// thread.
  static std::shared_ptr<PeerConnection> create(const Configuration &configuration = {});
  ~PeerConnection();
  PeerConnection(const PeerConnection &) = delete;
  PeerConnection &operator=(const PeerConnection &) = delete;

  /// Closes what was there and starts anew in STATE_NEW. ERR_INVALID_PARAMETER, and nothing
  /// changed, where the configuration is refused.
  Error initialize(const Configuration &configuration = {});
  /// A new channel, in every live state; before the connection is up it waits. Keep the handle, or
  /// the channel closes. Null, with the reason in `get_last_error()`: ERR_INVALID_PARAMETER
  /// (options, label or protocol), ERR_ALREADY_IN_USE (the id), ERR_UNCONFIGURED (closed).
  std::shared_ptr<DataChannel> create_data_channel(const std::string &label,
                                                   const DataChannelOptions &options = {});
  /// Emits an offer through `session_description_created` in a later poll. ERR_UNCONFIGURED before
  /// the first channel and after close; FAILED while an offer of the peer waits for our answer.
  Error create_offer();
  /// Applies what `session_description_created` gave ("offer", "answer", "pranswer"), or takes our
  /// offer back
  /// ("rollback"); gathering starts. An empty `sdp` means the one last created. FAILED in the wrong
  /// state; ERR_INVALID_PARAMETER for an unknown type, or where `sdp` does not parse;
  /// ERR_INVALID_DATA for a description that is not ours. Candidates and line ends may differ; what
  /// was added in lines that peerlane does not know has no effect.
  Error set_local_description(const std::string &type, const std::string &sdp);
  /// Applies the peer's description; to an offer, an answer is emitted through
  /// `session_description_created` in a later poll. In SIGNALING_STATE_HAVE_LOCAL_OFFER an offer
  /// rolls ours back. Errors as above; the state is then unchanged.
  Error set_remote_description(const std::string &type, const std::string &sdp);
  /// Adds what the peer's `ice_candidate_created` gave; before the remote description it is kept.
  /// "" = no more come. ERR_INVALID_PARAMETER where it does not parse or `media` names no section;
  /// ERR_OUT_OF_MEMORY above 256 of one ICE generation. Unusable ones are OK, ignored and counted.
  Error add_ice_candidate(const std::string &media, int index, const std::string &name);
  /// Delivers: emits the signals of what has happened. OK in every state; ERR_BUSY, and nothing
  /// done, inside a slot of this connection. Call it once a frame.
  Error poll();
  /// Closes at once; the peer is told in the background. No signal fires any more. No effect the
  /// second time.
  void close();

  /// As the last poll, or the caller's own calls since, left it; so are the next two. W3C:
  /// RTCPeerConnection.connectionState.
  ConnectionState get_connection_state() const;
  /// W3C: RTCPeerConnection.iceGatheringState.
  GatheringState get_gathering_state() const;
  /// W3C: RTCPeerConnection.signalingState.
  SignalingState get_signaling_state() const;

  /// A description to apply here and to send to the peer: type ("offer" or "answer"), sdp.
  /// Candidates come separately.
  Signal<const std::string &, const std::string &> session_description_created;
  /// A local candidate to send to the peer: media (the mid), index, name (begins with
  /// "candidate:").
  Signal<const std::string &, int, const std::string &> ice_candidate_created;
  /// A channel that the peer opened; it is open already. Keep the handle, or it closes.
  Signal<std::shared_ptr<DataChannel>> data_channel_received;

  // Beyond Godot.

  /// Once for each state passed, in order; the same holds for the next two. Nothing for a local
  /// `close()`.
  Signal<ConnectionState> connection_state_changed;
  /// GATHERING_STATE_COMPLETE is the end of candidates, which `ice_candidate_created` does not
  /// tell.
  Signal<GatheringState> gathering_state_changed;
  /// An offer of the peer that rolls ours back leads from HAVE_LOCAL_OFFER straight to
  /// HAVE_REMOTE_OFFER.
  Signal<SignalingState> signaling_state_changed;
  /// Something went wrong later than the call that began it: the Error, and one sentence.
  Signal<Error, const std::string &> error_occurred;

  /// The next `create_offer` carries new ICE credentials (RFC 8445 section 9). OK in every live
  /// state, without effect before the first description; ERR_UNCONFIGURED after close.
  Error restart_ice();
  /// True as soon as `poll()` has something to deliver, false after `timeout`; zero or less only
  /// looks. Blocks. One thread waits on one connection.
  bool wait(std::chrono::milliseconds timeout);
  /// `handler` runs once when something becomes deliverable after a poll has drained everything; on
  /// a network thread, or inside this call if something is there already. It must not call the
  /// library. Null removes it; once this has returned, the former handler does not run any more.
  void set_wakeup_handler(std::function<void()> handler);
  /// What the connection has done so far. Where the network thread is busy, the transport's figures
  /// are those of the last state that it reached or of the last question, whichever was later; the
  /// question brings them up to date for the next one. So they are never zero once STATE_CONNECTED
  /// was reported. W3C: RTCPeerConnection.getStats.
  PeerConnectionStats get_stats() const;
  /// The local description with every candidate gathered so far, for signalling without trickle; ""
  /// before one is set.
  std::string get_local_description() const;
  /// Of our certificate: "sha-256 AB:CD:…" (RFC 8122); "" until known.
  std::string get_local_fingerprint() const;
  /// Of the peer's certificate: what its description claims, and once DTLS is up what was verified.
  std::string get_remote_fingerprint() const;
  /// Result of the last call that can fail; OK after a success.
  Error get_last_error() const;
  /// What was wrong with that call and what would be right, as one English sentence; "" after a
  /// success.
  std::string get_last_error_message() const;

 private:
  friend struct internal::PeerConnectionAccess;
  explicit PeerConnection(std::shared_ptr<internal::PeerConnectionBackend> backend);

  const std::shared_ptr<internal::PeerConnectionBackend> backend_;
};

}  // namespace peerlane

#endif  // PEERLANE_PEER_CONNECTION_HPP
