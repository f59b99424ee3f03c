// SPDX-License-Identifier: MIT
#ifndef PEERLANE_IO_LOOP_CONTEXT_HPP
#define PEERLANE_IO_LOOP_CONTEXT_HPP

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "core/timer.hpp"

// GLib's own name, so that this header needs none of GLib's.
// The name that GLib gives to what its users call GMainContext.
struct _GMainContext;  // NOLINT(bugprone-reserved-identifier)

namespace peerlane {

class LoopPoller;

/// A descriptor that a context wants to know about, in poll(2)'s bits.
struct WatchedDescriptor {
  int descriptor;
  std::uint32_t events;
  std::uint32_t ready = 0;
};

/// One GMainContext, driven by hand by the poller of a strand. Each connection has its own, since
/// GLib visits every source of a context in each turn: one context for all would cost
/// O(connections) for each packet. Lives on the strand.
class LoopContext {
 public:
  /// Null where the process is short of descriptors: GLib would end the process.
  static std::unique_ptr<LoopContext> create(LoopPoller &poller, TimerQueue &timers);
  ~LoopContext();
  LoopContext(const LoopContext &) = delete;
  LoopContext &operator=(const LoopContext &) = delete;

  _GMainContext *native() const { return context_; }
  /// Runs `task` as the owner of the context and with it as the thread's default: what GLib calls
  /// made in it start belongs to this context.
  void run_inside(const std::function<void()> &task);
  /// Lets a timeout of this name, if one was attached lately, expire now instead of after its first
  /// interval. False where there is none.
  bool expedite(const char *name);

  /// Where the descriptor of read_first() has input, `read` is asked first, and GLib only if that
  /// returns false: for one packet at a time GLib's way costs more than the packet does. Not to be
  /// replaced inside `read`.
  void set_reader(std::function<bool()> read) { reader_ = std::move(read); }
  /// -1: none.
  void read_first(int descriptor) { reader_descriptor_ = descriptor; }

  /// What the context's sources wait for, as of the end of the last dispatch.
  const std::vector<WatchedDescriptor> &watched() const { return watched_; }

  /// The poller leaves the descriptors alone from now on, since somebody else waits for them; for
  /// `time` at most, then it takes them back. Timers, and what is attached meanwhile, go on as
  /// before.
  void lend(std::vector<WatchedDescriptor> &descriptors, Duration time);
  void take_back();
  /// Runs the sources of those that are ready.
  void handle(const std::vector<WatchedDescriptor> &descriptors);

 private:
  friend class LoopPoller;
  LoopContext(LoopPoller &poller, TimerQueue &timers, _GMainContext *context);
  /// True the first time since the last dispatch.
  bool set_ready(int descriptor, std::uint32_t events);
  void dispatch();
  /// False where this object is gone.
  bool read_directly();
  void run_sources();
  void prepare(bool sources_changed);
  void watch(std::vector<WatchedDescriptor> next);

  LoopPoller &poller_;
  _GMainContext *const context_;
  const std::uint32_t id_;
  Timer timer_;
  Timer end_of_loan_;
  std::vector<WatchedDescriptor> watched_;
  std::function<bool()> reader_;  // True: nothing is left for GLib.
  int reader_descriptor_ = -1;
  int priority_ = 0;
  int wake_descriptor_ = -1;
  bool ready_ = false;
  bool lent_ = false;
  // The owner of this object may destroy it from inside a source.
  bool *destroyed_ = nullptr;
};

}  // namespace peerlane

#endif  // PEERLANE_IO_LOOP_CONTEXT_HPP
