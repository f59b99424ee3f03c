// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_ICE_TLS_TUNNEL_HPP
#define PEERLANE_TRANSPORT_ICE_TLS_TUNNEL_HPP

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/byte_queue.hpp"
#include "core/result.hpp"
#include "core/timer.hpp"
#include "core/tls_stream.hpp"
#include "transport/ice/socket_address.hpp"
#include "transport/ice/socket_watch.hpp"
#include "transport/ice/stun_binding.hpp"

namespace peerlane {

class LoopContext;

/// Carries one connection of libnice, which believes that it speaks TURN over TCP, to the TURN
/// server over TLS. Lives on the strand.
///
/// Where there is no way to the server, libnice is answered that the server refuses: it would
/// otherwise ask again until the time for gathering is up, or, were the connection closed, forget
/// to say that gathering is over. And it is never told of another server: it would go there by
/// itself, in plain text.
class TlsTunnel final : private SocketWatch::Owner {
 public:
  class Listener {
   public:
    /// There is no way to the server, or none any more. Told once; the tunnel may not be destroyed
    /// inside.
    virtual void on_tunnel_failed(const Failure &failure) = 0;

   protected:
    ~Listener() = default;
  };

  struct Options {
    std::vector<SocketAddress> servers;  ///< All addresses of one server, tried in this order.
    std::optional<SocketAddress> bind_address;
    Duration limit{};  ///< For the connection and the handshake.
  };

  /// `inner`: the connection with libnice, which is taken over.
  TlsTunnel(LoopContext &context, TimerQueue &timers, int inner, Listener &listener);
  ~TlsTunnel();

  /// The listener may be called before this returns.
  void connect(Options options, std::unique_ptr<TlsStream> tls);
  /// Nothing is tried, or no longer: libnice is answered that the server refuses.
  void refuse();
  /// Libnice has just sent something: passed on without waiting for the loop, whose sockets may be
  /// with an application that does not look at them soon.
  void pass_on();
  /// Libnice will not look for another way: without one so far, the tunnel is closed.
  void end_gathering();
  /// The server has proved who it is.
  bool was_open() const { return was_open_; }

 private:
  enum class State { IDLE, CONNECTING, OPEN, REFUSING, CLOSED };

  void on_socket_ready(SocketWatch &watch) override;

  // The way to the server.
  void try_next_server();
  Status open_socket(const SocketAddress &server);
  void on_connected();
  void read_server();
  void write_server();

  // The way to libnice.
  void read_libnice();
  void write_libnice();
  void forward_requests();
  void release_answers();

  void update();
  Failure too_late() const;
  void fail(const Failure &failure);
  void close_outer();

  LoopContext &context_;
  Listener &listener_;
  State state_ = State::IDLE;
  Options options_;
  std::unique_ptr<TlsStream> tls_;
  std::unique_ptr<SocketWatch> inner_;
  std::unique_ptr<SocketWatch> outer_;
  Timer deadline_;
  Timer next_server_;
  std::size_t servers_tried_ = 0;
  std::string last_error_;
  bool was_open_ = false;

  ByteQueue from_libnice_;
  std::size_t whole_ = 0;  // Of `from_libnice_`, from its front: whole frames, looked at.
  ByteQueue to_libnice_;
  std::size_t released_ = 0;              // The same of `to_libnice_`.
  std::optional<StunTransaction> asked_;  // The last Allocate request.
  bool allocated_ = false;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_ICE_TLS_TUNNEL_HPP
