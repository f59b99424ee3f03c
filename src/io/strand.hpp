// SPDX-License-Identifier: MIT
#ifndef PEERLANE_IO_STRAND_HPP
#define PEERLANE_IO_STRAND_HPP

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/timer.hpp"
#include "core/turn_queue.hpp"

namespace peerlane {

class LoopContext;
class LoopPoller;

/// A network thread, and the lock that its transport objects live under.
///
/// The rule, stated here and nowhere else: every object of `transport/` belongs to one strand, and only the thread that
/// holds the strand's lock may touch it. The network thread takes the lock for each turn and waits for events outside it;
/// an application thread that finds it free may take it, do one send or one turn on the spot, and give it back. Every turn
/// ends with `TurnQueue::run()`, under the lock. `assert_held()` is the rule in code.
class Strand {
 public:
  Strand();
  /// Ends the thread; what was posted before still runs. Not on the network thread.
  ~Strand();
  Strand(const Strand &) = delete;
  Strand &operator=(const Strand &) = delete;

  /// Runs `task` under the lock, on the network thread, in the order of posting. Any thread.
  void post(std::function<void()> task);

  /// Takes the strand for this thread; `end_turn()` gives it back. Any thread, not nested.
  bool try_begin_turn();
  /// Ends the turn: runs what was marked, gives the lock back, and wakes the network thread if it has to sleep less.
  void end_turn();
  /// Handles what is ready now on behalf of the network thread, without waiting; false if the strand was busy. For an
  /// application that polls in a tight loop: the events need not wait for a thread to wake up. Any thread.
  bool help();

  bool held() const { return holder_.load(std::memory_order_relaxed) == std::this_thread::get_id(); }
  void assert_held() const;

  // Under the lock.
  TimerQueue &timers() { return timers_; }
  TurnQueue &turn() { return turn_; }
  LoopPoller &poller() { return *poller_; }

 private:
  void run();
  void begin_turn();
  void handle_ready();
  int milliseconds_to_wait();
  bool run_posted();

  SteadyClock clock_;
  TimerQueue timers_;
  TurnQueue turn_;
  std::unique_ptr<LoopPoller> poller_;

  std::mutex lock_;
  std::atomic<std::thread::id> holder_{};
  // When the network thread means to wake up, in microseconds of the clock: an application thread that arms an earlier
  // timer has to wake it.
  std::atomic<std::int64_t> wakes_at_{0};
  // The last time an application thread helped: while it does, the network thread stands back.
  std::atomic<std::int64_t> helped_at_{0};

  std::mutex posted_lock_;
  std::vector<std::function<void()>> posted_;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace peerlane

#endif  // PEERLANE_IO_STRAND_HPP
