// SPDX-License-Identifier: MIT
#include "transport/ice/connection_gate.hpp"

#include <algorithm>
#include <utility>

namespace peerlane {

namespace {
// The peer may still reach us from an address that it does not know itself.
constexpr Duration kPeerReflexiveGrace = std::chrono::seconds(3);
}  // namespace

ConnectionGate::ConnectionGate(TimerQueue &timers, Duration limit,
                               std::function<void(State)> on_state)
    : limit_(limit),
      on_state_(std::move(on_state)),
      timer_(timers, [this] { change(State::FAILED); }) {}

void ConnectionGate::credentials_known() {
  // While the old pair works, a restarted peer may take its time.
  if (state_ != State::CONNECTED) hope();
}

void ConnectionGate::hope() {
  exhausted_ = false;
  if (state_ == State::CONNECTED && !restarting_) return;
  expect(limit_);
  if (state_ == State::FAILED) change(State::CHECKING);
}

void ConnectionGate::remote_done() {
  remote_done_ = true;
  if (state_ == State::CONNECTED && !restarting_) return;
  if (exhausted_) {
    expect(std::min(limit_, kPeerReflexiveGrace));
  } else if (!timer_.armed() && state_ != State::FAILED) {
    expect(limit_);
  }
}

void ConnectionGate::restart() {
  restarting_ = true;
  remote_done_ = false;
  exhausted_ = false;
  timer_.cancel();
}

void ConnectionGate::pair_found() {
  restarting_ = false;
  exhausted_ = false;
  timer_.cancel();
  change(State::CONNECTED);
}

void ConnectionGate::pair_lost() {
  if (state_ != State::CONNECTED || restarting_) return;
  expect(limit_);
  change(State::CHECKING);
}

void ConnectionGate::all_pairs_failed() {
  if (state_ == State::FAILED) return;
  if (state_ == State::CONNECTED && !restarting_) return pair_lost();
  exhausted_ = true;
  if (remote_done_) expect(std::min(limit_, kPeerReflexiveGrace));
}

void ConnectionGate::stop() { timer_.cancel(); }

void ConnectionGate::change(State state) {
  if (std::exchange(state_, state) != state) on_state_(state);
}

void ConnectionGate::expect(Duration limit) { timer_.arm_in(limit); }

}  // namespace peerlane
