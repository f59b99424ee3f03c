// SPDX-License-Identifier: MIT
// Closing: give the TURN allocations back, then the sockets.
#include <utility>

#include "transport/ice/ice_agent.hpp"

namespace peerlane {

namespace {

// Two tries to give an allocation back, half a second in all: a server that is dead frees it by
// itself.
constexpr unsigned kReleaseTimeoutMilliseconds = 300;
constexpr unsigned kReleaseRetransmissions = 2;
// Counted in turns and not in time, since libnice must have had its own turns before: a process
// that was stopped for a second has not given anything back yet, and a stream may not go before its
// allocations.
constexpr Duration kTurn = std::chrono::milliseconds(20);
// An allocation may be granted while we are closing; removing the stream gives that one back too.
constexpr int kTurnsUntilStreamGoes = 50;
constexpr int kTurnsUntilGivenUp = 100;

}  // namespace

/// What GLib's callback gets: it may come when the agent is gone. Lives on the strand.
struct IceTransport::Agent::CloseCall {
  Agent *agent;  // Null once it is gone.
  bool done = false;
};

IceTransport::Agent::~Agent() {
  if (close_call_) close_call_->agent = nullptr;
  // Without close(): where the transport was never handed out, or the loop has ended.
  if (nice_) g_signal_handlers_disconnect_by_data(nice_.get(), this);
  server_reflexive_.stop();
  forget_path();
  peer_moves_.forget();
  if (nice_ && stream_ != 0) remove_stream();
}

void IceTransport::Agent::close(std::function<void()> on_closed) {
  if (closing_) return;
  closing_ = true;
  on_closed_ = std::move(on_closed);
  // In a turn of its own: this may be a call from inside libnice.
  close_timer_.arm_in(Duration::zero());
  g_signal_handlers_disconnect_by_data(nice_.get(), this);
  gate_.stop();
  gathering_timer_.cancel();
  path_check_timer_.cancel();
  resume_receiving_.cancel();
  forget_path();
  server_reflexive_.stop();
  remote_candidates_.stop();
  check_queue_.stop();
  resolver_.cancel_all();
}

void IceTransport::Agent::begin_close() {
  close_call_ = std::make_shared<CloseCall>(CloseCall{this});
  // Without a receiver libnice would not read the TURN server's answers.
  nice_agent_attach_recv(nice_.get(), stream_, kComponent, context_->native(), &discard, nullptr);
  g_object_set(nice_.get(), "stun-initial-timeout", kReleaseTimeoutMilliseconds,
               "stun-max-retransmissions", kReleaseRetransmissions, nullptr);
  const GAsyncReadyCallback closed = [](GObject *, GAsyncResult *, gpointer data) {
    const std::unique_ptr<std::shared_ptr<CloseCall>> call(
        static_cast<std::shared_ptr<CloseCall> *>(data));
    (*call)->done = true;
    if (Agent *agent = (*call)->agent) agent->close_timer_.arm_in(Duration::zero());
  };
  context_->run_inside([this, closed] {
    nice_agent_close_async(nice_.get(), closed, new std::shared_ptr<CloseCall>(close_call_));
  });
}

void IceTransport::Agent::remove_stream() {
  if (stream_ == 0) return;
  context_->run_inside(
      [this] { nice_agent_remove_stream(nice_.get(), std::exchange(stream_, 0)); });
}

void IceTransport::Agent::close_step() {
  if (!close_call_) begin_close();
  const bool complete = close_call_->done && resolver_.idle();
  if (complete || ++close_turns_ >= kTurnsUntilGivenUp) return finish_close();
  if (close_turns_ >= kTurnsUntilStreamGoes) remove_stream();
  close_timer_.arm_in(kTurn);
}

void IceTransport::Agent::finish_close() {
  remove_stream();
  nice_.reset();
  // The last statement: it may destroy this object.
  const std::function<void()> on_closed = std::move(on_closed_);
  if (on_closed) on_closed();
}

}  // namespace peerlane
