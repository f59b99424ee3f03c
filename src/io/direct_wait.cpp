// SPDX-License-Identifier: MIT
#include "io/direct_wait.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

#include "io/loop_context.hpp"

namespace peerlane {

/// Closes the descriptor with the thread.
struct OwnedDirectWait {
  OwnedDirectWait() {
    const int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (event >= 0) wait = new DirectWait(event);
  }
  ~OwnedDirectWait() { delete wait; }
  OwnedDirectWait(const OwnedDirectWait &) = delete;
  OwnedDirectWait &operator=(const OwnedDirectWait &) = delete;
  DirectWait *wait = nullptr;
};

DirectWait *DirectWait::of_this_thread() {
  thread_local const OwnedDirectWait owned;
  return owned.wait;
}

DirectWait::~DirectWait() { close(wake_event_); }

void DirectWait::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(wake_event_, &one, sizeof one);
}

void DirectWait::wait(std::vector<WatchedDescriptor> &descriptors,
                      std::chrono::milliseconds timeout) {
  thread_local std::vector<pollfd> polled;
  polled.clear();
  for (const WatchedDescriptor &each : descriptors) {
    polled.push_back({each.descriptor, static_cast<short>(each.events), 0});
  }
  polled.push_back({wake_event_, POLLIN, 0});
  poll(polled.data(), polled.size(), static_cast<int>(timeout.count()));
  for (std::size_t i = 0; i < descriptors.size(); ++i) {
    // Closed meanwhile: its context has forgotten it as well.
    const auto ready = static_cast<std::uint32_t>(polled[i].revents);
    descriptors[i].ready = (ready & POLLNVAL) != 0 ? 0 : ready;
  }
  std::uint64_t taken = 0;
  if (polled.back().revents != 0) [[maybe_unused]]
    const ssize_t bytes = read(wake_event_, &taken, sizeof taken);
}

}  // namespace peerlane
