// SPDX-License-Identifier: MIT
#include "transport/ice/ice_transport.hpp"

#include <algorithm>
#include <utility>

#include "transport/ice/ice_agent.hpp"

namespace peerlane {

Result<std::unique_ptr<IceTransport>> IceTransport::create(const Options &options,
                                                           std::unique_ptr<LoopContext> context,
                                                           TimerQueue &timers, Listener &listener) {
  if (!context)
    return Failure{Error::ERR_CANT_CREATE, "no file descriptor is left for the network loop"};
  std::unique_ptr<IceTransport> made(
      new IceTransport(options, std::move(context), timers, listener));
  if (const Status opened = made->current_->open(); !opened) return opened.failure();
  made->current_->come_to_front();
  return made;
}

IceTransport::IceTransport(const Options &options, std::shared_ptr<LoopContext> context,
                           TimerQueue &timers, Listener &listener)
    : options_(options),
      context_(std::move(context)),
      timers_(timers),
      listener_(listener),
      current_(std::make_unique<Agent>(options_, context_, timers_, *this)),
      end_of_former_(timers, [this] { retire(std::move(former_)); }) {}

IceTransport::~IceTransport() = default;

Status IceTransport::gather() { return current_->gather(); }

void IceTransport::set_remote_credentials(const std::string &ufrag, const std::string &pwd) {
  latest().set_remote_credentials(ufrag, pwd);
  update_state();
}

void IceTransport::add_remote_candidate(const Candidate &candidate) {
  latest().add_remote_candidate(candidate);
}

void IceTransport::set_remote_gathering_done() { latest().set_remote_gathering_done(); }

void IceTransport::set_controlling(bool controlling) {
  options_.controlling = controlling;
  latest().set_controlling(controlling);
}

void IceTransport::restart(const std::string &local_ufrag, const std::string &local_pwd) {
  if (closing_) return;
  if (current_->has_credentials(local_ufrag, local_pwd)) {
    let_go(std::move(next_));
    update_state();
    return current_->announce_again();
  }
  // Where the system gives no more descriptors or ports, those in use have to do.
  if (!begin_generation(local_ufrag, local_pwd)) {
    latest().restart_in_place(local_ufrag, local_pwd);
  }
  update_state();
}

bool IceTransport::begin_generation(const std::string &local_ufrag, const std::string &local_pwd) {
  options_.local_ufrag = local_ufrag;
  options_.local_pwd = local_pwd;
  auto agent = std::make_unique<Agent>(options_, context_, timers_, *this);
  if (!agent->open()) return false;
  // What it says while it begins to gather counts already.
  Agent &made = *agent;
  std::unique_ptr<Agent> former = std::exchange(next_, std::move(agent));
  const Status gathering = made.gather();
  // The listener may have closed the transport, or taken the restart back.
  const bool is_next = next_.get() == &made;
  if (is_next && !gathering) {
    retire(std::exchange(next_, std::move(former)));
    return false;
  }
  if (is_next) made.take_over_peer_of(former ? *former : *current_);
  if (closing_) {
    retire(std::move(former));
  } else {
    let_go(std::move(former));
  }
  return true;
}

void IceTransport::use_next() {
  current_->leave_front();
  let_go(std::exchange(current_, std::move(next_)));
  current_->come_to_front();
}

// The peer may use it already, or still, whatever has been agreed since.
void IceTransport::let_go(std::unique_ptr<Agent> agent) {
  if (!agent) return;
  retire(std::exchange(former_, std::move(agent)));
  end_of_former_.arm_in(options_.former_limit);
}

void IceTransport::on_agent_heard(const Agent &agent) {
  if (&agent == former_.get()) end_of_former_.arm_in(options_.former_limit);
}

void IceTransport::retire(std::unique_ptr<Agent> agent) {
  if (!agent) return;
  Agent &retired = *retired_.emplace_back(std::move(agent));
  retired.close([this, &retired] { on_agent_closed(retired); });
}

void IceTransport::on_agent_closed(const Agent &agent) {
  if (&agent == current_.get()) {
    current_closed_ = true;
  } else {
    for (const auto &[reason, count] : agent.dropped()) dropped_by_retired_[reason] += count;
    std::erase_if(retired_, [&agent](const auto &each) { return each.get() == &agent; });
  }
  if (!current_closed_ || !retired_.empty()) return;
  // The last statement: it may destroy this object.
  const std::function<void()> on_closed = std::move(on_closed_);
  if (on_closed) on_closed();
}

void IceTransport::on_agent_candidate(const Agent &agent, const Candidate &candidate) {
  if (&agent == &latest()) listener_.on_ice_candidate(candidate);
}

void IceTransport::on_agent_gathering_done(const Agent &agent) {
  if (&agent == &latest()) listener_.on_ice_gathering_done();
}

void IceTransport::on_agent_error(const Agent &agent, Error error, const std::string &message) {
  if (&agent == &latest()) listener_.on_ice_error(error, message);
}

void IceTransport::on_agent_state(const Agent &agent, State state) {
  if (&agent == next_.get() && state == State::CONNECTED) use_next();
  update_state();
}

// While the old generation works, the new one may take its time. Else either of them gives hope,
// once it knows the peer.
void IceTransport::update_state() {
  const State before = std::exchange(state_, current_->state());
  if (next_ && next_->knows_peer() && state_ != State::CONNECTED) {
    const bool hopes = state_ == State::CHECKING && current_->knows_peer();
    if (!hopes) state_ = next_->state();
  }
  if (state_ != before && !closing_) listener_.on_ice_state(state_);
}

void IceTransport::send(std::span<const ByteView> datagrams) { current_->send(datagrams); }

bool IceTransport::wants_acknowledgements() const { return current_->wants_acknowledgements(); }
void IceTransport::on_acknowledgement() { current_->on_acknowledgement(); }
void IceTransport::check_path() { current_->check_path(); }

IceCandidateStats IceTransport::local_candidate() const { return current_->local_candidate(); }
IceCandidateStats IceTransport::remote_candidate() const { return current_->remote_candidate(); }

std::map<std::string, std::uint64_t> IceTransport::dropped() const {
  std::map<std::string, std::uint64_t> sum = dropped_by_retired_;
  const auto add = [&sum](const std::unique_ptr<Agent> &agent) {
    if (!agent) return;
    for (const auto &[reason, count] : agent->dropped()) sum[reason] += count;
  };
  add(current_);
  add(next_);
  add(former_);
  for (const std::unique_ptr<Agent> &agent : retired_) add(agent);
  return sum;
}

void IceTransport::close(std::function<void()> on_closed) {
  if (closing_) return;
  closing_ = true;
  on_closed_ = std::move(on_closed);
  end_of_former_.cancel();
  retire(std::move(next_));
  retire(std::move(former_));
  current_->close([this] { on_agent_closed(*current_); });
}

}  // namespace peerlane
