// SPDX-License-Identifier: MIT
#include "core/timer.hpp"

#include <algorithm>

namespace peerlane {

Timer::Timer(TimerQueue &queue, std::function<void()> on_expiry)
    : queue_(queue), on_expiry_(std::move(on_expiry)) {}

Timer::~Timer() { cancel(); }

void Timer::arm_at(TimePoint deadline) {
  // The past is now: nothing that is armed while timers run goes before those that have expired.
  arm(std::max(deadline, queue_.now()));
}

void Timer::arm_in(Duration delay) { arm(queue_.now() + delay); }

void Timer::arm(TimePoint deadline) {
  cancel();
  deadline_ = deadline;
  sequence_ = queue_.next_sequence_++;
  queue_.add(*this);
}

void Timer::cancel() {
  if (armed()) queue_.remove(*this);
}

TimePoint TimerQueue::next_deadline() const {
  return heap_.empty() ? TimePoint::max() : heap_.front()->deadline_;
}

void TimerQueue::run_expired() {
  const TimePoint now = clock_.now();
  const std::uint64_t first_new = next_sequence_;
  while (!heap_.empty()) {
    Timer &timer = *heap_.front();
    if (timer.deadline_ > now || timer.sequence_ >= first_new) return;
    timer.cancel();
    // A copy, since the callback may destroy its timer.
    const std::function<void()> on_expiry = timer.on_expiry_;
    on_expiry();
  }
}

void TimerQueue::add(Timer &timer) {
  heap_.push_back(&timer);
  timer.place_ = heap_.size() - 1;
  move_up(timer);
}

void TimerQueue::remove(Timer &timer) {
  Timer *last = heap_.back();
  heap_.pop_back();
  if (last != &timer) {
    put(*last, timer.place_);
    move_up(*last);
    move_down(*last);
  }
  timer.place_ = Timer::kNowhere;
}

void TimerQueue::put(Timer &timer, std::size_t place) {
  heap_[place] = &timer;
  timer.place_ = place;
}

void TimerQueue::move_up(Timer &timer) {
  while (timer.place_ > 0) {
    Timer &parent = *heap_[(timer.place_ - 1) / 2];
    if (!before(timer, parent)) return;
    const std::size_t place = parent.place_;
    put(parent, timer.place_);
    put(timer, place);
  }
}

void TimerQueue::move_down(Timer &timer) {
  for (;;) {
    std::size_t child = 2 * timer.place_ + 1;
    if (child >= heap_.size()) return;
    if (child + 1 < heap_.size() && before(*heap_[child + 1], *heap_[child])) ++child;
    Timer &next = *heap_[child];
    if (!before(next, timer)) return;
    put(next, timer.place_);
    put(timer, child);
  }
}

}  // namespace peerlane
