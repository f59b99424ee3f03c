// SPDX-License-Identifier: MIT
#include "core/timer.hpp"

namespace peerlane {

Timer::Timer(TimerQueue &queue, std::function<void()> on_expiry)
    : queue_(queue), on_expiry_(std::move(on_expiry)) {}

Timer::~Timer() { cancel(); }

void Timer::arm_at(TimePoint deadline) {
  cancel();
  deadline_ = deadline;
  sequence_ = queue_.next_sequence_++;
  armed_ = true;
  queue_.armed_.insert({deadline_, sequence_, this});
}

void Timer::arm_in(Duration delay) { arm_at(queue_.now() + delay); }

void Timer::cancel() {
  if (!armed_) return;
  queue_.armed_.erase({deadline_, sequence_, this});
  armed_ = false;
}

TimePoint TimerQueue::next_deadline() const {
  return armed_.empty() ? TimePoint::max() : armed_.begin()->deadline;
}

void TimerQueue::run_expired() {
  const TimePoint now = clock_.now();
  const std::uint64_t first_new = next_sequence_;
  for (auto next = armed_.begin(); next != armed_.end() && next->deadline <= now;) {
    if (next->sequence >= first_new) {
      ++next;
      continue;
    }
    Timer *timer = next->timer;
    timer->cancel();
    // A copy, since the callback may destroy its timer.
    const std::function<void()> on_expiry = timer->on_expiry_;
    on_expiry();
    next = armed_.begin();
  }
}

}  // namespace peerlane
