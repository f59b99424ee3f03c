// SPDX-License-Identifier: MIT
#ifndef PEERLANE_API_NEGOTIATION_HPP
#define PEERLANE_API_NEGOTIATION_HPP

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/remote_candidates.hpp"
#include "core/fingerprint.hpp"
#include "core/network_connection.hpp"
#include "core/result.hpp"
#include "peerlane/peer_connection.hpp"
#include "signaling/jsep.hpp"
#include "signaling/sdp.hpp"

namespace peerlane::internal {

/// One local candidate, as `ice_candidate_created` tells it. Pure value.
struct Announcement {
  std::string media;
  int index = 0;
  std::string name;
};

/// What a successful call of Negotiation leads to. Pure value.
struct NegotiationOutcome {
  std::vector<Command> commands;  ///< StartGathering without what it does not know.
  std::vector<PeerConnection::SignalingState> states;  ///< Passed, in order.
  bool gathering = false;                              ///< A new ICE generation is being gathered.
  /// The candidates known so far have to be announced: the description that they were announced for
  /// was taken back.
  bool announce_again = false;
  std::string created_type, created_sdp;  ///< To be emitted; "" = none.
  /// Emissions that are still queued have become useless.
  bool withdraw_offer = false, withdraw_answer = false;
};

/// The offer/answer state of one connection (RFC 8829, W3C webrtc section 4.4): descriptions
/// pending and in force, ICE credentials, and what the network has to be told. Failing calls change
/// nothing. Pure.
class Negotiation {
 public:
  Negotiation() = default;
  explicit Negotiation(std::size_t max_message_size) : max_message_size_(max_message_size) {}

  /// Before the first description is created.
  void set_fingerprint(Fingerprint fingerprint) { fingerprint_ = std::move(fingerprint); }
  const Fingerprint &fingerprint() const { return fingerprint_; }

  /// `must_restart`: the connection failed, so that the old ICE credentials are of no use.
  Result<NegotiationOutcome> create_offer(bool must_restart);
  Result<NegotiationOutcome> set_local(const std::string &type, const std::string &sdp);
  Result<NegotiationOutcome> set_remote(const std::string &type, const std::string &sdp);
  Result<NegotiationOutcome> add_candidate(const std::string &media, int index,
                                           const std::string &line);
  /// W3C: restartIce(). The next offer has other credentials than the descriptions pending and in
  /// force.
  void restart_ice();
  void close() { state_ = PeerConnection::SIGNALING_STATE_CLOSED; }

  /// The network found one of our addresses; nothing where it is not to be announced now.
  std::optional<Announcement> on_local_candidate(const Candidate &candidate,
                                                 std::uint32_t generation);
  /// False where that generation is over.
  bool on_gathering_done(std::uint32_t generation);
  /// Every candidate of the present generation.
  std::vector<Announcement> announcements() const;

  PeerConnection::SignalingState state() const { return state_; }
  /// The network knows both descriptions.
  bool both_set() const { return last_remote_.has_value(); }
  /// A data section has been negotiated, so that an offer needs no channel any more.
  bool negotiated() const { return current_local_ != nullptr; }
  /// A created description waits for set_local().
  bool awaits_set_local() const;
  /// What the peer accepts in one message.
  std::size_t max_packet_size() const;
  std::string local_description() const;
  Fingerprint remote_fingerprint() const;
  std::size_t remote_candidate_count() const { return remote_candidates_.count(); }
  const std::map<std::string, std::uint64_t> &dropped() const {
    return remote_candidates_.dropped();
  }

 private:
  struct Description {
    DescriptionType type = DescriptionType::OFFER;
    SessionDescription value;
    std::string text;
  };
  struct Credentials {
    std::string ufrag, pwd;
  };
  // What the network gathers for.
  struct Gathering {
    std::string ufrag;
    std::uint32_t number = 0;
    std::vector<Candidate> candidates;
    bool done = false;
  };

  const Description *active_local() const;
  const Description *active_remote() const;
  LocalParameters next_parameters(const Credentials &credentials);
  bool is_to_be_replaced(const std::string &ufrag) const;
  Result<const Description *> find_created(DescriptionType type, const std::string &sdp) const;
  Result<Description> parse_remote(DescriptionType type, const std::string &sdp) const;
  Result<SessionDescription> answer_to(const Description &offer, Credentials &credentials);
  Announcement announcement(const Candidate &candidate) const;

  Result<NegotiationOutcome> roll_back_local();
  Result<NegotiationOutcome> roll_back_remote();
  Result<NegotiationOutcome> set_remote_offer(Description offer);
  Result<NegotiationOutcome> set_remote_answer(Description answer);
  void apply_local_offer(NegotiationOutcome &outcome);
  void apply_local_answer(DescriptionType type, NegotiationOutcome &outcome);
  void undo_local_offer(NegotiationOutcome &outcome);
  void gather_for(const SessionDescription &local, bool offerer, NegotiationOutcome &outcome);
  void restart_gathering(const DataSection &local, NegotiationOutcome &outcome);
  void apply_remote(const SessionDescription &remote, NegotiationOutcome &outcome);
  void end_round();
  void move_to(PeerConnection::SignalingState state, NegotiationOutcome &outcome);

  std::size_t max_message_size_ = 262144;
  Fingerprint fingerprint_;
  std::uint64_t session_id_ = 0, session_version_ = 0;
  PeerConnection::SignalingState state_ = PeerConnection::SIGNALING_STATE_STABLE;
  // What was created becomes pending, and then current. Null where there is none.
  using DescriptionPtr = std::shared_ptr<const Description>;
  DescriptionPtr created_offer_, created_answer_;
  DescriptionPtr pending_local_, current_local_, pending_remote_, current_remote_;

  std::optional<Credentials> latest_;    // Of the description created last.
  std::vector<std::string> to_replace_;  // W3C: [[LocalIceCredentialsToReplace]].
  std::optional<bool>
      controlling_;  // Who offered first; kept over restarts (RFC 8445 section 6.1.1).
  std::optional<SetupRole> dtls_role_;  // Of the association under way.
  std::optional<Gathering> gathering_;
  bool held_back_ = false;  // Candidates have to be announced with the next description.
  std::optional<SetRemote> last_remote_;
  std::uint32_t last_remote_generation_ = 0;
  RemoteCandidates remote_candidates_;
};

}  // namespace peerlane::internal

#endif  // PEERLANE_API_NEGOTIATION_HPP
