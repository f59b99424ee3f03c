// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_ICE_REMOTE_CANDIDATES_HPP
#define PEERLANE_TRANSPORT_ICE_REMOTE_CANDIDATES_HPP

#include <functional>
#include <list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "signaling/candidate.hpp"
#include "transport/ice/name_resolver.hpp"
#include "transport/ice/udp_path.hpp"

namespace peerlane {

/// The peer's candidates on their way to libnice: sorted by ICE generation, counted, and with
/// `….local` names resolved one after the other. Lives on the strand.
class RemoteCandidates {
 public:
  using Use = std::function<void(const Candidate &candidate)>;
  /// `use` gets what belongs to the present generation and has an IP literal.
  RemoteCandidates(NameResolver &resolver, DropCounters &dropped, Use use);

  /// The credentials of a generation have come; what waited for them is used.
  void begin_generation(const std::string &ufrag);
  /// Another generation is about to begin: what does not name the present one waits.
  void expect_next_generation() { expecting_ = true; }
  /// The other generation does not begin after all.
  void stay() {
    expecting_ = false;
    waiting_.clear();
  }
  /// What names this generation comes too late.
  void forget(const std::string &ufrag) { past_ufrag_ = ufrag; }
  const std::optional<std::string> &past_ufrag() const { return past_ufrag_; }
  /// What waits for another generation than the present one.
  std::vector<Candidate> take_waiting() { return std::exchange(waiting_, {}); }
  void add(const Candidate &candidate);
  /// Whether a name is being resolved.
  bool resolving() const { return resolving_; }
  /// Runs whenever the last name has been resolved.
  void on_resolved(std::function<void()> task) { on_resolved_ = std::move(task); }
  void stop();

 private:
  bool has_room_for(const Candidate &candidate) const;
  void accept(const Candidate &candidate);
  void resolve_next();
  void use_resolved(Candidate candidate, const std::vector<std::string> &addresses);

  NameResolver &resolver_;
  DropCounters &dropped_;
  const Use use_;
  std::function<void()> on_resolved_;
  std::optional<std::string> ufrag_;
  std::optional<std::string> past_ufrag_;
  bool expecting_ = false;
  bool resolving_ = false;
  std::vector<Candidate> waiting_;
  std::vector<Candidate> accepted_;  // Of this generation.
  std::list<Candidate> names_;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_ICE_REMOTE_CANDIDATES_HPP
