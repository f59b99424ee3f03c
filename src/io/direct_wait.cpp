// SPDX-License-Identifier: MIT
#include "io/direct_wait.hpp"

#include <poll.h>

#include <cstdint>

#include "io/loop_context.hpp"

namespace peerlane {

DirectWait *DirectWait::of_this_thread() {
  thread_local DirectWait wait;
  return wait.wake_event_.descriptor() >= 0 ? &wait : nullptr;
}

void DirectWait::wait(std::vector<WatchedDescriptor> &descriptors,
                      std::chrono::milliseconds timeout) {
  thread_local std::vector<pollfd> polled;
  polled.clear();
  for (const WatchedDescriptor &each : descriptors) {
    polled.push_back({each.descriptor, static_cast<short>(each.events), 0});
  }
  polled.push_back({wake_event_.descriptor(), POLLIN, 0});
  poll(polled.data(), polled.size(), static_cast<int>(timeout.count()));
  for (std::size_t i = 0; i < descriptors.size(); ++i) {
    // Closed meanwhile: its context has forgotten it as well.
    const auto ready = static_cast<std::uint32_t>(polled[i].revents);
    descriptors[i].ready = (ready & POLLNVAL) != 0 ? 0 : ready;
  }
  if (polled.back().revents != 0) wake_event_.take();
}

}  // namespace peerlane
