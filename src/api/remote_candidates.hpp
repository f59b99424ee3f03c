// SPDX-License-Identifier: MIT
#ifndef PEERLANE_API_REMOTE_CANDIDATES_HPP
#define PEERLANE_API_REMOTE_CANDIDATES_HPP

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/network_connection.hpp"
#include "core/result.hpp"
#include "signaling/candidate.hpp"
#include "signaling/sdp.hpp"

namespace peerlane::internal {

/// The peer's candidates: those that came before the description they belong to, those of an offer
/// that is not answered yet, and those that ICE uses. Pure.
///
/// The ufrag of a candidate tells its ICE generation (RFC 8838 section 11). One without belongs to
/// the newest; and where the peer may be ahead of its description, it is kept for the next too. A
/// candidate too many fails its checks, and one too few may be the only way.
class RemoteCandidates {
 public:
  /// Of one ICE generation. A peer has a handful; more are an attack on our sockets (RFC 8445
  /// section 19.5.1).
  static constexpr std::size_t kMaxCandidates = 256;

  /// From signalling. `remote` is the description pending or in force; null before the first. See
  /// PeerConnection::add_ice_candidate.
  Status add(const SessionDescription *remote, const std::string &media, int index,
             const std::string &line);
  /// The peer's description was set; its own candidates are inside.
  void set_pending(const SessionDescription &remote);
  /// The pending description is in force: ICE may use its candidates.
  void accept_pending();
  /// The pending description was taken back.
  void drop_pending();
  /// ICE has begun anew and knows no candidate; until `resume` it is told none.
  void ice_restarted();
  /// SetRemote of the description in force is among the commands.
  void resume() { awaiting_remote_ = false; }
  /// What ICE has not been told yet, behind the SetRemote of the description in force.
  void flush(std::vector<Command> &commands);

  /// Those of the ICE generation that was set last.
  std::size_t count() const;
  const std::map<std::string, std::uint64_t> &dropped() const { return dropped_; }

 private:
  struct Generation {
    std::string ufrag;
    std::vector<Candidate> candidates;
    std::size_t flushed = 0;
    bool done = false;
    bool done_flushed = false;
  };
  struct Early {
    std::string media;
    int index = 0;
    Candidate candidate;
  };

  enum class Added { NEW, DUPLICATE, FULL };
  static Added add_to(Generation &generation, const Candidate &candidate);
  Status add_early(const std::string &media, int index, const Candidate &candidate);
  Status add_end(const SessionDescription *remote);
  Generation *newest();
  const Generation *newest() const;
  bool may_be_of_next() const;
  bool is_former(const std::string &ufrag) const;
  void take_in(Generation &generation, const SessionDescription &remote);
  void drop(const std::string &reason) { ++dropped_[reason]; }

  std::optional<Generation> current_, pending_;
  std::vector<Early> early_;
  bool early_done_ = false;
  bool awaiting_remote_ = false;  // Between a restart of ours and the peer's credentials for it.
  std::vector<std::string> former_ufrags_;
  std::map<std::string, std::uint64_t> dropped_;
};

}  // namespace peerlane::internal

#endif  // PEERLANE_API_REMOTE_CANDIDATES_HPP
