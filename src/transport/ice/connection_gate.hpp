// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_ICE_CONNECTION_GATE_HPP
#define PEERLANE_TRANSPORT_ICE_CONNECTION_GATE_HPP

#include <functional>

#include "core/timer.hpp"
#include "transport/ice/ice_transport.hpp"

namespace peerlane {

/// Decides what the outside hears of the connection's state. Lives on the strand.
///
/// libnice says FAILED as soon as the pairs that it knows have failed, whatever the peer may still
/// send: trickle ICE (RFC 8838 section 8.1) asks to wait. So FAILED is said here only after some
/// time without a pair; or soon, where all pairs have failed and the peer has no more candidates. A
/// new candidate opens the gate again.
class ConnectionGate {
 public:
  using State = IceTransport::State;
  ConnectionGate(TimerQueue &timers, Duration limit, std::function<void(State)> on_state);

  State state() const { return state_; }
  /// The peer can be reached from now on, or can reach us.
  void credentials_known();
  /// There is something new to check.
  void hope();
  void remote_done();
  /// A new ICE generation begins; the pair in use stays in use.
  void restart();
  void pair_found();
  void pair_lost();
  void all_pairs_failed();
  void stop();

 private:
  void change(State state);
  void expect(Duration limit);

  const Duration limit_;
  const std::function<void(State)> on_state_;
  Timer timer_;
  State state_ = State::CHECKING;
  bool restarting_ = false;
  bool remote_done_ = false;
  bool exhausted_ = false;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_ICE_CONNECTION_GATE_HPP
