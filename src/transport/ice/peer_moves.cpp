// SPDX-License-Identifier: MIT
#include "transport/ice/peer_moves.hpp"

#include <utility>

namespace peerlane {

namespace {
// Where nothing else is sent, SCTP's heartbeats are acknowledged within three seconds.
constexpr Duration kPathTurn = std::chrono::seconds(4);
}  // namespace

PeerMoves::PeerMoves(TimerQueue &timers, std::function<void(const SocketAddress &)> go)
    : go_(std::move(go)), timer_(timers, [this] { take_turns(); }) {}

void PeerMoves::selected(const SocketAddress &remote) {
  if (selected_ == remote) return;
  forget();
  selected_ = remote;
}

void PeerMoves::forget() {
  timer_.cancel();
  selected_.reset();
  newest_.reset();
  moved_ = false;
}

void PeerMoves::checked_from(const SocketAddress &remote) {
  // The socket in use reaches only its own family.
  if (!selected_ || remote == *selected_ || remote.is_v4() != selected_->is_v4()) return;
  // Where that one had been moved to, the turns begin anew.
  if (std::exchange(moved_, false)) go_(target());
  newest_ = remote;
  timer_.arm_in(kPathTurn);
}

void PeerMoves::take_turns() {
  moved_ = !moved_;
  timer_.arm_in(kPathTurn);
  go_(target());
}

}  // namespace peerlane
