// SPDX-License-Identifier: MIT
#include "signaling_socket.hpp"

#include <utility>

namespace {

// A description of a machine with many addresses takes a few kilobytes.
constexpr guint64 kLongestMessage = 64 * 1024;

}  // namespace

SignalingSocket::SignalingSocket(SoupWebsocketConnection *socket, Handlers handlers)
    : socket_(socket), handlers_(std::move(handlers)) {
  g_object_ref(socket_);
  soup_websocket_connection_set_max_incoming_payload_size(socket_, kLongestMessage);
  g_signal_connect(socket_, "message", G_CALLBACK(&SignalingSocket::on_message), this);
  g_signal_connect(socket_, "closed", G_CALLBACK(&SignalingSocket::on_closed), this);
}

void SignalingSocket::send(const std::string &text) {
  if (!socket_ || soup_websocket_connection_get_state(socket_) != SOUP_WEBSOCKET_STATE_OPEN) return;
  soup_websocket_connection_send_text(socket_, text.c_str());
}

void SignalingSocket::close(Code code) {
  SoupWebsocketConnection *socket = std::exchange(socket_, nullptr);
  if (!socket) return;
  g_signal_handlers_disconnect_by_data(socket, this);
  if (soup_websocket_connection_get_state(socket) != SOUP_WEBSOCKET_STATE_OPEN) {
    g_object_unref(socket);
    return;
  }
  // Its goodbye takes a few turns of the loop, for which it keeps our reference.
  g_signal_connect(socket, "closed", G_CALLBACK(g_object_unref), nullptr);
  soup_websocket_connection_close(socket, static_cast<gushort>(code), nullptr);
}

void SignalingSocket::on_message(SoupWebsocketConnection *, gint type, GBytes *bytes,
                                 gpointer self) {
  if (type != SOUP_WEBSOCKET_DATA_TEXT) return;
  gsize size = 0;
  const auto *text = static_cast<const char *>(g_bytes_get_data(bytes, &size));
  static_cast<SignalingSocket *>(self)->handlers_.message({text, size});
}

void SignalingSocket::on_closed(SoupWebsocketConnection *, gpointer self) {
  // A copy, because the function may end the life of its socket.
  const std::function<void()> closed = static_cast<SignalingSocket *>(self)->handlers_.closed;
  closed();
}
