// SPDX-License-Identifier: MIT
#ifndef PEERLANE_IO_WAKE_EVENT_HPP
#define PEERLANE_IO_WAKE_EVENT_HPP

namespace peerlane {

/// A descriptor that becomes readable when somebody wakes whoever waits for it. Any thread.
class WakeEvent {
 public:
  WakeEvent();
  ~WakeEvent();
  WakeEvent(const WakeEvent &) = delete;
  WakeEvent &operator=(const WakeEvent &) = delete;

  /// Negative where the process had none left.
  int descriptor() const { return descriptor_; }
  void wake();
  /// Takes the wake-ups until now.
  void take();

 private:
  const int descriptor_;
};

}  // namespace peerlane

#endif  // PEERLANE_IO_WAKE_EVENT_HPP
