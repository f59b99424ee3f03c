// SPDX-License-Identifier: MIT
#include "transport/ice/tls_tunnel.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "io/loop_context.hpp"
#include "transport/ice/turn_frame.hpp"

namespace peerlane {

namespace {

// More than the largest frame. Where one side does not take what the other sends, that one is not
// read any more: the kernel's windows close, and libnice drops datagrams as on a full network.
constexpr std::size_t kMaxWaiting = 128u << 10;
constexpr std::size_t kReadSize = 32u << 10;
// What waits in the kernel is as old as a queue on the way would make it, and TCP fills that buffer
// whatever its size. So much keeps the path busy.
constexpr int kMaxUnsent = 64 << 10;

void set_option(int descriptor, int level, int name, int value) {
  setsockopt(descriptor, level, name, &value, sizeof value);
}

/// The bytes that were there; nothing where there are none yet, and an empty view at the end.
std::optional<ByteView> receive_some(int descriptor, std::array<std::uint8_t, kReadSize> &buffer) {
  const ssize_t size = recv(descriptor, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
  return ByteView(buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
}

/// How many were taken; nothing where the connection is broken.
std::optional<std::size_t> send_some(int descriptor, ByteView bytes) {
  const ssize_t size = send(descriptor, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (size >= 0) return static_cast<std::size_t>(size);
  if (errno == EAGAIN || errno == EINTR) return 0;
  return std::nullopt;
}

}  // namespace

TlsTunnel::TlsTunnel(LoopContext &context, TimerQueue &timers, int inner, Listener &listener)
    : context_(context),
      listener_(listener),
      inner_(
          std::make_unique<SocketWatch>(context, inner, static_cast<SocketWatch::Owner &>(*this))),
      deadline_(timers, [this] { fail(too_late()); }),
      next_server_(timers, [this] { try_next_server(); }) {
  set_option(inner, IPPROTO_TCP, TCP_NODELAY, 1);
  inner_->want(true, false);
}

TlsTunnel::~TlsTunnel() { close_outer(); }

void TlsTunnel::connect(Options options, std::unique_ptr<TlsStream> tls) {
  options_ = std::move(options);
  tls_ = std::move(tls);
  state_ = State::CONNECTING;
  deadline_.arm_in(options_.limit);
  try_next_server();
}

void TlsTunnel::refuse() {
  if (state_ == State::CLOSED) return;
  state_ = State::REFUSING;
  close_outer();
  deadline_.cancel();
  // What was not looked at is not for libnice.
  to_libnice_.keep(released_);
  forward_requests();
  update();
}

void TlsTunnel::pass_on() {
  if (!was_open_ || !inner_ || !inner_->reading()) return;
  read_libnice();
  update();
}

void TlsTunnel::end_gathering() {
  if (!was_open_ && deadline_.armed()) fail(too_late());
  if (state_ != State::REFUSING) return;
  state_ = State::CLOSED;
  inner_.reset();
}

Failure TlsTunnel::too_late() const {
  return {Error::ERR_TIMEOUT, state_ == State::CONNECTING
                                  ? "there was no connection in time"
                                  : "the TLS handshake was not done in time"};
}

void TlsTunnel::try_next_server() {
  outer_.reset();
  while (servers_tried_ < options_.servers.size()) {
    const Status opened = open_socket(options_.servers[servers_tried_++]);
    if (!opened) {
      last_error_ = opened.message();
      continue;
    }
    // The next address gets its share of the time.
    if (servers_tried_ < options_.servers.size()) {
      next_server_.arm_in(options_.limit / static_cast<int>(options_.servers.size() + 1));
    }
    return update();
  }
  fail({Error::ERR_CANT_CONNECT, "there is no connection: " + last_error_});
}

Status TlsTunnel::open_socket(const SocketAddress &server) {
  const auto failure = [&server] {
    return Failure{Error::ERR_CANT_CONNECT, server.to_string() + ": " + std::strerror(errno)};
  };
  const auto &from = options_.bind_address;
  if (from && from->is_v4() != server.is_v4()) {
    return Failure{Error::ERR_CANT_CONNECT,
                   server.to_string() + " is not reached from " + from->literal()};
  }
  const int outer =
      socket(server.native()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (outer < 0) return failure();
  auto watch =
      std::make_unique<SocketWatch>(context_, outer, static_cast<SocketWatch::Owner &>(*this));
  set_option(outer, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(outer, IPPROTO_TCP, TCP_NOTSENT_LOWAT, kMaxUnsent);
  if (from && bind(outer, from->native(), from->native_size()) != 0) return failure();
  if (::connect(outer, server.native(), server.native_size()) != 0 && errno != EINPROGRESS)
    return failure();
  outer_ = std::move(watch);
  return {};
}

void TlsTunnel::on_socket_ready(SocketWatch &watch) {
  if (&watch == inner_.get()) {
    if (watch.readable()) read_libnice();
    if (inner_ && watch.writable()) write_libnice();
  } else if (state_ == State::CONNECTING) {
    on_connected();
  } else {
    if (watch.readable()) read_server();
    if (outer_ && outer_->writable()) write_server();
  }
  update();
}

void TlsTunnel::on_connected() {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(outer_->descriptor(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) {
    last_error_ = options_.servers[servers_tried_ - 1].to_string() + ": " + std::strerror(error);
    return try_next_server();
  }
  next_server_.cancel();
  state_ = State::OPEN;
  write_server();
}

void TlsTunnel::read_server() {
  std::array<std::uint8_t, kReadSize> buffer;  // NOLINT: not initialized on purpose
  const auto bytes = receive_some(outer_->descriptor(), buffer);
  if (!bytes) return;
  if (bytes->empty()) return fail({Error::ERR_CONNECTION_ERROR, "the server ended the connection"});
  tls_->receive(*bytes, to_libnice_);
  if (tls_->state() == TlsStream::State::OPEN && !was_open_) {
    was_open_ = true;
    deadline_.cancel();
    forward_requests();
  }
  release_answers();
  if (inner_) write_libnice();
  if (state_ != State::OPEN) return;
  if (tls_->state() == TlsStream::State::CLOSED) {
    const bool in_order = tls_->failure().error == Error::OK;
    return fail(in_order ? Failure{Error::ERR_CONNECTION_ERROR, "the server ended the connection"}
                         : tls_->failure());
  }
  write_server();
}

void TlsTunnel::write_server() {
  ByteQueue &output = tls_->output();
  if (output.empty()) return;
  const auto taken = send_some(outer_->descriptor(), output.view());
  if (!taken) return fail({Error::ERR_CONNECTION_ERROR, "the connection broke off"});
  output.take(*taken);
}

void TlsTunnel::read_libnice() {
  std::array<std::uint8_t, kReadSize> buffer;  // NOLINT: not initialized on purpose
  const auto bytes = receive_some(inner_->descriptor(), buffer);
  if (!bytes) return;
  if (bytes->empty()) {
    // It has given its allocation back, or has no use for us.
    state_ = State::CLOSED;
    close_outer();
    inner_.reset();
    deadline_.cancel();
    return;
  }
  from_libnice_.append(*bytes);
  forward_requests();
  if (outer_ && was_open_) write_server();
}

void TlsTunnel::forward_requests() {
  for (;;) {
    const ByteView left = from_libnice_.view().subview(whole_);
    const TurnFrameSize next = measure_turn_frame(left);
    if (next.state != TurnFrameSize::COMPLETE) break;
    const ByteView frame = left.subview(0, next.size);
    whole_ += next.size;
    if (kind_of_turn_frame(frame) == TurnFrameKind::ALLOCATE_REQUEST)
      asked_ = transaction_of_turn_frame(frame);
  }
  if (state_ == State::REFUSING) {
    if (asked_) to_libnice_.append(write_allocate_refusal(*asked_));
    asked_.reset();
    released_ = to_libnice_.size();
  } else if (state_ == State::OPEN && was_open_) {
    tls_->send(from_libnice_.view().subview(0, whole_));
  } else {
    return;
  }
  from_libnice_.take(std::exchange(whole_, 0));
}

void TlsTunnel::release_answers() {
  for (;;) {
    const ByteView frame = to_libnice_.view().subview(released_);
    const TurnFrameSize next = measure_turn_frame(frame);
    if (next.state == TurnFrameSize::INCOMPLETE && (frame.empty() || frame[0] < 0x40 || allocated_))
      return;
    // Other protocols may look like the beginning of ChannelData, which nobody asked for yet.
    const bool is_turn = next.state == TurnFrameSize::COMPLETE &&
                         (allocated_ || kind_of_turn_frame(frame) != TurnFrameKind::CHANNEL_DATA);
    if (!is_turn) return fail({Error::ERR_CANT_CONNECT, "what answers there is no TURN server"});
    const TurnFrameKind kind = kind_of_turn_frame(frame.subview(0, next.size));
    if (kind == TurnFrameKind::REDIRECT) {
      return fail({Error::ERR_CANT_CONNECT,
                   "the server sends us on to another one (RFC 8489 section 10), where we do not "
                   "go; name that one"});
    }
    allocated_ = allocated_ || kind == TurnFrameKind::ALLOCATE_SUCCESS;
    released_ += next.size;
  }
}

void TlsTunnel::write_libnice() {
  if (released_ == 0) return;
  const auto taken = send_some(inner_->descriptor(), to_libnice_.view().subview(0, released_));
  if (!taken) return;  // Its end is read.
  to_libnice_.take(*taken);
  released_ -= *taken;
}

/// Asks for what can be done next. A connection whose end nobody would read is given up, since it
/// would be told again and again.
void TlsTunnel::update() {
  if (inner_) {
    const std::size_t under_way = from_libnice_.size() + (tls_ ? tls_->output().size() : 0);
    const bool reading = under_way < kMaxWaiting;
    inner_->want(reading, released_ > 0);
  }
  if (!outer_) return;
  if (state_ == State::CONNECTING) return outer_->want(false, true);
  const bool reading = to_libnice_.size() < kMaxWaiting;
  if (!reading && outer_->broken())
    return fail({Error::ERR_CONNECTION_ERROR, "the connection broke off"});
  outer_->want(reading, !tls_->output().empty());
}

void TlsTunnel::fail(const Failure &failure) {
  if (state_ == State::REFUSING || state_ == State::CLOSED) return;
  if (allocated_) {
    // It notices, and looks for another way.
    state_ = State::CLOSED;
    close_outer();
    inner_.reset();
  } else {
    refuse();
  }
  listener_.on_tunnel_failed(failure);
}

void TlsTunnel::close_outer() {
  next_server_.cancel();
  if (!outer_) return;
  // An alert, or the goodbye: as far as it goes at once.
  tls_->close();
  send_some(outer_->descriptor(), tls_->output().view());
  tls_->output().clear();
  outer_.reset();
}

}  // namespace peerlane
