// SPDX-License-Identifier: MIT
#include "server.hpp"

#include <cstring>
#include <string_view>

#include "page.hpp"

namespace {

constexpr const char *kSignaling = "/signaling";

// Of the one <script> or <style> in the page, as a content security policy names it. Nothing that
// gets into the page by some mistake of ours can then run.
std::string hash_of_element(std::string_view name) {
  const std::string begin = "<" + std::string(name) + ">", end = "</" + std::string(name) + ">";
  const std::size_t from = kPage.find(begin) + begin.size();
  const std::string_view text = kPage.substr(from, kPage.find(end, from) - from);
  GChecksum *checksum = g_checksum_new(G_CHECKSUM_SHA256);
  g_checksum_update(checksum, reinterpret_cast<const guchar *>(text.data()),
                    static_cast<gssize>(text.size()));
  guint8 digest[32];
  gsize size = sizeof digest;
  g_checksum_get_digest(checksum, digest, &size);
  g_checksum_free(checksum);
  gchar *base64 = g_base64_encode(digest, size);
  std::string hash = "'sha256-" + std::string(base64) + "'";
  g_free(base64);
  return hash;
}

void refuse(SoupServerMessage *message, guint status, std::string_view why) {
  soup_server_message_set_status(message, status, nullptr);
  soup_server_message_set_response(message, "text/plain; charset=utf-8", SOUP_MEMORY_COPY,
                                   why.data(), why.size());
}

}  // namespace

Server::Server(Accept accept)
    : accept_(std::move(accept)), server_(soup_server_new("server-header", "", nullptr)) {
  // A path that has a handler of any kind needs its own early one.
  for (const char *path : {static_cast<const char *>(nullptr), kSignaling}) {
    soup_server_add_early_handler(server_, path, &Server::on_headers, this, nullptr);
  }
  soup_server_add_handler(server_, nullptr, &Server::on_request, this, nullptr);
}

Server::~Server() {
  soup_server_disconnect(server_);
  g_object_unref(server_);
}

std::string Server::listen(std::uint16_t port) {
  GError *error = nullptr;
  if (!soup_server_listen_local(server_, port, SOUP_SERVER_LISTEN_IPV4_ONLY, &error)) {
    std::string message = error->message;
    g_error_free(error);
    return message;
  }
  GSList *uris = soup_server_get_uris(server_);
  const int taken = g_uri_get_port(static_cast<GUri *>(uris->data));
  g_slist_free_full(uris, reinterpret_cast<GDestroyNotify>(g_uri_unref));

  // Browsers leave the port of HTTP itself out of both headers.
  host_ = "127.0.0.1" + (taken == 80 ? std::string() : ":" + std::to_string(taken));
  origin_ = "http://" + host_;
  policy_ =
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
      "img-src data:; connect-src ws://" +
      host_ + "; script-src " + hash_of_element("script") + "; style-src " +
      hash_of_element("style");
  soup_server_add_websocket_handler(server_, kSignaling, origin_.c_str(), nullptr,
                                    &Server::on_websocket, this, nullptr);
  return {};
}

// For every request, before anything is done with it.
void Server::on_headers(SoupServer *, SoupServerMessage *message, const char *path, GHashTable *,
                        gpointer self) {
  const auto &server = *static_cast<Server *>(self);
  SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
  const char *host = soup_message_headers_get_one(headers, "Host");
  if (host && host == server.host_) return;
  // The other name that people type.
  const std::string other = "localhost" + server.host_.substr(std::strlen("127.0.0.1"));
  if (host && host == other && std::strcmp(path, "/") == 0) {
    soup_server_message_set_redirect(message, SOUP_STATUS_FOUND, (server.origin_ + "/").c_str());
  } else {
    refuse(message, SOUP_STATUS_MISDIRECTED_REQUEST, "This is not the host that you asked for.\n");
  }
}

void Server::on_request(SoupServer *, SoupServerMessage *message, const char *path, GHashTable *,
                        gpointer self) {
  const std::string_view method = soup_server_message_get_method(message);
  if (std::strcmp(path, "/") != 0) {
    refuse(message, SOUP_STATUS_NOT_FOUND, "There is only one page here: /\n");
  } else if (method != "GET" && method != "HEAD") {
    refuse(message, SOUP_STATUS_METHOD_NOT_ALLOWED, "This page can only be read.\n");
  } else {
    static_cast<Server *>(self)->send_page(message);
  }
}

void Server::send_page(SoupServerMessage *message) const {
  SoupMessageHeaders *headers = soup_server_message_get_response_headers(message);
  soup_message_headers_append(headers, "Content-Security-Policy", policy_.c_str());
  soup_message_headers_append(headers, "X-Content-Type-Options", "nosniff");
  soup_message_headers_append(headers, "Referrer-Policy", "no-referrer");
  soup_message_headers_append(headers, "Cache-Control", "no-store");
  // Alone in its process, a page also gets a finer clock, which the round trip is measured by.
  soup_message_headers_append(headers, "Cross-Origin-Opener-Policy", "same-origin");
  soup_message_headers_append(headers, "Cross-Origin-Embedder-Policy", "require-corp");
  soup_message_headers_append(headers, "Cross-Origin-Resource-Policy", "same-origin");
  soup_server_message_set_status(message, SOUP_STATUS_OK, nullptr);
  soup_server_message_set_response(message, "text/html; charset=utf-8", SOUP_MEMORY_STATIC,
                                   kPage.data(), kPage.size());
}

void Server::on_websocket(SoupServer *, SoupServerMessage *, const char *,
                          SoupWebsocketConnection *socket, gpointer self) {
  static_cast<Server *>(self)->accept_(socket);
}
