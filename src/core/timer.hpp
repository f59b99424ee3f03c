// SPDX-License-Identifier: MIT
#ifndef PEERLANE_CORE_TIMER_HPP
#define PEERLANE_CORE_TIMER_HPP

#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "core/clock.hpp"

namespace peerlane {

class TimerQueue;

/// One deadline of one object, armed and cancelled as often as wanted. Lives on the strand of its
/// queue.
///
/// Destroying it cancels it. The callback may arm, cancel or destroy this and any other timer.
class Timer {
 public:
  Timer(TimerQueue &queue, std::function<void()> on_expiry);
  ~Timer();
  Timer(const Timer &) = delete;
  Timer &operator=(const Timer &) = delete;

  /// Replaces an earlier deadline.
  void arm_at(TimePoint deadline);
  void arm_in(Duration delay);
  void cancel();
  bool armed() const { return place_ != kNowhere; }
  TimePoint deadline() const { return deadline_; }

 private:
  friend class TimerQueue;
  TimerQueue &queue_;
  std::function<void()> on_expiry_;
  void arm(TimePoint deadline);
  static constexpr std::size_t kNowhere = SIZE_MAX;
  TimePoint deadline_{};
  std::size_t place_ = kNowhere;  // In the queue's heap.
};

/// The armed timers of one strand, and its clock. Whoever drives the strand asks for the next
/// deadline, sleeps, and runs what has expired; a test moves a virtual clock instead of sleeping.
/// Lives on its strand.
class TimerQueue {
 public:
  explicit TimerQueue(const Clock &clock) : clock_(clock) {}
  TimerQueue(const TimerQueue &) = delete;
  TimerQueue &operator=(const TimerQueue &) = delete;

  TimePoint now() const { return clock_.now(); }
  /// TimePoint::max() where nothing is armed.
  TimePoint next_deadline() const;
  /// Runs the timers whose deadline is not after now, by deadline; one that is armed meanwhile runs
  /// at the next call.
  void run_expired();

 private:
  friend class Timer;
  // What is compared lies in the heap itself: with thousands of timers, each look into one would be
  // a cache miss.
  struct Entry {
    TimePoint deadline;
    std::uint64_t sequence;
    Timer *timer;
  };
  // The sequence number keeps the order of arming among equal deadlines, so that a virtual run
  // repeats exactly.
  static bool before(const Entry &a, const Entry &b) {
    return a.deadline != b.deadline ? a.deadline < b.deadline : a.sequence < b.sequence;
  }
  /// Replaces the entry that the timer may have.
  void arm(const Entry &entry);
  void remove(Timer &timer);
  /// Finds the place of an entry in the heap, which has a hole at `place`.
  void settle(const Entry &entry, std::size_t place);

  const Clock &clock_;
  // A binary heap: armed with each packet, timers must not allocate.
  std::vector<Entry> heap_;
  std::uint64_t next_sequence_ = 1;
};

}  // namespace peerlane

#endif  // PEERLANE_CORE_TIMER_HPP
