// SPDX-License-Identifier: MIT
#include "transport/ice/socket_watch.hpp"

#include <unistd.h>

#include <utility>

#include "io/loop_context.hpp"

namespace peerlane {

struct SocketWatch::Source {
  GSource base;
  SocketWatch *watch;

  static gboolean dispatch(GSource *source, GSourceFunc, gpointer) {
    SocketWatch *watch = reinterpret_cast<Source *>(source)->watch;
    watch->ready_ = g_source_query_unix_fd(source, watch->tag_);
    // It may be gone afterwards; GLib keeps the source until we have returned.
    watch->owner_.on_socket_ready(*watch);
    return G_SOURCE_CONTINUE;
  }
};

SocketWatch::SocketWatch(LoopContext &context, int descriptor, Owner &owner)
    : descriptor_(descriptor), owner_(owner) {
  static GSourceFuncs functions = {nullptr, nullptr, &Source::dispatch, nullptr, nullptr, nullptr};
  source_ = g_source_new(&functions, sizeof(Source));
  reinterpret_cast<Source *>(source_)->watch = this;
  tag_ = g_source_add_unix_fd(source_, descriptor, static_cast<GIOCondition>(0));
  // Otherwise GLib takes the descriptor out of the poll set and back for each dispatch.
  g_source_set_can_recurse(source_, TRUE);
  g_source_attach(source_, context.native());
}

SocketWatch::~SocketWatch() {
  g_source_destroy(source_);
  g_source_unref(source_);
  close(descriptor_);
}

void SocketWatch::want(bool reading, bool writing) {
  unsigned wanted = 0;
  if (reading) wanted |= G_IO_IN;
  if (writing) wanted |= G_IO_OUT;
  if (std::exchange(wanted_, wanted) == wanted) return;
  g_source_modify_unix_fd(source_, tag_, static_cast<GIOCondition>(wanted));
}

}  // namespace peerlane
