// SPDX-License-Identifier: MIT
#include "transport/ice/tls_relay.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "io/loop_context.hpp"

namespace peerlane {

namespace {

// What waits between libnice and us is late where the network is slow, and the kernel would let it
// be megabytes.
constexpr int kTunnelBuffer = 128 << 10;

void set_buffer(int descriptor, int which) {
  setsockopt(descriptor, SOL_SOCKET, which, &kTunnelBuffer, sizeof kTunnelBuffer);
}

}  // namespace

Result<std::unique_ptr<TlsRelay>> TlsRelay::create(LoopContext &context, TimerQueue &timers,
                                                   bool v4, TlsTunnel::Options options,
                                                   std::unique_ptr<TlsStream> tls,
                                                   Listener &listener) {
  const auto loopback = *SocketAddress::parse(v4 ? "127.0.0.1" : "::1", 0);
  const int descriptor =
      socket(loopback.native()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (descriptor >= 0) set_buffer(descriptor, SO_RCVBUF);  // Of those that it accepts.
  if (descriptor < 0 || bind(descriptor, loopback.native(), loopback.native_size()) != 0 ||
      listen(descriptor, SOMAXCONN) != 0) {
    const std::string reason = std::strerror(errno);
    if (descriptor >= 0) close(descriptor);
    return Failure{Error::ERR_CANT_CREATE,
                   "no socket on " + loopback.literal() + " for TURN over TLS: " + reason};
  }
  return std::unique_ptr<TlsRelay>(
      new TlsRelay(context, timers, descriptor, std::move(options), std::move(tls), listener));
}

TlsRelay::TlsRelay(LoopContext &context, TimerQueue &timers, int socket, TlsTunnel::Options options,
                   std::unique_ptr<TlsStream> tls, Listener &listener)
    : context_(context),
      timers_(timers),
      listener_(listener),
      options_(std::move(options)),
      tls_(std::move(tls)),
      address_(SocketAddress::of_socket(socket).value_or(SocketAddress())),
      acceptor_(std::make_unique<SocketWatch>(context, socket,
                                              static_cast<SocketWatch::Owner &>(*this))) {
  acceptor_->want(true, false);
}

bool TlsRelay::was_open() const { return !tunnels_.empty() && tunnels_.front()->was_open(); }

void TlsRelay::pass_on() {
  if (!tunnels_.empty()) tunnels_.front()->pass_on();
}

void TlsRelay::end_gathering() {
  acceptor_.reset();
  for (const auto &tunnel : tunnels_) tunnel->end_gathering();
}

void TlsRelay::on_socket_ready(SocketWatch &) {
  while (acceptor_) {
    const int connection =
        accept4(acceptor_->descriptor(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (connection >= 0) {
      take(connection);
    } else if (errno == EAGAIN) {
      return;
    } else if (errno != EINTR && errno != ECONNABORTED) {
      // Without descriptors it would be told again and again.
      acceptor_.reset();
    }
  }
}

void TlsRelay::take(int connection) {
  const int libnice = other_end_of(connection);
  if (libnice < 0) {
    close(connection);
    return;
  }
  set_buffer(libnice, SO_SNDBUF);
  tunnels_.push_back(std::make_unique<TlsTunnel>(context_, timers_, connection,
                                                 static_cast<TlsTunnel::Listener &>(*this)));
  if (tls_) {
    tunnels_.back()->connect(std::move(options_), std::move(tls_));
  } else {
    tunnels_.back()->refuse();
  }
}

/// The socket of libnice, which the same context waits for; -1 where it is a stranger's. Libnice
/// attaches it when it connects, and our own source is heard in a later turn.
int TlsRelay::other_end_of(int connection) const {
  const auto here = SocketAddress::of_socket(connection);
  const auto there = SocketAddress::of_peer(connection);
  if (!here || !there) return -1;
  for (const WatchedDescriptor &each : context_.watched()) {
    if (SocketAddress::of_socket(each.descriptor) == there &&
        SocketAddress::of_peer(each.descriptor) == here) {
      return each.descriptor;
    }
  }
  return -1;
}

void TlsRelay::on_tunnel_failed(const Failure &failure) {
  listener_.on_tls_relay_failed(*this, failure);
}

}  // namespace peerlane
