// SPDX-License-Identifier: MIT
#ifndef PEERLANE_IO_STRAND_HPP
#define PEERLANE_IO_STRAND_HPP

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/result.hpp"
#include "core/timer.hpp"
#include "core/turn_queue.hpp"

namespace peerlane {

class LoopPoller;
struct ReadyDescriptor;

/// A network thread, and the lock that its transport objects live under.
///
/// The rule, stated here and nowhere else: every object of `transport/` belongs to one strand, and
/// only the thread that holds the strand's lock may touch it. The network thread takes the lock for
/// each turn and waits for events outside it; an application thread that finds it free may take it,
/// do one send or one turn on the spot, and give it back. Every turn ends with `TurnQueue::run()`,
/// under the lock. `assert_held()` is the rule in code.
class Strand : public std::enable_shared_from_this<Strand> {
 public:
  /// With its thread running. ERR_CANT_CREATE where the system gives no thread or descriptor.
  static Result<std::shared_ptr<Strand>> create();
  ~Strand();
  Strand(const Strand &) = delete;
  Strand &operator=(const Strand &) = delete;

  /// Ends the thread after what was posted before has run. The thread keeps the strand alive until
  /// then; nobody joins it, so that nobody waits for it. Any thread.
  void stop();

  /// Runs `task` under the lock, on the network thread, in the order of posting. Never run once the
  /// thread has ended. Any thread.
  void post(std::function<void()> task);
  /// The same without an allocation: `function` gets the object, which is kept until all that was
  /// posted has run.
  void post(std::shared_ptr<void> object, void (*function)(void *object));

  /// Takes the strand for this thread if it is free; `end_turn()` gives it back. Any thread, not
  /// nested.
  bool try_begin_turn();
  /// The same, but waits until it is free, and goes before threads that try: for the network
  /// thread, and for calls that may wait.
  void take_turn();
  /// Ends the turn: runs what was marked, gives the lock back, and wakes the network thread if it
  /// has to sleep less.
  void end_turn();
  /// Handles what is ready now on behalf of the network thread, without waiting; false if the
  /// strand was busy. For an application that polls in a tight loop: the events need not wait for a
  /// thread to wake up. `first` runs under the lock before that. Any thread.
  bool help(const std::function<void()> &first = nullptr);

  bool held() const {
    return holder_.load(std::memory_order_relaxed) == std::this_thread::get_id();
  }
  /// Whether this is the strand's own thread.
  bool on_network_thread() const {
    return network_thread_.load(std::memory_order_relaxed) == std::this_thread::get_id();
  }
  void assert_held() const;

  // Under the lock.
  TimerQueue &timers() { return timers_; }
  TurnQueue &turn() { return turn_; }
  LoopPoller &poller() { return *poller_; }

 private:
  explicit Strand(std::unique_ptr<LoopPoller> poller);
  void run();
  void handle(std::vector<ReadyDescriptor> &ready);
  void release();
  /// Wakes the network thread, where it would not look by itself.
  void wake();
  int milliseconds_to_sleep();
  bool helped_recently() const;
  /// True where it did: then what there is to do is not known any more.
  bool stand_back();
  struct Task {
    std::shared_ptr<void> object;
    void (*function)(void *object);
  };
  bool take_posted(std::vector<Task> &tasks);

  SteadyClock clock_;
  TimerQueue timers_;
  TurnQueue turn_;
  std::unique_ptr<LoopPoller> poller_;

  std::mutex lock_;
  std::atomic<int> waiting_{0};  // Threads that wait for the lock.
  std::atomic<std::thread::id> holder_{};
  std::atomic<std::thread::id> network_thread_{};
  // When the network thread means to wake up, in microseconds of the clock: an application thread
  // that arms an earlier timer has to wake it.
  std::atomic<std::int64_t> wakes_at_{0};
  // The last time an application thread helped: while it goes on, the network thread stands back.
  std::atomic<std::int64_t> helped_at_{0};

  std::mutex posted_lock_;
  std::vector<Task> posted_;
  std::atomic<bool> any_posted_{false};  // Written under `posted_lock_`.
  std::atomic<bool> standing_back_{false};
  std::atomic<bool> stopping_{false};
};

}  // namespace peerlane

#endif  // PEERLANE_IO_STRAND_HPP
