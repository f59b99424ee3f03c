// SPDX-License-Identifier: MIT
#include "transport/ice/tls_relay.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "io/loop_context.hpp"

namespace peerlane {

namespace {

// The way between libnice and us is to keep little: what waits there is late where the network is
// slow. The kernel's buffers follow the size of a segment, which is 64 KiB on loopback.
constexpr int kSegment = 2048;
constexpr int kReceiveBuffer = 64 << 10;

void limit_buffers(int descriptor) {
  setsockopt(descriptor, IPPROTO_TCP, TCP_MAXSEG, &kSegment, sizeof kSegment);
  setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
}

}  // namespace

Result<std::unique_ptr<TlsRelay>> TlsRelay::create(LoopContext &context, TimerQueue &timers,
                                                   bool v4, TlsTunnel::Options options,
                                                   std::unique_ptr<TlsStream> tls,
                                                   Listener &listener) {
  const auto loopback = *SocketAddress::parse(v4 ? "127.0.0.1" : "::1", 0);
  const int descriptor =
      socket(loopback.native()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (descriptor >= 0) limit_buffers(descriptor);
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
  if (!is_of_our_agent(connection)) {
    close(connection);
    return;
  }
  tunnels_.push_back(std::make_unique<TlsTunnel>(context_, timers_, connection,
                                                 static_cast<TlsTunnel::Listener &>(*this)));
  if (tls_) {
    tunnels_.back()->connect(std::move(options_), std::move(tls_));
  } else {
    tunnels_.back()->refuse();
  }
}

/// Whether the other end is a socket of libnice, which the same context waits for. Libnice attaches
/// it when it connects, and our own source is heard in a later turn.
bool TlsRelay::is_of_our_agent(int connection) const {
  const auto here = SocketAddress::of_socket(connection);
  const auto there = SocketAddress::of_peer(connection);
  const std::vector<WatchedDescriptor> &sockets = context_.watched();
  return here && there && std::any_of(sockets.begin(), sockets.end(), [&](const auto &each) {
           return SocketAddress::of_socket(each.descriptor) == there &&
                  SocketAddress::of_peer(each.descriptor) == here;
         });
}

void TlsRelay::on_tunnel_failed(const Failure &failure) {
  listener_.on_tls_relay_failed(*this, failure);
}

}  // namespace peerlane
