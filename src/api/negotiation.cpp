// SPDX-License-Identifier: MIT
#include "api/negotiation.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "core/random.hpp"

namespace peerlane::internal {

namespace {

// RFC 8839 section 5.4 asks for 24 and 128 bits of randomness, six in each character.
constexpr std::size_t kUfragSize = 8;
constexpr std::size_t kPasswordSize = 24;

std::uint64_t random_session_id() {
  // RFC 8829 section 5.2.1: 64 bits, the highest of them 0.
  std::random_device random;
  const std::uint64_t high = random(), low = random();
  return ((high << 32) | (low & 0xffffffffu)) >> 1;
}

SessionDescription without_candidates(SessionDescription description) {
  description.data.candidates.clear();
  description.data.ignored_candidates.clear();
  description.data.end_of_candidates = false;
  return description;
}

}  // namespace

// Questions.

const Negotiation::Description *Negotiation::active_local() const {
  return pending_local_ ? pending_local_.get() : current_local_.get();
}

const Negotiation::Description *Negotiation::active_remote() const {
  return pending_remote_ ? pending_remote_.get() : current_remote_.get();
}

bool Negotiation::is_to_be_replaced(const std::string &ufrag) const {
  return std::find(to_replace_.begin(), to_replace_.end(), ufrag) != to_replace_.end();
}

bool Negotiation::awaits_set_local() const {
  const Description *const active = active_local();
  const auto waits = [&](const DescriptionPtr &created) {
    return created && (!active || created->text != active->text);
  };
  return waits(created_offer_) || waits(created_answer_);
}

std::size_t Negotiation::max_packet_size() const {
  const Description *const remote = active_remote();
  if (!remote) return kDefaultMaxMessageSize;
  return effective_send_limit(remote->value.data.max_message_size, max_message_size_);
}

Fingerprint Negotiation::remote_fingerprint() const {
  const Description *const remote = active_remote();
  return remote ? remote->value.data.fingerprints.front() : Fingerprint();
}

std::string Negotiation::local_description() const {
  const Description *const local = active_local();
  if (!local) return {};
  SessionDescription description = local->value;
  if (gathering_ && gathering_->ufrag == description.data.ice_ufrag) {
    description.data.candidates = gathering_->candidates;
    description.data.end_of_candidates = gathering_->done;
  }
  return write_session_description(description, true);
}

// Creating.

LocalParameters Negotiation::next_parameters(const Credentials &credentials) {
  if (session_id_ == 0) session_id_ = random_session_id();
  LocalParameters parameters;
  parameters.session_id = session_id_;
  parameters.session_version = ++session_version_;
  parameters.ice_ufrag = credentials.ufrag;
  parameters.ice_pwd = credentials.pwd;
  parameters.fingerprint = fingerprint_;
  parameters.max_message_size = max_message_size_;
  return parameters;
}

Result<NegotiationOutcome> Negotiation::create_offer(bool must_restart) {
  if (state_ != PeerConnection::SIGNALING_STATE_STABLE &&
      state_ != PeerConnection::SIGNALING_STATE_HAVE_LOCAL_OFFER) {
    return Failure{Error::FAILED,
                   "An offer cannot be made while another one is being answered; set the answer "
                   "first, or roll back."};
  }
  const bool restart = must_restart && active_local();
  if (!latest_ || restart || is_to_be_replaced(latest_->ufrag)) {
    latest_ = {random_ice_chars(kUfragSize), random_ice_chars(kPasswordSize)};
  }
  const SessionDescription *const previous = current_local_ ? &current_local_->value : nullptr;
  Description offer;
  offer.type = DescriptionType::OFFER;
  offer.value = make_offer(next_parameters(*latest_), previous);
  offer.text = write_session_description(offer.value, false);
  created_offer_ = std::make_shared<const Description>(std::move(offer));

  NegotiationOutcome outcome;
  outcome.withdraw_offer = true;
  outcome.created_type = "offer";
  outcome.created_sdp = created_offer_->text;
  return outcome;
}

Result<SessionDescription> Negotiation::answer_to(const Description &offer,
                                                  Credentials &credentials) {
  // RFC 8839 section 4.4.1.1.1: an answer has new credentials exactly where the offer has.
  if (current_local_ && current_remote_ && !is_ice_restart(current_remote_->value, offer.value)) {
    credentials = {current_local_->value.data.ice_ufrag, current_local_->value.data.ice_pwd};
  } else if (current_local_ || !latest_) {
    credentials = {random_ice_chars(kUfragSize), random_ice_chars(kPasswordSize)};
  } else {
    credentials = *latest_;
  }
  return make_answer(offer.value, next_parameters(credentials), dtls_role_);
}

void Negotiation::restart_ice() {
  for (const auto &description : {std::cref(current_local_), std::cref(pending_local_)}) {
    if (description.get()) to_replace_.push_back(description.get()->value.data.ice_ufrag);
  }
}

// The local side.

Result<const Negotiation::Description *> Negotiation::find_created(DescriptionType type,
                                                                   const std::string &sdp) const {
  const auto &created = type == DescriptionType::OFFER ? created_offer_ : created_answer_;
  if (sdp.empty()) {
    if (created) return created.get();
    return Failure{Error::FAILED, "No such description has been created that could be set."};
  }
  if (created && created->text == sdp) return created.get();
  const auto parsed = parse_session_description(sdp);
  if (parsed.error() == Error::ERR_PARSE_ERROR) {
    // The caller's own text, unlike the peer's: a wrong argument.
    return Failure{Error::ERR_INVALID_PARAMETER, parsed.message()};
  }
  if (!parsed) return parsed.failure();
  // Other line ends, or candidates added, are harmless.
  if (created && without_candidates(parsed.value()) == created->value) return created.get();
  return Failure{Error::ERR_INVALID_DATA,
                 "The description is not the one that was created last; set what "
                 "session_description_created gave."};
}

Result<NegotiationOutcome> Negotiation::set_local(const std::string &type_word,
                                                  const std::string &sdp) {
  const auto type = parse_description_type(type_word);
  if (!type) return type.failure();
  if (type.value() == DescriptionType::ROLLBACK) return roll_back_local();

  const Description *const active = active_local();
  const auto &created = type.value() == DescriptionType::OFFER ? created_offer_ : created_answer_;
  const std::string &text = sdp.empty() && created ? created->text : sdp;
  if (active && active->type == type.value() && active->text == text) return NegotiationOutcome{};

  const auto next = next_signaling_state(state_, DescriptionSide::LOCAL, type.value());
  if (!next) return next.failure();
  const auto found = find_created(type.value(), sdp);
  if (!found) return found.failure();

  NegotiationOutcome outcome;
  if (type.value() == DescriptionType::OFFER) {
    apply_local_offer(outcome);
  } else {
    apply_local_answer(type.value(), outcome);
  }
  move_to(next.value(), outcome);
  return outcome;
}

void Negotiation::apply_local_offer(NegotiationOutcome &outcome) {
  pending_local_ = created_offer_;
  gather_for(pending_local_->value, true, outcome);
}

void Negotiation::apply_local_answer(DescriptionType type, NegotiationOutcome &outcome) {
  pending_local_ = created_answer_;
  if (type != created_answer_->type) {
    Description provisional = *created_answer_;
    provisional.type = type;
    pending_local_ = std::make_shared<const Description>(std::move(provisional));
  }
  latest_ = {pending_local_->value.data.ice_ufrag, pending_local_->value.data.ice_pwd};
  dtls_role_ = pending_local_->value.data.setup;
  gather_for(pending_local_->value, false, outcome);
  apply_remote(pending_remote_->value, outcome);
  if (type == DescriptionType::ANSWER) end_round();
}

Result<NegotiationOutcome> Negotiation::roll_back_local() {
  const auto next = next_signaling_state(state_, DescriptionSide::LOCAL, DescriptionType::ROLLBACK);
  if (!next) return next.failure();
  NegotiationOutcome outcome;
  undo_local_offer(outcome);
  move_to(next.value(), outcome);
  return outcome;
}

void Negotiation::undo_local_offer(NegotiationOutcome &outcome) {
  pending_local_.reset();
  if (!current_local_) {
    // What has been gathered serves the next description too.
    held_back_ = true;
    controlling_.reset();
    return;
  }
  const DataSection &current = current_local_->value.data;
  latest_ = {current.ice_ufrag, current.ice_pwd};
  if (gathering_->ufrag == current.ice_ufrag) return;
  restart_gathering(current, outcome);
  apply_remote(current_remote_->value, outcome);
}

void Negotiation::gather_for(const SessionDescription &local, bool offerer,
                             NegotiationOutcome &outcome) {
  if (!controlling_) controlling_ = offerer;
  if (gathering_ && gathering_->ufrag == local.data.ice_ufrag) {
    outcome.announce_again = std::exchange(held_back_, false);
    return;
  }
  if (gathering_) return restart_gathering(local.data, outcome);
  gathering_ = Gathering();
  gathering_->ufrag = local.data.ice_ufrag;
  StartGathering start;
  start.local_ufrag = local.data.ice_ufrag;
  start.local_pwd = local.data.ice_pwd;
  start.ice_generation = gathering_->number;
  start.controlling = *controlling_;
  outcome.commands.emplace_back(std::move(start));
  outcome.gathering = true;
}

void Negotiation::restart_gathering(const DataSection &local, NegotiationOutcome &outcome) {
  Gathering next;
  next.ufrag = local.ice_ufrag;
  next.number = gathering_->number + 1;
  gathering_ = std::move(next);
  held_back_ = false;
  remote_candidates_.ice_restarted();
  outcome.commands.emplace_back(
      RestartIce{local.ice_ufrag, local.ice_pwd, gathering_->number, controlling_.value_or(true)});
  outcome.gathering = true;
}

void Negotiation::move_to(PeerConnection::SignalingState state, NegotiationOutcome &outcome) {
  if (state == state_) return;
  state_ = state;
  outcome.states.push_back(state);
}

}  // namespace peerlane::internal
