// SPDX-License-Identifier: MIT
#include "peerlane/poll_group.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "api/peer_connection_backend.hpp"

namespace peerlane {

namespace internal {

/// The connections of a group, and those of them that have something to deliver. The handlers of
/// connections, on network threads, add to the ready list; everything else lives on the caller's
/// thread.
class PollGroupState : public std::enable_shared_from_this<PollGroupState> {
 public:
  Error add(const std::shared_ptr<PeerConnection> &connection);
  Error remove(const std::shared_ptr<PeerConnection> &connection);
  std::size_t size() const;
  bool wait(std::chrono::milliseconds timeout);
  int poll();
  void leave();

 private:
  struct Member {
    std::weak_ptr<PeerConnection> connection;
    bool removed = false;  // Caller's thread only.
    bool queued = false;   // Guarded by lock_.
  };
  using MemberPtr = std::shared_ptr<Member>;
  class Batch;

  void enqueue(const MemberPtr &member);
  MemberPtr pop_ready();
  static bool has_something(const MemberPtr &member);
  void forget_dead();

  std::unordered_map<const PeerConnection *, MemberPtr> members_;
  std::size_t members_at_last_sweep_ = 0;
  bool polling_ = false;

  // No call into a connection is made with it held: handlers run under the connection's lock and
  // then take this one.
  std::mutex lock_;
  std::condition_variable ready_signal_;
  std::deque<MemberPtr> ready_;
};

void PollGroupState::enqueue(const MemberPtr &member) {
  {
    const std::lock_guard guard(lock_);
    if (std::exchange(member->queued, true)) return;
    ready_.push_back(member);
  }
  ready_signal_.notify_one();
}

PollGroupState::MemberPtr PollGroupState::pop_ready() {
  const std::lock_guard guard(lock_);
  if (ready_.empty()) return nullptr;
  MemberPtr member = std::move(ready_.front());
  ready_.pop_front();
  member->queued = false;
  return member;
}

bool PollGroupState::has_something(const MemberPtr &member) {
  if (member->removed) return false;
  const auto connection = member->connection.lock();
  return connection && connection->wait(std::chrono::milliseconds::zero());
}

void PollGroupState::forget_dead() {
  for (auto each = members_.begin(); each != members_.end();) {
    each = each->second->connection.expired() ? members_.erase(each) : std::next(each);
  }
  members_at_last_sweep_ = members_.size();
}

Error PollGroupState::add(const std::shared_ptr<PeerConnection> &connection) {
  if (!connection) return Error::ERR_INVALID_PARAMETER;
  const auto found = members_.find(connection.get());
  // A new connection may lie where a dead one lay.
  if (found != members_.end() && found->second->connection.lock() == connection) {
    return Error::ERR_ALREADY_EXISTS;
  }
  PeerConnectionBackend &backend = PeerConnectionAccess::backend(*connection);
  if (backend.has_group_handler()) return Error::ERR_ALREADY_IN_USE;
  if (members_.size() > 2 * members_at_last_sweep_ + 16) forget_dead();
  const auto member = std::make_shared<Member>();
  member->connection = connection;
  members_[connection.get()] = member;
  backend.set_group_handler([weak = weak_from_this(), member] {
    if (const auto state = weak.lock()) state->enqueue(member);
  });
  return Error::OK;
}

Error PollGroupState::remove(const std::shared_ptr<PeerConnection> &connection) {
  const auto found = members_.find(connection.get());
  if (!connection || found == members_.end() || found->second->connection.lock() != connection) {
    return Error::ERR_DOES_NOT_EXIST;
  }
  found->second->removed = true;
  members_.erase(found);
  PeerConnectionAccess::backend(*connection).set_group_handler(nullptr);
  return Error::OK;
}

std::size_t PollGroupState::size() const {
  return static_cast<std::size_t>(
      std::count_if(members_.begin(), members_.end(),
                    [](const auto &each) { return !each.second->connection.expired(); }));
}

bool PollGroupState::wait(std::chrono::milliseconds timeout) {
  const auto longest = std::chrono::milliseconds(std::chrono::hours(24 * 365));
  const auto deadline = std::chrono::steady_clock::now() +
                        std::clamp(timeout, std::chrono::milliseconds::zero(), longest);
  for (;;) {
    // Something in the list may be dead, or polled meanwhile.
    while (MemberPtr member = pop_ready()) {
      if (!has_something(member)) continue;
      enqueue(member);
      return true;
    }
    std::unique_lock guard(lock_);
    if (!ready_signal_.wait_until(guard, deadline, [this] { return !ready_.empty(); }))
      return false;
  }
}

/// What was ready when a poll began; however that ends, what it did not come to is ready again.
class PollGroupState::Batch {
 public:
  explicit Batch(PollGroupState &state) : state_(state) {
    state_.polling_ = true;
    const std::lock_guard guard(state_.lock_);
    members_.swap(state_.ready_);
    for (const MemberPtr &member : members_) member->queued = false;
  }
  ~Batch() {
    state_.polling_ = false;
    for (const MemberPtr &member : members_) {
      if (!member->removed) state_.enqueue(member);
    }
  }
  Batch(const Batch &) = delete;
  Batch &operator=(const Batch &) = delete;

  MemberPtr next() {
    if (members_.empty()) return nullptr;
    MemberPtr member = std::move(members_.front());
    members_.pop_front();
    return member;
  }

 private:
  PollGroupState &state_;
  std::deque<MemberPtr> members_;
};

int PollGroupState::poll() {
  if (polling_) return 0;
  int polled = 0;
  Batch batch(*this);
  while (const MemberPtr member = batch.next()) {
    if (!has_something(member)) continue;
    PeerConnectionBackend &backend = PeerConnectionAccess::backend(*member->connection.lock());
    // A slot that throws leaves the rest of its connection's events for the next time.
    struct Again {
      PollGroupState &state;
      const MemberPtr &member;
      ~Again() {
        if (has_something(member)) state.enqueue(member);
      }
    } const again{*this, member};
    ++polled;
    // Without a handle of our own: a slot that drops the last one closes the connection there and
    // then.
    backend.poll();
  }
  return polled;
}

void PollGroupState::leave() {
  for (const auto &[address, member] : members_) {
    member->removed = true;
    if (const auto connection = member->connection.lock()) {
      PeerConnectionAccess::backend(*connection).set_group_handler(nullptr);
    }
  }
  members_.clear();
}

}  // namespace internal

// The state outlives the group where a slot destroys it: every method but the destructor keeps it.

PollGroup::PollGroup() : state_(std::make_shared<internal::PollGroupState>()) {}
PollGroup::~PollGroup() { state_->leave(); }

Error PollGroup::add(const std::shared_ptr<PeerConnection> &connection) {
  return state_->add(connection);
}
Error PollGroup::remove(const std::shared_ptr<PeerConnection> &connection) {
  return state_->remove(connection);
}
std::size_t PollGroup::size() const { return state_->size(); }
bool PollGroup::wait(std::chrono::milliseconds timeout) { return state_->wait(timeout); }
int PollGroup::poll() {
  const auto state = state_;
  return state->poll();
}

}  // namespace peerlane
