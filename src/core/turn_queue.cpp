// SPDX-License-Identifier: MIT
#include "core/turn_queue.hpp"

#include <algorithm>
#include <utility>

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
    // A task may unmark a later one, and marks go to the other vector: this one keeps its size.
    for (TurnTask *&entry : running_) {
      TurnTask *task = std::exchange(entry, nullptr);
      if (task == nullptr) continue;
      task->queued_ = false;
      task->run_at_turn_end();
    }
    running_.clear();
  }
}

}  // namespace peerlane
