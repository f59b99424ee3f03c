// SPDX-License-Identifier: MIT
#include "transport/ice/server_reflexive.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "io/loop_context.hpp"

namespace peerlane {

namespace {

// RFC 8445 section 14.2: one new transaction in Ta, which is 5 ms at least.
constexpr Duration kPacing = std::chrono::milliseconds(5);
// RFC 8489 section 6.2.1: the time is doubled after each try. The fourth try is the last that
// gathering waits for.
constexpr Duration kFirstTimeout = std::chrono::milliseconds(500);
constexpr int kTries = 4;
// RFC 8445 section 5.1.1.4: at least every 15 seconds.
constexpr Duration kKeepMapping = std::chrono::seconds(15);

}  // namespace

/// A source without a descriptor: libnice's own wakes the context, and GLib asks every source
/// before it calls any.
struct ServerReflexive::Source {
  GSource base;
  ServerReflexive *owner;

  static gboolean prepare(GSource *, gint *timeout) {
    *timeout = -1;
    return FALSE;
  }
  static gboolean check(GSource *source) {
    return reinterpret_cast<Source *>(source)->owner->take_answers() ? TRUE : FALSE;
  }
  static gboolean dispatch(GSource *source, GSourceFunc, gpointer) {
    reinterpret_cast<Source *>(source)->owner->tell();
    return G_SOURCE_CONTINUE;
  }
};

ServerReflexive::ServerReflexive(LoopContext &context, TimerQueue &timers, Listener &listener)
    : context_(context), timers_(timers), listener_(listener), tick_(timers, [this] { tick(); }) {}

ServerReflexive::~ServerReflexive() { stop(); }

void ServerReflexive::add_base(GObjectPtr<GSocket> socket) {
  const auto base = SocketAddress::of_socket(g_socket_get_fd(socket.get()));
  if (!base || g_socket_get_socket_type(socket.get()) != G_SOCKET_TYPE_DATAGRAM) return;
  for (const SocketAddress &server : servers_) ask(socket, *base, server);
  bases_.push_back(std::move(socket));
}

void ServerReflexive::add_server(const SocketAddress &server) {
  if (std::find(servers_.begin(), servers_.end(), server) != servers_.end()) return;
  servers_.push_back(server);
  for (const GObjectPtr<GSocket> &socket : bases_) {
    if (const auto base = SocketAddress::of_socket(g_socket_get_fd(socket.get())))
      ask(socket, *base, server);
  }
}

void ServerReflexive::ask(const GObjectPtr<GSocket> &socket, const SocketAddress &base,
                          const SocketAddress &server) {
  if (base.is_v4() != server.is_v4() || base.is_link_local()) return;
  // From 127.0.0.1 nothing but this machine can be reached.
  if (base.is_loopback() && !server.is_loopback()) return;
  Request request{socket,        base, server, random_stun_transaction(),
                  timers_.now(), 0,    false,  std::nullopt};
  requests_.push_back(std::move(request));
  attach();
  if (!tick_.armed()) tick_.arm_in(Duration::zero());
}

bool ServerReflexive::done() const {
  return std::all_of(requests_.begin(), requests_.end(),
                     [](const Request &request) { return request.over || request.mapped; });
}

void ServerReflexive::stop() {
  tick_.cancel();
  detach();
  requests_.clear();
  bases_.clear();
  news_.clear();
}

void ServerReflexive::tick() {
  const bool was_done = done();
  TimePoint next = TimePoint::max();
  bool sent = false;
  for (Request &request : requests_) {
    if (request.over) continue;
    if (!sent && request.next <= timers_.now()) {
      sent = true;
      send(request);
    }
    if (!request.over) next = std::min(next, request.next);
  }
  if (next != TimePoint::max()) tick_.arm_at(std::max(next, timers_.now() + kPacing));
  if (!was_done && done()) listener_.on_server_reflexive_done();
}

void ServerReflexive::send(Request &request) {
  const int descriptor = g_socket_get_fd(request.socket.get());
  const auto packet = write_stun_binding_request(request.transaction);
  const bool given_up = !request.mapped && request.sent >= kTries;
  if (given_up || descriptor < 0 ||
      sendto(descriptor, packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
             request.server.native(), request.server.native_size()) < 0) {
    request.over = true;
    return;
  }
  request.next =
      timers_.now() + (request.mapped ? kKeepMapping : kFirstTimeout * (1 << request.sent));
  if (request.sent < kTries) ++request.sent;
}

void ServerReflexive::attach() {
  if (source_ != nullptr) return;
  static GSourceFuncs functions = {&Source::prepare, &Source::check, &Source::dispatch,
                                   nullptr,          nullptr,        nullptr};
  source_ = g_source_new(&functions, sizeof(Source));
  reinterpret_cast<Source *>(source_)->owner = this;
  g_source_attach(source_, context_.native());
}

void ServerReflexive::detach() {
  if (source_ == nullptr) return;
  g_source_destroy(source_);
  g_source_unref(std::exchange(source_, nullptr));
}

bool ServerReflexive::take_answers() {
  for (const GObjectPtr<GSocket> &socket : bases_) {
    while (take_answer(socket.get())) {
    }
  }
  return !news_.empty();
}

bool ServerReflexive::take_answer(GSocket *socket) {
  const int descriptor = g_socket_get_fd(socket);
  if (descriptor < 0) return false;
  std::array<std::uint8_t, 576> packet;
  sockaddr_storage from{};
  socklen_t from_size = sizeof from;
  const ssize_t size = recvfrom(descriptor, packet.data(), packet.size(), MSG_PEEK | MSG_DONTWAIT,
                                reinterpret_cast<sockaddr *>(&from), &from_size);
  if (size <= 0) return false;
  const ByteView view(packet.data(), static_cast<std::size_t>(size));
  const auto sender = SocketAddress::from_native(reinterpret_cast<const sockaddr *>(&from));
  for (Request &request : requests_) {
    if (request.socket.get() != socket || !sender || !(request.server == *sender) ||
        !is_stun_binding_response(view, request.transaction)) {
      continue;
    }
    recv(descriptor, packet.data(), packet.size(), MSG_DONTWAIT);
    const auto mapped = read_mapped_address(view);
    if (!mapped) request.over = !request.mapped;
    if (mapped && !request.mapped) {
      request.mapped = mapped;
      request.next = timers_.now() + kKeepMapping;
      news_.emplace_back(request.base, *mapped);
    }
    return true;
  }
  return false;
}

void ServerReflexive::tell() {
  for (const auto &[base, mapped] : std::exchange(news_, {}))
    listener_.on_server_reflexive(base, mapped);
  if (done()) listener_.on_server_reflexive_done();
}

}  // namespace peerlane
