// SPDX-License-Identifier: MIT
#ifndef PEERLANE_IO_LOOP_POLLER_HPP
#define PEERLANE_IO_LOOP_POLLER_HPP

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "core/timer.hpp"
#include "io/wake_event.hpp"

namespace peerlane {

class LoopContext;

/// A descriptor that an epoll_wait found ready. By number, not by pointer: the context may be gone
/// when it is handled.
struct ReadyDescriptor {
  std::uint32_t context = 0;
  int descriptor = -1;
  std::uint32_t events = 0;
};

/// Waits for the descriptors of many GMainContexts at once, and dispatches only the contexts that
/// have something: the cost of a turn does not grow with the number of connections. `wait`,
/// `wait_for_wake` and `wake`: any thread. The rest lives on the strand.
class LoopPoller {
 public:
  /// Whether a wait takes the wake-up that ended it, or leaves it to the network thread.
  enum class Wake { TAKE, KEEP };

  /// Null where the system gives no descriptor.
  static std::unique_ptr<LoopPoller> create();
  ~LoopPoller();
  LoopPoller(const LoopPoller &) = delete;
  LoopPoller &operator=(const LoopPoller &) = delete;

  /// Fills `ready`; -1 waits for ever.
  void wait(int milliseconds, Wake wake, std::vector<ReadyDescriptor> &ready);
  /// Waits for `wake()` only, and leaves it pending; false after the time.
  bool wait_for_wake(int milliseconds);
  void wake() { wake_event_.wake(); }

  /// Runs the sources of the contexts that these descriptors belong to.
  void dispatch(const std::vector<ReadyDescriptor> &ready);

 private:
  friend class LoopContext;
  explicit LoopPoller(int epoll) : epoll_(epoll) {}
  std::uint32_t add(LoopContext &context);
  void remove(std::uint32_t id);
  void watch(std::uint32_t id, int descriptor, std::uint32_t events, bool known);
  bool owns(std::uint32_t id, int descriptor) const;
  // Nothing where the descriptor is another's by now: closed here, its number goes to the next
  // socket that is opened, maybe by a thread that has nothing to do with us.
  void change(std::uint32_t id, int descriptor, std::uint32_t events);
  void unwatch(std::uint32_t id, int descriptor);

  const int epoll_;
  WakeEvent wake_event_;
  std::uint32_t next_id_ = 1;
  std::unordered_map<std::uint32_t, LoopContext *> contexts_;
  std::unordered_map<int, std::uint32_t> owners_;  // Of the descriptors: who watched it last.
  std::vector<std::uint32_t> dispatching_;
};

}  // namespace peerlane

#endif  // PEERLANE_IO_LOOP_POLLER_HPP
