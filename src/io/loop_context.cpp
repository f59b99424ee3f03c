// SPDX-License-Identifier: MIT
#include "io/loop_context.hpp"

#include <glib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "io/loop_poller.hpp"

namespace peerlane {

namespace {

// GLib's G_IO_* and epoll's EPOLL* both have the values of poll(2) on Linux.
static_assert(G_IO_IN == 1 && G_IO_OUT == 4 && G_IO_ERR == 8 && G_IO_HUP == 16);

// What may have been attached together with the source that is looked for.
constexpr guint kLatelyAttached = 8;

/// GLib ends the process where a context finds no descriptor for its wake-up: look first whether
/// there are some to spare.
bool descriptors_to_spare() {
  std::array<int, 8> probes;
  probes.fill(-1);
  bool enough = true;
  for (int &probe : probes) {
    probe = eventfd(0, EFD_CLOEXEC);
    enough = enough && probe >= 0;
  }
  for (const int probe : probes) {
    if (probe >= 0) close(probe);
  }
  return enough;
}

}  // namespace

std::unique_ptr<LoopContext> LoopContext::create(LoopPoller &poller, TimerQueue &timers) {
  if (!descriptors_to_spare()) return nullptr;
  // Without this flag a source that is attached by another thread, or outside a dispatch, does not
  // wake the poller.
  GMainContext *context = g_main_context_new_with_flags(G_MAIN_CONTEXT_FLAGS_OWNERLESS_POLLING);
  std::unique_ptr<LoopContext> made(new LoopContext(poller, timers, context));
  made->run_inside([&made] { made->prepare(true); });
  made->wake_descriptor_ = made->watched_.empty() ? -1 : made->watched_.front().descriptor;
  return made;
}

LoopContext::LoopContext(LoopPoller &poller, TimerQueue &timers, GMainContext *context)
    : poller_(poller),
      context_(context),
      id_(poller.add(*this)),
      timer_(timers, [this] { run_sources(); }),
      end_of_loan_(timers, [this] { take_back(); }) {}

LoopContext::~LoopContext() {
  if (destroyed_ != nullptr) *destroyed_ = true;
  poller_.remove(id_);
  for (const WatchedDescriptor &each : watched_) poller_.unwatch(id_, each.descriptor);
  g_main_context_unref(context_);
}

void LoopContext::run_inside(const std::function<void()> &task) {
  // The strand's lock makes us the only one; GLib and libnice want to see it in their own terms.
  if (!g_main_context_acquire(context_)) return;
  GMainContext *context = g_main_context_ref(context_);
  g_main_context_push_thread_default(context);
  task();
  g_main_context_pop_thread_default(context);
  g_main_context_release(context);
  g_main_context_unref(context);
}

bool LoopContext::expedite(const char *name) {
  // A context has no list of its sources to look at, but it numbers them one after the other.
  GSource *newest = g_idle_source_new();
  const guint end = g_source_attach(newest, context_);
  g_source_destroy(newest);
  g_source_unref(newest);
  for (guint id = end - 1; id > 0 && id + kLatelyAttached >= end; --id) {
    GSource *source = g_main_context_find_source_by_id(context_, id);
    if (source == nullptr || g_strcmp0(g_source_get_name(source), name) != 0) continue;
    g_source_set_ready_time(source, 0);
    return true;
  }
  return false;
}

void LoopContext::lend(std::vector<WatchedDescriptor> &descriptors, Duration time) {
  descriptors = watched_;
  if (!std::exchange(lent_, true)) {
    for (const WatchedDescriptor &each : watched_) poller_.change(id_, each.descriptor, 0);
  }
  if (time == Duration::max()) {
    end_of_loan_.cancel();
  } else {
    end_of_loan_.arm_in(time);
  }
}

void LoopContext::take_back() {
  end_of_loan_.cancel();
  if (!std::exchange(lent_, false)) return;
  for (const WatchedDescriptor &each : watched_) {
    poller_.change(id_, each.descriptor, each.events);
  }
}

void LoopContext::handle(const std::vector<WatchedDescriptor> &descriptors) {
  bool any = false;
  for (const WatchedDescriptor &each : descriptors) {
    if (each.ready == 0) continue;
    set_ready(each.descriptor, each.ready);
    any = true;
  }
  // The last statement: a source may end this object.
  if (any) dispatch();
}

bool LoopContext::set_ready(int descriptor, std::uint32_t events) {
  for (WatchedDescriptor &each : watched_) {
    if (each.descriptor == descriptor) each.ready = events;
  }
  return !std::exchange(ready_, true);
}

void LoopContext::dispatch() {
  if (destroyed_ != nullptr) return;  // Not nested.
  ready_ = false;
  if (!read_directly()) return;
  const bool any = std::any_of(watched_.begin(), watched_.end(),
                               [](const WatchedDescriptor &each) { return each.ready != 0; });
  if (any) run_sources();
}

bool LoopContext::read_directly() {
  const auto found =
      std::find_if(watched_.begin(), watched_.end(), [this](const WatchedDescriptor &each) {
        return each.descriptor == reader_descriptor_ && each.ready == G_IO_IN;
      });
  if (found == watched_.end()) return true;
  const int descriptor = found->descriptor;
  found->ready = 0;
  bool destroyed = false;
  destroyed_ = &destroyed;
  const bool nothing_left = reader_();
  if (destroyed) return false;
  destroyed_ = nullptr;
  if (!nothing_left) set_ready(descriptor, G_IO_IN);
  return true;
}

void LoopContext::run_sources() {
  if (destroyed_ != nullptr) return;
  bool destroyed = false;
  run_inside([this, &destroyed] {
    destroyed_ = &destroyed;
    thread_local std::vector<GPollFD> descriptors;
    descriptors.clear();
    bool sources_changed = false;
    for (WatchedDescriptor &each : watched_) {
      // GLib wakes its own poller whenever a descriptor is added.
      if (each.descriptor == wake_descriptor_ && each.ready != 0) sources_changed = true;
      descriptors.push_back(
          {each.descriptor, static_cast<gushort>(each.events), static_cast<gushort>(each.ready)});
      each.ready = 0;
    }
    ready_ = false;
    if (g_main_context_check(context_, priority_, descriptors.data(),
                             static_cast<gint>(descriptors.size()))) {
      g_main_context_dispatch(context_);
    }
    if (destroyed) return;
    destroyed_ = nullptr;
    prepare(sources_changed);
  });
}

void LoopContext::prepare(bool sources_changed) {
  thread_local std::vector<GPollFD> wanted(16);
  gint timeout = -1;
  const bool ready = g_main_context_prepare(context_, &priority_) != FALSE;
  gint count = 0;
  while ((count = g_main_context_query(context_, priority_, &timeout, wanted.data(),
                                       static_cast<gint>(wanted.size()))) >
         static_cast<gint>(wanted.size())) {
    wanted.resize(static_cast<std::size_t>(count));
  }
  const auto end = wanted.begin() + count;
  const bool same = std::equal(watched_.begin(), watched_.end(), wanted.begin(), end,
                               [](const WatchedDescriptor &a, const GPollFD &b) {
                                 return a.descriptor == b.fd && a.events == b.events;
                               });
  if (!same || sources_changed) {
    std::vector<WatchedDescriptor> next;
    for (auto want = wanted.begin(); want != end; ++want) next.push_back({want->fd, want->events});
    watch(std::move(next));
  }
  if (ready || timeout == 0) {
    timer_.arm_in(Duration::zero());
  } else if (timeout > 0) {
    timer_.arm_in(std::chrono::milliseconds(timeout));
  } else {
    timer_.cancel();
  }
}

void LoopContext::watch(std::vector<WatchedDescriptor> next) {
  const auto holds = [](const std::vector<WatchedDescriptor> &list, int descriptor) {
    return std::any_of(list.begin(), list.end(), [descriptor](const WatchedDescriptor &each) {
      return each.descriptor == descriptor;
    });
  };
  for (const WatchedDescriptor &each : watched_) {
    if (!holds(next, each.descriptor)) poller_.unwatch(id_, each.descriptor);
  }
  lent_ = false;
  // All of them, also the unchanged: a descriptor may have been closed and opened again under the
  // same number, and the kernel forgot the first one.
  for (const WatchedDescriptor &each : next)
    poller_.watch(id_, each.descriptor, each.events, holds(watched_, each.descriptor));
  watched_ = std::move(next);
}

}  // namespace peerlane
