// SPDX-License-Identifier: MIT
#include "signaling/jsep.hpp"

#include <algorithm>
#include <utility>

#include "signaling/ascii.hpp"

namespace peerlane {
namespace {

using State = PeerConnection::SignalingState;

Failure unacceptable(std::string message) { return {Error::ERR_INVALID_DATA, std::move(message)}; }

const char *state_name(State state) {
  switch (state) {
    case PeerConnection::SIGNALING_STATE_STABLE:
      return "STABLE";
    case PeerConnection::SIGNALING_STATE_HAVE_LOCAL_OFFER:
      return "HAVE_LOCAL_OFFER";
    case PeerConnection::SIGNALING_STATE_HAVE_REMOTE_OFFER:
      return "HAVE_REMOTE_OFFER";
    case PeerConnection::SIGNALING_STATE_HAVE_LOCAL_PRANSWER:
      return "HAVE_LOCAL_PRANSWER";
    case PeerConnection::SIGNALING_STATE_HAVE_REMOTE_PRANSWER:
      return "HAVE_REMOTE_PRANSWER";
    case PeerConnection::SIGNALING_STATE_CLOSED:
      return "CLOSED";
  }
  return "";
}

struct Step {
  State from;
  DescriptionSide side;
  DescriptionType type;
  State to;
};

constexpr auto kLocal = DescriptionSide::LOCAL;
constexpr auto kRemote = DescriptionSide::REMOTE;
constexpr auto kStable = PeerConnection::SIGNALING_STATE_STABLE;
constexpr auto kLocalOffer = PeerConnection::SIGNALING_STATE_HAVE_LOCAL_OFFER;
constexpr auto kRemoteOffer = PeerConnection::SIGNALING_STATE_HAVE_REMOTE_OFFER;
constexpr auto kLocalPranswer = PeerConnection::SIGNALING_STATE_HAVE_LOCAL_PRANSWER;
constexpr auto kRemotePranswer = PeerConnection::SIGNALING_STATE_HAVE_REMOTE_PRANSWER;

// RFC 8829 section 3.2, figure 2, with rollback (section 4.1.10.2). What is not here is refused.
constexpr Step kSteps[] = {
    {kStable, kLocal, DescriptionType::OFFER, kLocalOffer},
    {kStable, kRemote, DescriptionType::OFFER, kRemoteOffer},

    {kLocalOffer, kLocal, DescriptionType::OFFER, kLocalOffer},
    {kLocalOffer, kLocal, DescriptionType::ROLLBACK, kStable},
    {kLocalOffer, kRemote, DescriptionType::ANSWER, kStable},
    {kLocalOffer, kRemote, DescriptionType::PRANSWER, kRemotePranswer},
    {kLocalOffer, kRemote, DescriptionType::OFFER, kRemoteOffer},  // W3C: implicit rollback.

    {kRemoteOffer, kRemote, DescriptionType::OFFER, kRemoteOffer},
    {kRemoteOffer, kRemote, DescriptionType::ROLLBACK, kStable},
    {kRemoteOffer, kLocal, DescriptionType::ANSWER, kStable},
    {kRemoteOffer, kLocal, DescriptionType::PRANSWER, kLocalPranswer},

    {kLocalPranswer, kLocal, DescriptionType::PRANSWER, kLocalPranswer},
    {kLocalPranswer, kLocal, DescriptionType::ANSWER, kStable},

    {kRemotePranswer, kRemote, DescriptionType::PRANSWER, kRemotePranswer},
    {kRemotePranswer, kRemote, DescriptionType::ANSWER, kStable},
};

SetupRole opposite(SetupRole role) {
  return role == SetupRole::ACTIVE ? SetupRole::PASSIVE : SetupRole::ACTIVE;
}

bool is_subset(const std::vector<Fingerprint> &a, const std::vector<Fingerprint> &b) {
  return std::all_of(a.begin(), a.end(), [&](const Fingerprint &each) {
    return std::find(b.begin(), b.end(), each) != b.end();
  });
}

DataSection local_data(const LocalParameters &local) {
  DataSection data;
  data.ice_ufrag = local.ice_ufrag;
  data.ice_pwd = local.ice_pwd;
  data.ice_trickle = true;
  data.fingerprints = {local.fingerprint};
  data.sctp_port = local.sctp_port;
  data.max_message_size = local.max_message_size;
  return data;
}

// The sections of another description in the same order; all but the data section rejected (RFC
// 3264 section 6).
SessionDescription with_sections_of(const SessionDescription &other, const LocalParameters &local) {
  SessionDescription ours;
  ours.session_id = local.session_id;
  ours.session_version = local.session_version;
  ours.media = other.media;
  ours.data_index = other.data_index;
  ours.data = local_data(local);
  ours.data.old_form = other.data.old_form;
  for (MediaSection &media : ours.media) {
    media.port = 0;
    media.bundle_only = false;
  }
  MediaSection &ours_media = ours.media[ours.data_index];
  ours_media.port = 9;  // The discard port: candidates say the real one (RFC 8829 section 5.2.1).
  ours_media.formats = ours.data.old_form ? std::to_string(local.sctp_port) : "webrtc-datachannel";
  return ours;
}

}  // namespace

const char *description_type_name(DescriptionType type) {
  switch (type) {
    case DescriptionType::OFFER:
      return "offer";
    case DescriptionType::PRANSWER:
      return "pranswer";
    case DescriptionType::ANSWER:
      return "answer";
    case DescriptionType::ROLLBACK:
      return "rollback";
  }
  return "";
}

Result<DescriptionType> parse_description_type(std::string_view word) {
  for (const auto type : {DescriptionType::OFFER, DescriptionType::PRANSWER,
                          DescriptionType::ANSWER, DescriptionType::ROLLBACK}) {
    if (word == description_type_name(type)) return type;
  }
  return Failure{Error::ERR_INVALID_PARAMETER,
                 "The description type " + ascii::quoted(word) +
                     " is unknown; it has to be offer, answer, pranswer or rollback."};
}

Result<State> next_signaling_state(State state, DescriptionSide side, DescriptionType type) {
  if (state == PeerConnection::SIGNALING_STATE_CLOSED) {
    return Failure{Error::ERR_UNCONFIGURED,
                   "The connection is closed; initialize() makes a new one."};
  }
  for (const Step &step : kSteps) {
    if (step.from == state && step.side == side && step.type == type) return step.to;
  }
  return Failure{Error::FAILED, std::string("A ") + (side == kLocal ? "local " : "remote ") +
                                    description_type_name(type) +
                                    " does not fit the signaling state " + state_name(state) + "."};
}

bool is_implicit_rollback(State state, DescriptionSide side, DescriptionType type) {
  return state == kLocalOffer && side == kRemote && type == DescriptionType::OFFER;
}

Result<SetupRole> choose_answer_setup(std::optional<SetupRole> offered,
                                      std::optional<SetupRole> current) {
  const SetupRole offer = offered.value_or(SetupRole::ACTPASS);
  if (offer == SetupRole::HOLDCONN) {
    return unacceptable(
        "The offer says setup:holdconn, which cannot be used; it has to be setup:actpass.");
  }
  const SetupRole ours =
      offer == SetupRole::ACTPASS ? current.value_or(SetupRole::ACTIVE) : opposite(offer);
  if (current && *current != ours) {
    return unacceptable("The offer takes the DTLS role that is ours in the association under way.");
  }
  return ours;
}

Result<SetupRole> role_after_answer(std::optional<SetupRole> offered,
                                    std::optional<SetupRole> answered,
                                    std::optional<SetupRole> current) {
  // RFC 4145 section 4: active is what an answer without the attribute means.
  const SetupRole offer = offered.value_or(SetupRole::ACTPASS);
  const SetupRole answer = answered.value_or(SetupRole::ACTIVE);
  if (answer != SetupRole::ACTIVE && answer != SetupRole::PASSIVE) {
    return unacceptable(std::string("The answer says setup:") + setup_role_name(answer) +
                        "; it has to be setup:active or setup:passive.");
  }
  const SetupRole ours = opposite(answer);
  if (offer != SetupRole::ACTPASS && offer != ours) {
    return unacceptable(std::string("The answer's setup:") + setup_role_name(answer) +
                        " does not fit the offer's setup:" + setup_role_name(offer) + ".");
  }
  if (current && *current != ours) {
    return unacceptable(
        "The answer takes the DTLS role that is ours in the association under way.");
  }
  return ours;
}

SessionDescription make_offer(const LocalParameters &local, const SessionDescription *previous) {
  SessionDescription first;
  first.media = {{"application", "UDP/DTLS/SCTP", "webrtc-datachannel", 9, "0"}};
  SessionDescription offer = with_sections_of(previous ? *previous : first, local);
  offer.data.setup = SetupRole::ACTPASS;
  if (!offer.data_media().mid.empty()) offer.bundle = {offer.data_media().mid};
  return offer;
}

Result<SessionDescription> make_answer(const SessionDescription &offer,
                                       const LocalParameters &local,
                                       std::optional<SetupRole> current_role) {
  const Result<SetupRole> setup = choose_answer_setup(offer.data.setup, current_role);
  if (!setup) return setup.failure();
  SessionDescription answer = with_sections_of(offer, local);
  answer.data.setup = setup.value();
  // No group that the offer has not (RFC 9143 section 7.3).
  if (!offer.bundle.empty()) answer.bundle = {offer.data_media().mid};
  return answer;
}

Status match_answer(const SessionDescription &offer, const SessionDescription &answer) {
  if (answer.media.size() != offer.media.size()) {
    return unacceptable("The answer has " + std::to_string(answer.media.size()) +
                        " media sections where the offer has " +
                        std::to_string(offer.media.size()) + ".");
  }
  for (std::size_t i = 0; i < offer.media.size(); ++i) {
    const MediaSection &asked = offer.media[i];
    const MediaSection &given = answer.media[i];
    if (asked.kind != given.kind) {
      return unacceptable("Media section " + std::to_string(i) +
                          " of the answer is of another kind than the offer's.");
    }
    if (!given.mid.empty() && !asked.mid.empty() && given.mid != asked.mid) {
      return unacceptable("Media section " + std::to_string(i) + " of the answer has the mid " +
                          ascii::quoted(given.mid) + " where the offer has " +
                          ascii::quoted(asked.mid) + ".");
    }
  }
  if (answer.data_index != offer.data_index) {
    return unacceptable("The answer does not accept the data channel section of the offer.");
  }
  return {};
}

bool is_ice_restart(const SessionDescription &before, const SessionDescription &now) {
  return before.data.ice_ufrag != now.data.ice_ufrag || before.data.ice_pwd != now.data.ice_pwd;
}

Status check_same_association(const SessionDescription &before, const SessionDescription &now,
                              SetupRole our_role) {
  const DataSection &was = before.data;
  const DataSection &is = now.data;
  const char *changed = nullptr;
  if (!is_subset(was.fingerprints, is.fingerprints) ||
      !is_subset(is.fingerprints, was.fingerprints)) {
    changed = "fingerprint";
  } else if (was.tls_id != is.tls_id) {
    changed = "tls-id";
  } else if (was.sctp_port != is.sctp_port) {
    changed = "SCTP port";
  } else if (is.setup == our_role) {
    changed = "DTLS role";
  }
  if (!changed) return {};
  return unacceptable(std::string("The description changes the ") + changed +
                      " of a running connection, which would need a new one.");
}

std::size_t effective_send_limit(std::uint64_t peer_max_message_size,
                                 std::size_t our_max_message_size) {
  if (peer_max_message_size == 0) return our_max_message_size;
  return static_cast<std::size_t>(
      std::min<std::uint64_t>(peer_max_message_size, our_max_message_size));
}

Result<bool> is_for_data_section(const SessionDescription &remote, std::string_view media,
                                 int index) {
  if (!media.empty()) {
    if (media == remote.data_media().mid) return true;
    // A bundle-only section has the transport of the section that its group is tagged by.
    if (remote.data_media().bundle_only && media == remote.bundle.front()) return true;
    for (const MediaSection &each : remote.media) {
      if (each.mid == media) return false;
    }
    // Peers that write no mid still have to name one with a candidate, as we do; then the index
    // decides.
    if (!remote.data_media().mid.empty()) {
      return Failure{Error::ERR_INVALID_PARAMETER,
                     "No media section has the mid " + ascii::quoted(media) + " of the candidate."};
    }
  }
  if (index < 0) return true;
  if (static_cast<std::size_t>(index) >= remote.media.size()) {
    return Failure{Error::ERR_INVALID_PARAMETER,
                   "The candidate is for media section " + std::to_string(index) +
                       ", and the peer's description has " + std::to_string(remote.media.size()) +
                       " of them."};
  }
  const MediaSection &named = remote.media[static_cast<std::size_t>(index)];
  const bool tag = remote.data_media().bundle_only && named.mid == remote.bundle.front();
  return tag || static_cast<std::size_t>(index) == remote.data_index;
}

}  // namespace peerlane
