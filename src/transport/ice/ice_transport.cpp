// SPDX-License-Identifier: MIT
#include "transport/ice/ice_transport.hpp"

#include <utility>

#include "transport/ice/ice_agent.hpp"

namespace peerlane {

Result<std::unique_ptr<IceTransport>> IceTransport::create(const Options &options,
                                                           std::unique_ptr<LoopContext> context,
                                                           TimerQueue &timers, Listener &listener) {
  if (!context)
    return Failure{Error::ERR_CANT_CREATE, "no file descriptor is left for the network loop"};
  auto agent = std::make_unique<Agent>(options, std::move(context), timers, listener);
  if (const Status opened = agent->open(); !opened) return opened.failure();
  return std::unique_ptr<IceTransport>(new IceTransport(std::move(agent)));
}

IceTransport::IceTransport(std::unique_ptr<Agent> agent) : agent_(std::move(agent)) {}
IceTransport::~IceTransport() = default;

Status IceTransport::gather() { return agent_->gather(); }

void IceTransport::set_remote_credentials(const std::string &ufrag, const std::string &pwd) {
  agent_->set_remote_credentials(ufrag, pwd);
}

void IceTransport::add_remote_candidate(const Candidate &candidate) {
  agent_->add_remote_candidate(candidate);
}

void IceTransport::set_remote_gathering_done() { agent_->set_remote_gathering_done(); }

void IceTransport::set_controlling(bool controlling) { agent_->set_controlling(controlling); }

void IceTransport::restart(const std::string &local_ufrag, const std::string &local_pwd) {
  agent_->restart(local_ufrag, local_pwd);
}

void IceTransport::send(std::span<const ByteView> datagrams) { agent_->send(datagrams); }

bool IceTransport::wants_acknowledgements() const { return agent_->wants_acknowledgements(); }
void IceTransport::on_acknowledgement() { agent_->on_acknowledgement(); }
void IceTransport::check_path() { agent_->check_path(); }

IceTransport::State IceTransport::state() const { return agent_->state(); }
IceCandidateStats IceTransport::local_candidate() const { return agent_->local_candidate(); }
IceCandidateStats IceTransport::remote_candidate() const { return agent_->remote_candidate(); }
const std::map<std::string, std::uint64_t> &IceTransport::dropped() const {
  return agent_->dropped();
}

void IceTransport::close(std::function<void()> on_closed) { agent_->close(std::move(on_closed)); }

}  // namespace peerlane
