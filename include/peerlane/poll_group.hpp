// SPDX-License-Identifier: MIT
#ifndef PEERLANE_POLL_GROUP_HPP
#define PEERLANE_POLL_GROUP_HPP

#include <chrono>
#include <cstddef>
#include <memory>

#include "peerlane/types.hpp"

namespace peerlane {

class PeerConnection;

namespace internal {
class PollGroupState;
}

/// Polls many connections at the cost of those that have something to deliver: for servers. Used by
/// one thread at a time, which is the thread of all its connections. It does not keep connections
/// alive.
class PEERLANE_API PollGroup {
 public:
  PollGroup();
  ~PollGroup();
  PollGroup(const PollGroup &) = delete;
  PollGroup &operator=(const PollGroup &) = delete;

  /// ERR_INVALID_PARAMETER for null; ERR_ALREADY_EXISTS if it is in this group, ERR_ALREADY_IN_USE
  /// if in another.
  Error add(const std::shared_ptr<PeerConnection> &connection);
  /// ERR_DOES_NOT_EXIST if it is not in this group.
  Error remove(const std::shared_ptr<PeerConnection> &connection);
  /// Connections added, not removed and still alive.
  std::size_t size() const;
  /// True as soon as `poll()` has something to deliver, false after `timeout`; zero or less only
  /// looks. Blocks.
  bool wait(std::chrono::milliseconds timeout);
  /// Polls the connections that have something to deliver, as `PeerConnection::poll()` does;
  /// returns how many those were. 0, and nothing done, inside a slot that this call runs.
  int poll();

 private:
  const std::shared_ptr<internal::PollGroupState> state_;
};

}  // namespace peerlane

#endif  // PEERLANE_POLL_GROUP_HPP
