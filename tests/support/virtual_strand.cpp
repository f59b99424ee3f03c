// SPDX-License-Identifier: MIT
#include "support/virtual_strand.hpp"

namespace peerlane::test {

bool VirtualStrand::step() {
  if (!turns.pending()) {
    const TimePoint next = timers.next_deadline();
    if (next == TimePoint::max()) return false;
    clock.advance_to(next);
    timers.run_expired();
  }
  turns.run();
  return true;
}

bool VirtualStrand::drive(Duration limit) {
  const TimePoint end = clock.now() + limit;
  while (turns.pending() || timers.next_deadline() <= end) step();
  return timers.next_deadline() == TimePoint::max();
}

bool VirtualStrand::drive_until(const Condition &done, Duration limit) {
  const TimePoint end = clock.now() + limit;
  while (!done()) {
    if (!turns.pending() && timers.next_deadline() > end) {
      clock.advance_to(end);
      return false;
    }
    step();
  }
  return true;
}

void VirtualStrand::drive_for(Duration time) {
  drive_until([] { return false; }, time);
}

std::size_t VirtualStrand::drive_bounded(std::size_t limit) {
  std::size_t count = 0;
  while (count < limit && step()) ++count;
  return count;
}

}  // namespace peerlane::test
