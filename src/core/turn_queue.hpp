// SPDX-License-Identifier: MIT
#ifndef PEERLANE_CORE_TURN_QUEUE_HPP
#define PEERLANE_CORE_TURN_QUEUE_HPP

#include <cstddef>
#include <vector>

namespace peerlane {

/// An object that marks itself during a turn of its strand and does the work once, at the turn's
/// end: draining input, flushing output. Lives on the strand.
class TurnTask {
 public:
  virtual ~TurnTask() = default;
  virtual void run_at_turn_end() = 0;

 private:
  friend class TurnQueue;
  bool queued_ = false;
};

/// The tasks of the turn under way. Batching is the design: a turn handles many datagrams and many
/// messages, and pays for system calls, locks and wake-ups once. Lives on the strand.
class TurnQueue {
 public:
  TurnQueue() = default;
  TurnQueue(const TurnQueue &) = delete;
  TurnQueue &operator=(const TurnQueue &) = delete;

  /// Runs the task at the end of this turn; no effect if it is marked already.
  void mark(TurnTask &task);
  /// Takes it out again; needed before it is destroyed.
  void unmark(TurnTask &task);
  /// Ends the turn. Tasks marked by tasks run too, in order, up to a bound; `pending()` says
  /// whether some are left.
  void run();
  bool pending() const { return !tasks_.empty(); }

 private:
  std::vector<TurnTask *> tasks_;
  std::vector<TurnTask *> running_;
};

}  // namespace peerlane

#endif  // PEERLANE_CORE_TURN_QUEUE_HPP
