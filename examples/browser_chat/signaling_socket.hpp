// SPDX-License-Identifier: MIT
#ifndef BROWSER_CHAT_SIGNALING_SOCKET_HPP
#define BROWSER_CHAT_SIGNALING_SOCKET_HPP

#include <functional>
#include <string>
#include <string_view>

#include <libsoup/soup.h>

// The WebSocket to one page. Runs on the main loop of its thread. Neither function is called any
// more once this is gone, or after close().
class SignalingSocket {
 public:
  struct Handlers {
    std::function<void(std::string_view)> message;
    std::function<void()> closed;  // By the other end; may destroy the socket.
  };
  // The reasons that we may give; the page knows these numbers.
  enum Code { GOING_AWAY = 1001, NOT_UNDERSTOOD = 1002, CONNECTION_LOST = 4000, REPLACED = 4001 };

  SignalingSocket(SoupWebsocketConnection *socket, Handlers handlers);
  ~SignalingSocket() { close(GOING_AWAY); }
  SignalingSocket(const SignalingSocket &) = delete;
  SignalingSocket &operator=(const SignalingSocket &) = delete;

  void send(const std::string &text);
  // Returns at once; no effect the second time.
  void close(Code code);

 private:
  static void on_message(SoupWebsocketConnection *, gint type, GBytes *bytes, gpointer self);
  static void on_closed(SoupWebsocketConnection *, gpointer self);

  SoupWebsocketConnection *socket_;
  const Handlers handlers_;
};

#endif  // BROWSER_CHAT_SIGNALING_SOCKET_HPP
