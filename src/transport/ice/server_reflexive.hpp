// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_ICE_SERVER_REFLEXIVE_HPP
#define PEERLANE_TRANSPORT_ICE_SERVER_REFLEXIVE_HPP

#include <gio/gio.h>

#include <functional>
#include <optional>
#include <vector>

#include "core/timer.hpp"
#include "transport/ice/gobject_ptr.hpp"
#include "transport/ice/socket_address.hpp"
#include "transport/ice/stun_binding.hpp"

namespace peerlane {

class LoopContext;

/// Asks STUN servers how they see libnice's sockets (RFC 8445 section 5.1.1.2), and goes on asking
/// now and then, so that the NAT keeps the mapping while the user carries descriptions about. Lives
/// on the strand.
///
/// libnice does this for one server, whose address has to be known before it binds a socket: host
/// candidates would have to wait for DNS. A server-reflexive candidate forms no pairs at our end
/// (RFC 8445 section 6.1.2.4), so libnice need not know of it. Answers arrive on libnice's sockets;
/// they are taken out of the queue before it reads.
class ServerReflexive {
 public:
  class Listener {
   public:
    virtual void on_server_reflexive(const SocketAddress &base, const SocketAddress &mapped) = 0;
    /// Every request was answered or given up.
    virtual void on_server_reflexive_done() = 0;

   protected:
    ~Listener() = default;
  };

  ServerReflexive(LoopContext &context, TimerQueue &timers, Listener &listener);
  ~ServerReflexive();
  ServerReflexive(const ServerReflexive &) = delete;
  ServerReflexive &operator=(const ServerReflexive &) = delete;

  /// The sockets to ask from; those of libnice's host candidates.
  void add_base(GObjectPtr<GSocket> socket);
  void add_server(const SocketAddress &server);
  bool done() const;
  /// A pair works; libnice keeps its mapping.
  void stop();

 private:
  struct Request {
    GObjectPtr<GSocket> socket;
    SocketAddress base;
    SocketAddress server;
    StunTransaction transaction;
    TimePoint next;
    int sent = 0;
    bool over = false;  // Given up.
    std::optional<SocketAddress> mapped;
  };
  struct Source;

  void ask(const GObjectPtr<GSocket> &socket, const SocketAddress &base,
           const SocketAddress &server);
  void tick();
  void send(Request &request);
  void attach();
  void detach();
  /// Before every dispatch of the context; true where an answer was taken.
  bool take_answers();
  bool take_answer(GSocket *socket);
  void tell();

  LoopContext &context_;
  TimerQueue &timers_;
  Listener &listener_;
  Timer tick_;
  std::vector<GObjectPtr<GSocket>> bases_;
  std::vector<SocketAddress> servers_;
  std::vector<Request> requests_;
  std::vector<std::pair<SocketAddress, SocketAddress>> news_;
  GSource *source_ = nullptr;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_ICE_SERVER_REFLEXIVE_HPP
