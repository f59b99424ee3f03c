// SPDX-License-Identifier: MIT
#include "wake_source.hpp"

#include <utility>

namespace {

constexpr gint64 kNever = -1, kAtOnce = 0;

gboolean dispatch(GSource *source, GSourceFunc callback, gpointer data) {
  // Before the call: whoever wakes us while it runs wants another one.
  g_source_set_ready_time(source, kNever);
  return callback(data);
}

// A source that is ready only when its time has come, which wake() sets.
GSourceFuncs functions = {nullptr, nullptr, dispatch, nullptr, nullptr, nullptr};

}  // namespace

WakeSource::WakeSource(std::function<void()> function)
    : source_(g_source_new(&functions, sizeof(GSource))), function_(std::move(function)) {
  g_source_set_callback(
      source_,
      [](gpointer self) -> gboolean {
        // A copy, because the function may end the life of its WakeSource.
        const std::function<void()> run = static_cast<WakeSource *>(self)->function_;
        run();
        return G_SOURCE_CONTINUE;
      },
      this, nullptr);
  g_source_attach(source_, nullptr);
}

WakeSource::~WakeSource() {
  g_source_destroy(source_);
  g_source_unref(source_);
}

void WakeSource::wake() { g_source_set_ready_time(source_, kAtOnce); }
