// SPDX-License-Identifier: MIT
// The peer's descriptions, and the candidates of both sides.
#include <utility>

#include "api/negotiation.hpp"

namespace peerlane::internal {

namespace {

// What a remote candidate is allowed to be is allowed to us.
constexpr std::size_t kMaxLocalCandidates = RemoteCandidates::kMaxCandidates;

bool says_the_same(const SetRemote &a, const SetRemote &b) {
  return a.ufrag == b.ufrag && a.pwd == b.pwd && a.fingerprints == b.fingerprints &&
         a.max_message_size == b.max_message_size;
}

}  // namespace

Result<NegotiationOutcome> Negotiation::set_remote(const std::string &type_word,
                                                   const std::string &sdp) {
  const auto type = parse_description_type(type_word);
  if (!type) return type.failure();
  if (type.value() == DescriptionType::ROLLBACK) return roll_back_remote();

  const Description *const active = active_remote();
  const bool in_force = active && active->type == type.value() && active->text == sdp;
  const auto next = next_signaling_state(state_, DescriptionSide::REMOTE, type.value());
  // Signalling that delivers twice does no harm.
  if (in_force && (!next || type.value() == DescriptionType::OFFER)) return NegotiationOutcome{};
  if (!next) return next.failure();

  auto parsed = parse_session_description(sdp);
  if (!parsed) return parsed.failure();
  Description description{type.value(), std::move(parsed).value(), sdp};
  auto outcome = type.value() == DescriptionType::OFFER ? set_remote_offer(std::move(description))
                                                        : set_remote_answer(std::move(description));
  if (outcome) move_to(next.value(), outcome.value());
  return outcome;
}

Result<NegotiationOutcome> Negotiation::set_remote_offer(Description offer) {
  if (current_remote_ && dtls_role_) {
    const Status same = check_same_association(current_remote_->value, offer.value, *dtls_role_);
    if (!same) return same.failure();
  }
  Credentials credentials;
  auto answer = answer_to(offer, credentials);
  if (!answer) return answer.failure();

  NegotiationOutcome outcome;
  if (pending_local_) undo_local_offer(outcome);
  latest_ = std::move(credentials);
  created_offer_.reset();
  Description created{DescriptionType::ANSWER, std::move(answer).value(), {}};
  created.text = write_session_description(created.value, false);
  created_answer_ = std::make_shared<const Description>(std::move(created));
  pending_remote_ = std::make_shared<const Description>(std::move(offer));
  remote_candidates_.set_pending(pending_remote_->value);
  remote_candidates_.flush(outcome.commands);
  outcome.withdraw_offer = outcome.withdraw_answer = true;
  outcome.created_type = "answer";
  outcome.created_sdp = created_answer_->text;
  return outcome;
}

Result<NegotiationOutcome> Negotiation::set_remote_answer(Description answer) {
  const Status matches = match_answer(pending_local_->value, answer.value);
  if (!matches) return matches.failure();
  const auto role =
      role_after_answer(pending_local_->value.data.setup, answer.value.data.setup, dtls_role_);
  if (!role) return role.failure();
  const Description *const before = active_remote();
  if (before) {
    const Status same = check_same_association(before->value, answer.value, role.value());
    if (!same) return same.failure();
  }
  NegotiationOutcome outcome;
  dtls_role_ = role.value();
  pending_remote_ = std::make_shared<const Description>(std::move(answer));
  remote_candidates_.set_pending(pending_remote_->value);
  apply_remote(pending_remote_->value, outcome);
  if (pending_remote_->type == DescriptionType::ANSWER) end_round();
  return outcome;
}

Result<NegotiationOutcome> Negotiation::roll_back_remote() {
  const auto next =
      next_signaling_state(state_, DescriptionSide::REMOTE, DescriptionType::ROLLBACK);
  if (!next) return next.failure();
  NegotiationOutcome outcome;
  pending_remote_.reset();
  created_answer_.reset();
  remote_candidates_.drop_pending();
  outcome.withdraw_answer = true;
  move_to(next.value(), outcome);
  return outcome;
}

void Negotiation::apply_remote(const SessionDescription &remote, NegotiationOutcome &outcome) {
  SetRemote set;
  set.ufrag = remote.data.ice_ufrag;
  set.pwd = remote.data.ice_pwd;
  set.fingerprints = remote.data.fingerprints;
  set.dtls_client = dtls_role_ == SetupRole::ACTIVE;
  set.controlling = controlling_.value_or(true);
  set.sctp_port = remote.data.sctp_port;
  set.max_message_size = effective_send_limit(remote.data.max_message_size, max_message_size_);
  remote_candidates_.accept_pending();
  remote_candidates_.resume();
  // A renegotiation that changes nothing leaves ICE alone.
  if (!last_remote_ || last_remote_generation_ != gathering_->number ||
      !says_the_same(*last_remote_, set)) {
    outcome.commands.emplace_back(set);
    last_remote_ = std::move(set);
    last_remote_generation_ = gathering_->number;
  }
  remote_candidates_.flush(outcome.commands);
}

void Negotiation::end_round() {
  current_local_ = std::move(pending_local_);
  current_remote_ = std::move(pending_remote_);
  pending_local_.reset();
  pending_remote_.reset();
  if (!is_to_be_replaced(current_local_->value.data.ice_ufrag)) to_replace_.clear();
}

Result<NegotiationOutcome> Negotiation::add_candidate(const std::string &media, int index,
                                                      const std::string &line) {
  const Description *const remote = active_remote();
  const Status added =
      remote_candidates_.add(remote ? &remote->value : nullptr, media, index, line);
  if (!added) return added.failure();
  NegotiationOutcome outcome;
  remote_candidates_.flush(outcome.commands);
  return outcome;
}

// Candidates of our own.

Announcement Negotiation::announcement(const Candidate &candidate) const {
  const SessionDescription &local = active_local()->value;
  return {local.announced_mid(), static_cast<int>(local.data_index), write_candidate(candidate)};
}

std::optional<Announcement> Negotiation::on_local_candidate(const Candidate &found,
                                                            std::uint32_t generation) {
  if (!gathering_ || gathering_->number != generation ||
      gathering_->candidates.size() >= kMaxLocalCandidates) {
    return std::nullopt;
  }
  Candidate candidate = found;
  candidate.ufrag = gathering_->ufrag;
  gathering_->candidates.push_back(candidate);
  const Description *const local = active_local();
  if (!local || local->value.data.ice_ufrag != gathering_->ufrag) {
    held_back_ = true;
    return std::nullopt;
  }
  return announcement(candidate);
}

bool Negotiation::on_gathering_done(std::uint32_t generation) {
  if (!gathering_ || gathering_->number != generation) return false;
  gathering_->done = true;
  return true;
}

std::vector<Announcement> Negotiation::announcements() const {
  std::vector<Announcement> all;
  for (const Candidate &candidate : gathering_->candidates) all.push_back(announcement(candidate));
  return all;
}

}  // namespace peerlane::internal
