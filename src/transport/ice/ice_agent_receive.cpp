// SPDX-License-Identifier: MIT
// Receiving: from the path directly, or through libnice.
#include <utility>

#include "transport/ice/ice_agent.hpp"
#include "transport/ice/merged_input.hpp"

namespace peerlane {

namespace {

// libnice reads a socket until it is empty. Under load that is never; other connections of the
// strand want their turn.
constexpr std::size_t kMaxBytesPerDispatch = 1 << 20;

}  // namespace

void IceTransport::Agent::attach_receiver(bool on) {
  nice_agent_attach_recv(nice_.get(), stream_, kComponent, context_->native(),
                         on ? &on_nice_receive : nullptr, this);
}

void IceTransport::Agent::on_nice_receive(NiceAgent *, guint, guint, guint size, gchar *bytes,
                                          gpointer self) {
  auto *agent = static_cast<Agent *>(self);
  if (agent->closing_) return;
  agent->pause_if_greedy(size);
  agent->on_receive(ByteView(bytes, size));
}

bool IceTransport::Agent::read_path() {
  ByteView data;
  for (std::size_t bytes = 0; bytes < kMaxBytesPerDispatch; bytes += data.size()) {
    switch (path_.receive(data)) {
      case UdpPath::Input::NONE:
        return true;
      case UdpPath::Input::OTHER:
        return false;
      case UdpPath::Input::DATA:
        on_receive(data);
    }
  }
  return true;
}

void IceTransport::Agent::on_receive(ByteView data) {
  if (closing_) return;
  owner_.on_agent_heard(*this);
  if (!contains_stun(data)) return owner_.listener_.on_ice_data(data);
  const MergedInput cut = without_stun(data);
  dropped_["ice_merged_stun"] += cut.stun_packets;
  // Alone it is one that libnice did not want.
  if (!cut.data.empty()) path_.suspend_receive_offload();
  for (const ByteView part : cut.data) {
    if (!closing_) owner_.listener_.on_ice_data(part);
  }
}

void IceTransport::Agent::pause_if_greedy(std::size_t bytes) {
  GSource *source = g_main_current_source();
  if (source == nullptr) return;
  // Otherwise GLib takes the descriptor out of the poll set and back for each dispatch.
  if (!g_source_get_can_recurse(source)) g_source_set_can_recurse(source, TRUE);
  // The same for all that one turn of the context dispatches.
  const gint64 time = g_source_get_time(source);
  if (std::exchange(dispatch_time_, time) != time) dispatch_bytes_ = 0;
  dispatch_bytes_ += bytes;
  if (dispatch_bytes_ < kMaxBytesPerDispatch || resume_receiving_.armed()) return;
  attach_receiver(false);
  resume_receiving_.arm_in(Duration::zero());
}

}  // namespace peerlane
