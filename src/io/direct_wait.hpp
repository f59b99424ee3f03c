// SPDX-License-Identifier: MIT
#ifndef PEERLANE_IO_DIRECT_WAIT_HPP
#define PEERLANE_IO_DIRECT_WAIT_HPP

#include <chrono>
#include <vector>

#include "core/event_mailbox.hpp"
#include "io/wake_event.hpp"

namespace peerlane {

struct WatchedDescriptor;

/// An application thread's own wait for the sockets of a connection: what arrives wakes that thread
/// alone, and not the network thread first. Belongs to its thread; `wake` is for any.
class DirectWait final : public EventMailbox::Waiter {
 public:
  /// This thread's. Null where the process has no descriptor left.
  static DirectWait *of_this_thread();

  /// Until a descriptor is ready, somebody wakes, or the time is over. Fills in what is ready.
  void wait(std::vector<WatchedDescriptor> &descriptors, std::chrono::milliseconds timeout);
  void wake() override { wake_event_.wake(); }

  DirectWait(const DirectWait &) = delete;
  DirectWait &operator=(const DirectWait &) = delete;

 private:
  DirectWait() = default;
  ~DirectWait() = default;
  WakeEvent wake_event_;
};

}  // namespace peerlane

#endif  // PEERLANE_IO_DIRECT_WAIT_HPP
