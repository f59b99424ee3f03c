// SPDX-License-Identifier: MIT
#ifndef BROWSER_CHAT_WAKE_SOURCE_HPP
#define BROWSER_CHAT_WAKE_SOURCE_HPP

#include <functional>

#include <glib.h>

// Calls a function on the main loop's thread, once after each call of wake(), which any thread may
// do. Everything else belongs to the main loop's thread.
//
// This is what PeerConnection::set_wakeup_handler wants from a program with a loop of its own.
// g_main_context_invoke would not do: while nobody runs the loop, it calls the function on the
// thread that asks for it. g_idle_add would, but an idle source may still be waiting when its
// object is gone; this one ends with its owner.
class WakeSource {
 public:
  explicit WakeSource(std::function<void()> function);
  ~WakeSource();
  WakeSource(const WakeSource &) = delete;
  WakeSource &operator=(const WakeSource &) = delete;

  // Any thread.
  void wake();

 private:
  GSource *const source_;
  const std::function<void()> function_;
};

#endif  // BROWSER_CHAT_WAKE_SOURCE_HPP
