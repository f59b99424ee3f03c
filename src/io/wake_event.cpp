// SPDX-License-Identifier: MIT
#include "io/wake_event.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace peerlane {

WakeEvent::WakeEvent() : descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

WakeEvent::~WakeEvent() {
  if (descriptor_ >= 0) close(descriptor_);
}

void WakeEvent::wake() {
  const std::uint64_t one = 1;
  // The counter can only be full if a wake-up is pending anyway.
  [[maybe_unused]] const ssize_t written = write(descriptor_, &one, sizeof one);
}

void WakeEvent::take() {
  std::uint64_t taken = 0;
  [[maybe_unused]] const ssize_t bytes = read(descriptor_, &taken, sizeof taken);
}

}  // namespace peerlane
