// SPDX-License-Identifier: MIT
#ifndef PEERLANE_IO_LOOP_CONTEXT_HPP
#define PEERLANE_IO_LOOP_CONTEXT_HPP

#include <cstdint>
#include <memory>
#include <vector>

#include "core/clock.hpp"

// GLib's own names, so that this header needs none of GLib's.
struct _GMainContext;
struct _GPollFD;

namespace peerlane {

class LoopPoller;

/// One GMainContext, driven by hand by the poller of a strand. Each connection has its own, since GLib visits every source
/// of a context in each turn: one context for all would cost O(connections) for each packet. Lives on the strand.
class LoopContext {
 public:
  /// Null where the process has no file descriptor left: GLib would abort the process (so it is checked before).
  static std::unique_ptr<LoopContext> create(LoopPoller &poller);
  ~LoopContext();
  LoopContext(const LoopContext &) = delete;
  LoopContext &operator=(const LoopContext &) = delete;

  _GMainContext *native() const { return context_; }

 private:
  friend class LoopPoller;
  LoopContext(LoopPoller &poller, _GMainContext *context);

  LoopPoller &poller_;
  _GMainContext *const context_;
};

}  // namespace peerlane

#endif  // PEERLANE_IO_LOOP_CONTEXT_HPP
