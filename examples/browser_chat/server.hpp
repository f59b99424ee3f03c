// SPDX-License-Identifier: MIT
#ifndef BROWSER_CHAT_SERVER_HPP
#define BROWSER_CHAT_SERVER_HPP

#include <cstdint>
#include <functional>
#include <string>

#include <libsoup/soup.h>

// Serves the page, and the WebSocket that carries its signalling, on 127.0.0.1. Runs on the main
// loop of its thread.
//
// A web page from elsewhere that is open in the same browser reaches this server as well as ours
// does. Two headers, which no page can forge, tell them apart:
//   Host    names the server as the browser's user or page did. A name that some foreign DNS lets
//           point to 127.0.0.1 ("DNS rebinding") is refused, whatever is asked for.
//   Origin  names the page that opens a WebSocket, which browsers allow to any page ("cross-site
//           WebSocket hijacking"). Only our own page may.
// Other users of this machine are not kept out: they can open the page as well.
class Server {
 public:
  // Gets each WebSocket of our page, and must add a reference to keep it.
  using Accept = std::function<void(SoupWebsocketConnection *)>;

  explicit Server(Accept accept);
  ~Server();
  Server(const Server &) = delete;
  Server &operator=(const Server &) = delete;

  // Port 0 takes any. Returns what went wrong, or nothing.
  std::string listen(std::uint16_t port);
  // Where the page is, as soon as we listen.
  const std::string &origin() const { return origin_; }

 private:
  static void on_headers(SoupServer *, SoupServerMessage *message, const char *path, GHashTable *,
                         gpointer self);
  static void on_request(SoupServer *, SoupServerMessage *message, const char *path, GHashTable *,
                         gpointer self);
  static void on_websocket(SoupServer *, SoupServerMessage *, const char *,
                           SoupWebsocketConnection *socket, gpointer self);
  void send_page(SoupServerMessage *message) const;

  const Accept accept_;
  SoupServer *const server_;
  std::string host_;
  std::string origin_;
  std::string policy_;
};

#endif  // BROWSER_CHAT_SERVER_HPP
