// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_ICE_PEER_MOVES_HPP
#define PEERLANE_TRANSPORT_ICE_PEER_MOVES_HPP

#include <functional>
#include <optional>

#include "core/timer.hpp"
#include "transport/ice/socket_address.hpp"

namespace peerlane {

/// Finds the peer again after its NAT has given it another port. Lives on the strand.
///
/// Its checks then come from an address that nobody has told us, its data too, and what we send to
/// the old one gets lost. ICE moves to the new pair only where the controlling end nominates it,
/// and not every implementation does so a second time. So once a check came from an unknown
/// address, we look whether the peer still acknowledges what we send; if it does not, both
/// addresses are tried by turns until it does.
class PeerMoves {
 public:
  /// `go` changes where we send to.
  PeerMoves(TimerQueue &timers, std::function<void(const SocketAddress &)> go);

  /// ICE has selected a pair with this address of the peer. Another one than before makes all
  /// others history; libnice also tells the same one again.
  void selected(const SocketAddress &remote);
  /// Where to send to. Not without a selected pair.
  const SocketAddress &target() const { return moved_ ? *newest_ : *selected_; }
  /// No pair, or one that is not a plain path.
  void forget();
  /// An authenticated check came from an address that was unknown.
  void checked_from(const SocketAddress &remote);
  /// Whether `answered` matters now.
  bool watching() const { return timer_.armed(); }
  /// The peer has acknowledged something new: it hears us where we send to.
  void answered() { timer_.cancel(); }
  /// True where we send to another address than the selected pair's.
  bool moved() const { return moved_; }

 private:
  void take_turns();

  const std::function<void(const SocketAddress &)> go_;
  Timer timer_;
  std::optional<SocketAddress> selected_;
  std::optional<SocketAddress> newest_;
  bool moved_ = false;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_ICE_PEER_MOVES_HPP
