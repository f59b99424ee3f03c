// SPDX-License-Identifier: MIT
#ifndef PEERLANE_CORE_EVENT_MAILBOX_HPP
#define PEERLANE_CORE_EVENT_MAILBOX_HPP

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <vector>

#include "core/event.hpp"

namespace peerlane {

/// The events of one connection on their way from the strand to the API side: one mutex, two
/// swapped vectors, and a wake-up on the edge from empty to not empty. Any thread.
class EventMailbox {
 public:
  /// The strand's side. Events collect without a lock and become visible at the end of the turn.
  void push(Event event) { staged_.push_back(std::move(event)); }
  void push(ControlEvent event);
  bool has_staged() const { return !staged_.empty(); }
  /// True on the edge from nothing deliverable to something: `wake()` is then due on a network
  /// thread.
  [[nodiscard]] bool publish();

  /// The API side. Appends everything published to `events`.
  void take(std::vector<Event> &events);
  /// True at once if something is published or `signalled`; else waits.
  bool wait(std::chrono::milliseconds timeout);
  /// Somebody who waits in a way of its own, or null again: told of everything published from now
  /// on, on the thread that makes it so.
  class Waiter {
   public:
    virtual void wake() = 0;

   protected:
    ~Waiter() = default;
  };
  void set_waiter(Waiter *waiter);
  /// Whether something is published. No lock.
  bool ready() const { return ready_.load(std::memory_order_acquire); }
  /// The API side has something to deliver by itself: as if something were published. True on the
  /// edge, as `publish`. Any thread may set it.
  [[nodiscard]] bool set_local_pending(bool pending);

  /// Runs on the edge, by `wake()`; replaced and run under one lock, so that the former one does
  /// not run any more once this has returned. May be called from inside the handler.
  void set_wakeup_handler(std::function<void()> handler);
  /// The same, for the library's own PollGroup.
  void set_group_handler(std::function<void()> handler);
  /// Whether `wake()` would have anybody to call.
  bool has_handlers() const { return has_handlers_.load(); }
  /// Runs the handlers, if something is still deliverable. On a network thread: the user's handler
  /// must not run inside the user's own call.
  void wake();

 private:
  void set_handler(std::function<void()> &which, std::function<void()> handler);

  std::vector<Event> staged_;  // Strand only.

  std::mutex lock_;
  std::condition_variable published_signal_;
  std::vector<Event> published_;
  bool local_pending_ = false;
  int waiting_ = 0;
  Waiter *waiter_ = nullptr;
  std::atomic<bool> ready_{false};

  // Recursive: a handler may replace itself.
  std::recursive_mutex handler_lock_;
  std::function<void()> wakeup_handler_;
  std::function<void()> group_handler_;
  // Written before `ready_` is read, and read after that is written: one of the two sees the other.
  std::atomic<bool> has_handlers_{false};
};

}  // namespace peerlane

#endif  // PEERLANE_CORE_EVENT_MAILBOX_HPP
