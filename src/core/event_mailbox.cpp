// SPDX-License-Identifier: MIT
#include "core/event_mailbox.hpp"

#include <iterator>
#include <memory>
#include <utility>

namespace peerlane {

namespace {

// By value: a handler may replace itself, and is needed until it returns.
void run_copy(std::function<void()> handler) {  // NOLINT(performance-unnecessary-value-param)
  if (handler) handler();
}

}  // namespace

void EventMailbox::push(ControlEvent event) {
  Event wrapped;
  wrapped.kind = Event::Kind::CONTROL;
  wrapped.control = std::make_unique<ControlEvent>(std::move(event));
  staged_.push_back(std::move(wrapped));
}

bool EventMailbox::publish() {
  if (staged_.empty()) return false;
  bool edge = false;
  bool waiting = false;
  {
    const std::lock_guard guard(lock_);
    edge = !ready_.load(std::memory_order_relaxed);
    if (published_.empty()) {
      published_.swap(staged_);
    } else {
      published_.insert(published_.end(), std::make_move_iterator(staged_.begin()),
                        std::make_move_iterator(staged_.end()));
    }
    ready_.store(true);
    waiting = waiting_ > 0;
    if (waiter_ != nullptr) waiter_->wake();
  }
  staged_.clear();
  if (waiting) published_signal_.notify_all();
  return edge;
}

void EventMailbox::take(std::vector<Event> &events) {
  const std::lock_guard guard(lock_);
  if (events.empty()) {
    events.swap(published_);
  } else {
    events.insert(events.end(), std::make_move_iterator(published_.begin()),
                  std::make_move_iterator(published_.end()));
  }
  published_.clear();
  local_pending_ = false;
  ready_.store(false, std::memory_order_release);
}

bool EventMailbox::wait(std::chrono::milliseconds timeout) {
  std::unique_lock guard(lock_);
  if (ready_.load(std::memory_order_relaxed) || timeout <= std::chrono::milliseconds::zero()) {
    return ready_.load(std::memory_order_relaxed);
  }
  ++waiting_;
  const bool ready = published_signal_.wait_for(
      guard, timeout, [this] { return ready_.load(std::memory_order_relaxed); });
  --waiting_;
  return ready;
}

void EventMailbox::set_waiter(Waiter *waiter) {
  const std::lock_guard guard(lock_);
  waiter_ = waiter;
}

bool EventMailbox::set_local_pending(bool pending) {
  bool edge = false;
  {
    const std::lock_guard guard(lock_);
    local_pending_ = pending;
    const bool ready = local_pending_ || !published_.empty();
    edge = ready && !ready_.load(std::memory_order_relaxed);
    ready_.store(ready);
    if (edge && waiter_ != nullptr) waiter_->wake();
  }
  if (edge) published_signal_.notify_all();
  return edge;
}

void EventMailbox::set_wakeup_handler(std::function<void()> handler) {
  set_handler(wakeup_handler_, std::move(handler));
}

void EventMailbox::set_group_handler(std::function<void()> handler) {
  set_handler(group_handler_, std::move(handler));
}

void EventMailbox::set_handler(std::function<void()> &which, std::function<void()> handler) {
  const std::lock_guard guard(handler_lock_);
  which = std::move(handler);
  has_handlers_ = wakeup_handler_ != nullptr || group_handler_ != nullptr;
  if (ready_.load()) run_copy(which);
}

void EventMailbox::wake() {
  const std::lock_guard guard(handler_lock_);
  if (!ready()) return;
  run_copy(group_handler_);
  run_copy(wakeup_handler_);
}

}  // namespace peerlane
