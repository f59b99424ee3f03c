// SPDX-License-Identifier: MIT
#include "transport/ice/remote_candidates.hpp"

#include <algorithm>
#include <utility>

namespace peerlane {

namespace {

// Of one generation, as many as the API side lets through. libnice takes any number, and each costs
// a pair with every local candidate. A browser on a machine with several networks sends about a
// dozen.
constexpr std::size_t kMaxCandidates = 256;
// A socket each, or a look-up each, one after the other.
constexpr std::size_t kMaxCostly = 64;
constexpr Duration kNameLimit = std::chrono::seconds(5);

}  // namespace

RemoteCandidates::RemoteCandidates(NameResolver &resolver, DropCounters &dropped, Use use)
    : resolver_(resolver), dropped_(dropped), use_(std::move(use)) {}

void RemoteCandidates::begin_generation(const std::string &ufrag) {
  if (ufrag_) past_ufrag_ = ufrag_;
  ufrag_ = ufrag;
  expecting_ = false;
  accepted_.clear();
  names_.clear();
  for (const Candidate &candidate : std::exchange(waiting_, {})) {
    if (!candidate.ufrag || *candidate.ufrag == ufrag) {
      accept(candidate);
    } else {
      ++dropped_["ice_candidate_of_other_generation"];
    }
  }
}

void RemoteCandidates::add(const Candidate &candidate) {
  const bool of_present = ufrag_ && (candidate.ufrag ? *candidate.ufrag == *ufrag_ : !expecting_);
  if (of_present) {
    accept(candidate);
  } else if (candidate.ufrag && candidate.ufrag == past_ufrag_) {
    ++dropped_["ice_candidate_of_other_generation"];
  } else if (waiting_.size() < kMaxCandidates) {
    waiting_.push_back(candidate);
  } else {
    ++dropped_["ice_candidate_limit"];
  }
}

bool RemoteCandidates::has_room_for(const Candidate &candidate) const {
  if (accepted_.size() >= kMaxCandidates) return false;
  const auto is_costly = [](const Candidate &each) { return each.is_mdns || each.tcp_type; };
  if (!is_costly(candidate)) return true;
  const auto costly = std::count_if(accepted_.begin(), accepted_.end(), is_costly);
  return static_cast<std::size_t>(costly) < kMaxCostly;
}

void RemoteCandidates::accept(const Candidate &candidate) {
  const bool known = std::any_of(
      accepted_.begin(), accepted_.end(),
      [&candidate](const Candidate &other) { return is_same_candidate(candidate, other); });
  if (known) return;
  if (!has_room_for(candidate)) {
    ++dropped_["ice_candidate_limit"];
    return;
  }
  accepted_.push_back(candidate);
  if (!candidate.is_mdns) return use_(candidate);
  names_.push_back(candidate);
  resolve_next();
}

void RemoteCandidates::resolve_next() {
  if (resolving_ || names_.empty()) return;
  resolving_ = true;
  Candidate candidate = std::move(names_.front());
  names_.pop_front();
  const std::string name = candidate.address;
  resolver_.resolve(name, kNameLimit,
                    [this, candidate, generation = ufrag_](const auto &addresses) {
                      resolving_ = false;
                      if (generation == ufrag_) use_resolved(candidate, addresses);
                      resolve_next();
                      if (!resolving_ && on_resolved_) on_resolved_();
                    });
}

void RemoteCandidates::use_resolved(Candidate candidate,
                                    const std::vector<std::string> &addresses) {
  candidate.is_mdns = false;
  bool used_v4 = false;
  bool used_v6 = false;
  for (const std::string &address : addresses) {
    bool &used = address.find(':') == std::string::npos ? used_v4 : used_v6;
    if (std::exchange(used, true)) continue;
    candidate.address = address;
    use_(candidate);
  }
  if (addresses.empty()) ++dropped_["ice_candidate_unresolved"];
}

void RemoteCandidates::stop() {
  names_.clear();
  waiting_.clear();
  on_resolved_ = nullptr;
}

}  // namespace peerlane
