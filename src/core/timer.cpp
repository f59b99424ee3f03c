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
  deadline_ = deadline;
  queue_.arm({deadline, queue_.next_sequence_++, this});
}

void Timer::cancel() {
  if (armed()) queue_.remove(*this);
}

TimePoint TimerQueue::next_deadline() const {
  return heap_.empty() ? TimePoint::max() : heap_.front().deadline;
}

void TimerQueue::run_expired() {
  const TimePoint now = clock_.now();
  const std::uint64_t first_new = next_sequence_;
  while (!heap_.empty()) {
    const Entry first = heap_.front();
    if (first.deadline > now || first.sequence >= first_new) return;
    Timer &timer = *first.timer;
    timer.cancel();
    // A copy, since the callback may destroy its timer.
    const std::function<void()> on_expiry = timer.on_expiry_;
    on_expiry();
  }
}

void TimerQueue::arm(const Entry &entry) {
  std::size_t place = entry.timer->place_;
  if (place == Timer::kNowhere) {
    place = heap_.size();
    heap_.push_back(entry);
  }
  settle(entry, place);
}

void TimerQueue::remove(Timer &timer) {
  const std::size_t place = std::exchange(timer.place_, Timer::kNowhere);
  const Entry last = heap_.back();
  heap_.pop_back();
  if (last.timer != &timer) settle(last, place);
}

void TimerQueue::settle(const Entry &entry, std::size_t place) {
  const auto put = [this](const Entry &moved, std::size_t to) {
    heap_[to] = moved;
    moved.timer->place_ = to;
  };
  while (place > 0) {
    const std::size_t parent = (place - 1) / 2;
    if (!before(entry, heap_[parent])) break;
    put(heap_[parent], place);
    place = parent;
  }
  for (std::size_t child; (child = 2 * place + 1) < heap_.size(); place = child) {
    if (child + 1 < heap_.size() && before(heap_[child + 1], heap_[child])) ++child;
    if (!before(heap_[child], entry)) break;
    put(heap_[child], place);
  }
  put(entry, place);
}

}  // namespace peerlane
