// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_ICE_TLS_RELAY_HPP
#define PEERLANE_TRANSPORT_ICE_TLS_RELAY_HPP

#include <memory>
#include <vector>

#include "core/result.hpp"
#include "core/timer.hpp"
#include "core/tls_stream.hpp"
#include "transport/ice/socket_address.hpp"
#include "transport/ice/socket_watch.hpp"
#include "transport/ice/tls_tunnel.hpp"

namespace peerlane {

class LoopContext;

/// A TURN server over TLS (RFC 7065, RFC 8656 section 3.1) as libnice sees it: a server over TCP at
/// a loopback address, which is the near end of a TlsTunnel. Lives on the strand.
///
/// Any program of this machine can connect to a loopback address. So the listener is there only
/// while libnice gathers, and whoever is not the other end of a socket of this very connection is
/// sent away: nobody else gets to the relay under our name, or into the place that is libnice's.
/// One tunnel is enough: libnice would ask through each of its sockets, and get the same from all.
class TlsRelay final : private SocketWatch::Owner, private TlsTunnel::Listener {
 public:
  class Listener {
   public:
    /// Told once. The relay may not be destroyed inside.
    virtual void on_tls_relay_failed(const TlsRelay &relay, const Failure &failure) = 0;

   protected:
    ~Listener() = default;
  };

  /// `v4`: whether libnice can reach 127.0.0.1, or only ::1. ERR_CANT_CREATE where the system gives
  /// no socket there.
  static Result<std::unique_ptr<TlsRelay>> create(LoopContext &context, TimerQueue &timers, bool v4,
                                                  TlsTunnel::Options options,
                                                  std::unique_ptr<TlsStream> tls,
                                                  Listener &listener);

  /// For libnice, as a TURN server over TCP.
  const SocketAddress &address() const { return address_; }
  /// The server has proved who it is.
  bool was_open() const;
  /// See TlsTunnel.
  void pass_on();
  /// Libnice makes no connection any more.
  void end_gathering();

 private:
  TlsRelay(LoopContext &context, TimerQueue &timers, int socket, TlsTunnel::Options options,
           std::unique_ptr<TlsStream> tls, Listener &listener);
  void on_socket_ready(SocketWatch &watch) override;
  void on_tunnel_failed(const Failure &failure) override;
  void take(int connection);
  int other_end_of(int connection) const;

  LoopContext &context_;
  TimerQueue &timers_;
  Listener &listener_;
  TlsTunnel::Options options_;
  std::unique_ptr<TlsStream> tls_;  // For the first tunnel.
  SocketAddress address_;
  std::unique_ptr<SocketWatch> acceptor_;
  std::vector<std::unique_ptr<TlsTunnel>> tunnels_;  // The first is the one that leads somewhere.
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_ICE_TLS_RELAY_HPP
