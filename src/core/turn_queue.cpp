// SPDX-License-Identifier: MIT
#include "core/turn_queue.hpp"

#include <algorithm>

namespace peerlane {

namespace {
// A task that marks itself again and again must not keep the strand from its sockets and timers.
constexpr int kMaxRounds = 8;
}  // namespace

void TurnQueue::mark(TurnTask &task) {
  if (task.queued_) return;
  task.queued_ = true;
  tasks_.push_back(&task);
}

void TurnQueue::unmark(TurnTask &task) {
  if (!task.queued_) return;
  task.queued_ = false;
  std::replace(tasks_.begin(), tasks_.end(), &task, static_cast<TurnTask *>(nullptr));
  std::replace(running_.begin(), running_.end(), &task, static_cast<TurnTask *>(nullptr));
}

void TurnQueue::run() {
  for (int round = 0; round < kMaxRounds && !tasks_.empty(); ++round) {
    running_.swap(tasks_);
    // By index: a task may unmark a later one.
    for (std::size_t i = 0; i < running_.size(); ++i) {
      TurnTask *task = running_[i];
      if (task == nullptr) continue;
      task->queued_ = false;
      running_[i] = nullptr;
      task->run_at_turn_end();
    }
    running_.clear();
  }
}

}  // namespace peerlane
