// SPDX-License-Identifier: MIT
#include "api/remote_candidates.hpp"

#include <algorithm>
#include <utility>

#include "signaling/jsep.hpp"

namespace peerlane::internal {

namespace {

// Enough for candidates that were under way while ICE restarted several times.
constexpr std::size_t kFormerUfrags = 8;

Failure too_many() {
  return {Error::ERR_OUT_OF_MEMORY,
          "The peer already has 256 candidates in this ICE generation; no more are taken."};
}

}  // namespace

RemoteCandidates::Added RemoteCandidates::add_to(Generation &generation,
                                                 const Candidate &candidate) {
  const auto same = [&](const Candidate &each) { return is_same_candidate(each, candidate); };
  if (std::any_of(generation.candidates.begin(), generation.candidates.end(), same)) {
    return Added::DUPLICATE;
  }
  if (generation.candidates.size() >= kMaxCandidates) return Added::FULL;
  generation.candidates.push_back(candidate);
  return Added::NEW;
}

RemoteCandidates::Generation *RemoteCandidates::newest() {
  if (pending_) return &*pending_;
  return current_ ? &*current_ : nullptr;
}

const RemoteCandidates::Generation *RemoteCandidates::newest() const {
  return const_cast<RemoteCandidates *>(this)->newest();
}

// Whether the peer may have begun another generation that we have no description of: it answers a
// restart of ours, or has said that no more come in the newest one (RFC 8838 section 14).
bool RemoteCandidates::may_be_of_next() const {
  if (pending_) return pending_->done;
  return awaiting_remote_ || (current_ && current_->done);
}

bool RemoteCandidates::is_former(const std::string &ufrag) const {
  return std::find(former_ufrags_.begin(), former_ufrags_.end(), ufrag) != former_ufrags_.end();
}

Status RemoteCandidates::add_end(const SessionDescription *remote) {
  if (remote && newest()) {
    newest()->done = true;
  } else {
    early_done_ = true;
  }
  return {};
}

Status RemoteCandidates::add(const SessionDescription *remote, const std::string &media, int index,
                             const std::string &line) {
  if (is_end_of_candidates(line)) return add_end(remote);
  auto parsed = parse_candidate(line);
  if (!parsed) return parsed.failure();
  if (remote) {
    const Result<bool> ours = is_for_data_section(*remote, media, index);
    if (!ours) return ours.failure();
    if (!ours.value()) {
      drop("candidate_other_section");
      return {};
    }
  }
  if (!parsed->usable()) {
    drop(candidate_ignored_name(*parsed->ignored));
    return {};
  }
  const Candidate &candidate = parsed->candidate;
  if (!remote || !newest()) return add_early(media, index, candidate);
  if (!candidate.ufrag && may_be_of_next() && !add_early(media, index, candidate)) {
    drop("candidate_too_many");
  }
  for (Generation *generation :
       {pending_ ? &*pending_ : nullptr, current_ ? &*current_ : nullptr}) {
    if (!generation || (candidate.ufrag && *candidate.ufrag != generation->ufrag)) continue;
    return add_to(*generation, candidate) == Added::FULL ? Status(too_many()) : Status();
  }
  if (is_former(*candidate.ufrag)) {
    drop("candidate_former_generation");
    return {};
  }
  return add_early(media, index, candidate);
}

Status RemoteCandidates::add_early(const std::string &media, int index,
                                   const Candidate &candidate) {
  for (const Early &each : early_) {
    if (is_same_candidate(each.candidate, candidate) && each.candidate.ufrag == candidate.ufrag) {
      return {};
    }
  }
  if (early_.size() >= kMaxCandidates) return too_many();
  early_.push_back({media, index, candidate});
  return {};
}

void RemoteCandidates::take_in(Generation &generation, const SessionDescription &remote) {
  const auto add_or_drop = [&](const Candidate &candidate) {
    if (add_to(generation, candidate) == Added::FULL) drop("candidate_too_many");
  };
  for (const Candidate &candidate : remote.data.candidates) add_or_drop(candidate);
  for (const CandidateIgnored reason : remote.data.ignored_candidates) {
    drop(candidate_ignored_name(reason));
  }
  if (remote.data.end_of_candidates) generation.done = true;

  std::vector<Early> later;
  for (Early &early : early_) {
    if (early.candidate.ufrag && *early.candidate.ufrag != generation.ufrag) {
      later.push_back(std::move(early));
      continue;
    }
    const Result<bool> ours = is_for_data_section(remote, early.media, early.index);
    if (ours && ours.value()) {
      add_or_drop(early.candidate);
    } else {
      drop("candidate_other_section");
    }
  }
  early_ = std::move(later);
  if (std::exchange(early_done_, false)) generation.done = true;
}

void RemoteCandidates::set_pending(const SessionDescription &remote) {
  const std::string &ufrag = remote.data.ice_ufrag;
  if (current_ && current_->ufrag == ufrag) {
    pending_.reset();
    take_in(*current_, remote);
    return;
  }
  if (!pending_ || pending_->ufrag != ufrag) {
    pending_ = Generation();
    pending_->ufrag = ufrag;
  }
  take_in(*pending_, remote);
}

void RemoteCandidates::accept_pending() {
  if (!pending_) return;
  if (current_) {
    former_ufrags_.push_back(current_->ufrag);
    if (former_ufrags_.size() > kFormerUfrags) former_ufrags_.erase(former_ufrags_.begin());
  }
  current_ = std::move(pending_);
  pending_.reset();
}

void RemoteCandidates::drop_pending() { pending_.reset(); }

void RemoteCandidates::ice_restarted() {
  awaiting_remote_ = true;
  if (!current_) return;
  current_->flushed = 0;
  current_->done_flushed = false;
}

void RemoteCandidates::flush(std::vector<Command> &commands) {
  if (!current_ || awaiting_remote_) return;
  for (; current_->flushed < current_->candidates.size(); ++current_->flushed) {
    commands.emplace_back(AddRemoteCandidate{current_->candidates[current_->flushed]});
  }
  if (current_->done && !std::exchange(current_->done_flushed, true)) {
    commands.emplace_back(RemoteGatheringDone{});
  }
}

std::size_t RemoteCandidates::count() const {
  const auto &newest = pending_ ? pending_ : current_;
  return newest ? newest->candidates.size() : early_.size();
}

}  // namespace peerlane::internal
