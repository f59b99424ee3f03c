// SPDX-License-Identifier: MIT
// The caller's calls; what poll() delivers is in peer_connection_delivery.cpp.
#include "api/peer_connection_core.hpp"

#include <algorithm>
#include <thread>
#include <utility>
#include <variant>

#include "api/data_channel_options_check.hpp"
#include "api/log.hpp"

namespace peerlane::internal {

namespace {

// Far from where a deadline would overflow.
constexpr std::chrono::milliseconds kLongestWait = std::chrono::hours(24 * 365);

// W3C's words for the states, as its statistics have them.
const char *word(PeerConnection::ConnectionState state) {
  constexpr const char *kWords[] = {"new",          "connecting", "connected",
                                    "disconnected", "failed",     "closed"};
  return kWords[state];
}
const char *word(PeerConnection::GatheringState state) {
  constexpr const char *kWords[] = {"new", "gathering", "complete"};
  return kWords[state];
}
const char *word(PeerConnection::SignalingState state) {
  constexpr const char *kWords[] = {"stable",
                                    "have-local-offer",
                                    "have-remote-offer",
                                    "have-local-pranswer",
                                    "have-remote-pranswer",
                                    "closed"};
  return kWords[state];
}

}  // namespace

// Results.

Error PeerConnectionCore::done() {
  if (last_failure_.error != Error::OK) last_failure_ = {Error::OK, {}};
  return Error::OK;
}

Error PeerConnectionCore::refuse(Failure failure) {
  last_failure_ = std::move(failure);
  return last_failure_.error;
}

Error PeerConnectionCore::conclude(const Result<NegotiationOutcome> &outcome) {
  if (!outcome) return refuse(outcome.failure());
  carry_out(outcome.value());
  return done();
}

Status PeerConnectionCore::check_alive() const {
  // Every call that can touch a channel begins here, with poll() or with release().
  handles_->note_user();
  if (connection_state_ != PeerConnection::STATE_CLOSED) return {};
  return Failure{Error::ERR_UNCONFIGURED,
                 "The connection is closed; initialize() makes a new one."};
}

// Beginning and end.

PeerConnectionCore::~PeerConnectionCore() {
  release();
  handles_->finish();
}

Error PeerConnectionCore::initialize(const Configuration &configuration) {
  auto checked = check_configuration(configuration);
  if (!checked) return refuse(checked.failure());
  release();
  checked_ = std::move(checked).value();
  negotiation_ = Negotiation(checked_.configuration.max_message_size);
  if (checked_.certificate) negotiation_.set_fingerprint(checked_.certificate->fingerprint());
  channels_ = ChannelSet();
  connection_state_ = PeerConnection::STATE_NEW;
  gathering_state_ = PeerConnection::GATHERING_STATE_NEW;
  verified_fingerprint_ = {};
  had_channel_ = false;
  reminded_ = false;
  return done();
}

void PeerConnectionCore::close() { release(); }

void PeerConnectionCore::release() {
  handles_->note_user();
  connection_state_ = PeerConnection::STATE_CLOSED;
  negotiation_.close();
  description_emitted_ = {};
  handlers_told_ = false;
  // The channels first: the end of a handle in the queue must find its channel closed.
  for (const auto &channel : channels_.take_all()) channel->detach();
  queue_.clear();
  if (!link_) return;
  // Runs no more once we have returned, though the network still says goodbye in the background.
  link_->events.set_wakeup_handler(nullptr);
  link_->events.set_group_handler(nullptr);
  link_.reset();
  network_.reset();
}

Status PeerConnectionCore::prepare() {
  // The network has it once it was told to begin.
  if (!network_ && !checked_.certificate) {
    auto certificate = Certificate::generate();
    if (!certificate) return certificate.failure();
    checked_.certificate = std::move(certificate).value();
    negotiation_.set_fingerprint(checked_.certificate->fingerprint());
  }
  return network_ ? Status() : create_network();
}

Status PeerConnectionCore::create_network() {
  auto network = factory_();
  if (!network) return network.failure();
  network_ = std::move(network).value();
  link_ = network_->link();
  if (wakeup_handler_) link_->events.set_wakeup_handler(wakeup_handler_);
  if (group_handler_) link_->events.set_group_handler(group_handler_);
  for (const auto &channel : channels_.all()) {
    channel->attach(network_);
    network_->execute(OpenChannel{channel->link()});
  }
  if (!polling_ && !queue_.empty()) announce_pending();
  return {};
}

// Channels.

DataChannelCore::Limits PeerConnectionCore::channel_limits() const {
  return {checked_.configuration.send_buffer_limit, checked_.configuration.receive_buffer_limit,
          negotiation_.max_packet_size()};
}

std::shared_ptr<DataChannel> PeerConnectionCore::create_data_channel(
    const std::string &label, const DataChannelOptions &options) {
  const Status alive = check_alive();
  if (!alive) return refuse(alive.failure()), nullptr;
  auto parameters = check_data_channel_options(label, options);
  if (!parameters) return refuse(parameters.failure()), nullptr;
  if (parameters->id && channels_.is_id_used(*parameters->id)) {
    refuse({Error::ERR_ALREADY_IN_USE,
            "The id " + std::to_string(*parameters->id) +
                " belongs to another channel; close that first, or take another id."});
    return nullptr;
  }
  const auto link =
      std::make_shared<ChannelLink>(channels_.next_key(), std::move(parameters).value());
  const auto channel = std::make_shared<DataChannelCore>(link, channel_limits(), weak_from_this());
  channels_.add(channel);
  had_channel_ = true;
  auto handle = handles_->make_handle(channel);
  if (network_) {
    channel->attach(network_);
    network_->execute(OpenChannel{link});
  }
  done();
  return handle;
}

void PeerConnectionCore::on_unopened_channel_closed(DataChannelCore &channel) {
  const ChannelKey key = channel.link()->key;
  std::shared_ptr<DataChannelCore> kept = channels_.find(key);
  if (!kept) return;
  if (!channel.attached()) {
    channels_.remove(key);
  } else {
    execute(CloseChannel{key});
    // Without a peer the stream cannot be in use; with one, the network tells when it is free.
    if (!negotiation_.both_set()) channels_.release_id(channel);
  }
  if (channel.has_handle()) push(ChannelSignalled{std::move(kept), ChannelSignal::CLOSED, nullptr});
}

// Offer and answer.

Error PeerConnectionCore::create_offer() {
  const Status alive = check_alive();
  if (!alive) return refuse(alive.failure());
  if (get_signaling_state() == PeerConnection::SIGNALING_STATE_STABLE && !had_channel_ &&
      !negotiation_.negotiated()) {
    return refuse({Error::ERR_UNCONFIGURED,
                   "There is no data channel to offer; call create_data_channel() first."});
  }
  const Status prepared = prepare();
  if (!prepared) return refuse(prepared.failure());
  return conclude(negotiation_.create_offer(connection_state_ == PeerConnection::STATE_FAILED));
}

Error PeerConnectionCore::set_local_description(const std::string &type, const std::string &sdp) {
  const Status alive = check_alive();
  if (!alive) return refuse(alive.failure());
  const Error error = conclude(negotiation_.set_local(type, sdp));
  if (!negotiation_.awaits_set_local()) description_emitted_ = {};
  return error;
}

Error PeerConnectionCore::set_remote_description(const std::string &type, const std::string &sdp) {
  const Status alive = check_alive();
  if (!alive) return refuse(alive.failure());
  if (type == description_type_name(DescriptionType::OFFER)) {
    // The answer has a fingerprint in it.
    const Status prepared = prepare();
    if (!prepared) return refuse(prepared.failure());
  }
  return conclude(negotiation_.set_remote(type, sdp));
}

Error PeerConnectionCore::add_ice_candidate(const std::string &media, int index,
                                            const std::string &name) {
  const Status alive = check_alive();
  if (!alive) return refuse(alive.failure());
  return conclude(negotiation_.add_candidate(media, index, name));
}

Error PeerConnectionCore::restart_ice() {
  const Status alive = check_alive();
  if (!alive) return refuse(alive.failure());
  negotiation_.restart_ice();
  return done();
}

void PeerConnectionCore::execute(Command command) {
  if (!network_) return;
  if (auto *start = std::get_if<StartGathering>(&command)) {
    start->configuration = checked_.configuration;
    start->servers = std::move(checked_.servers);
    start->tls = std::move(checked_.tls);
    start->certificate = std::move(checked_.certificate);
  }
  network_->execute(std::move(command));
}

void PeerConnectionCore::carry_out(const NegotiationOutcome &outcome) {
  for (const Command &command : outcome.commands) execute(command);
  if (outcome.withdraw_offer) queue_.withdraw_description("offer");
  if (outcome.withdraw_answer) queue_.withdraw_description("answer");
  for (const auto state : outcome.states) push(SignalingStateReached{state});
  // An offer that replaces another one passes no state, and may name another limit.
  if (!outcome.states.empty() || !outcome.created_type.empty()) {
    const std::size_t limit = negotiation_.max_packet_size();
    for (const auto &channel : channels_.all()) channel->set_packet_size_limit(limit);
  }
  if (!outcome.created_type.empty()) {
    push(DescriptionCreated{outcome.created_type, outcome.created_sdp});
  }
  if (outcome.gathering) set_gathering_state(PeerConnection::GATHERING_STATE_GATHERING);
  if (outcome.announce_again) {
    for (Announcement &each : negotiation_.announcements()) {
      push(CandidateAnnounced{std::move(each.media), each.index, std::move(each.name)});
    }
  }
  if (negotiation_.both_set() && connection_state_ == PeerConnection::STATE_NEW) {
    connection_state_ = PeerConnection::STATE_CONNECTING;
    push(ConnectionStateReached{connection_state_});
  }
}

void PeerConnectionCore::set_gathering_state(PeerConnection::GatheringState state) {
  if (gathering_state_ == state) return;
  gathering_state_ = state;
  push(GatheringStateReached{state});
}

// Waiting.

bool PeerConnectionCore::wait(std::chrono::milliseconds timeout) {
  if (!queue_.empty() || channels_.has_news()) return true;
  timeout = std::clamp(timeout, std::chrono::milliseconds::zero(), kLongestWait);
  if (network_) {
    const bool something = network_->wait(timeout);
    // Whoever waits between two polls does not poll in a loop, however soon the peer answers.
    if (timeout > std::chrono::milliseconds::zero()) last_poll_ = {};
    return something;
  }
  // Nothing can come.
  if (timeout > std::chrono::milliseconds::zero()) std::this_thread::sleep_for(timeout);
  return false;
}

void PeerConnectionCore::set_wakeup_handler(std::function<void()> handler) {
  wakeup_handler_ = std::move(handler);
  if (link_) {
    link_->events.set_wakeup_handler(wakeup_handler_);
  } else if (wakeup_handler_ && !polling_ && !queue_.empty()) {
    handlers_told_ = true;
    const std::function<void()> run = wakeup_handler_;
    run();
  }
}

void PeerConnectionCore::set_group_handler(std::function<void()> handler) {
  group_handler_ = std::move(handler);
  if (link_) {
    link_->events.set_group_handler(group_handler_);
  } else if (group_handler_ && !polling_ && !queue_.empty()) {
    handlers_told_ = true;
    group_handler_();
  }
}

// Getters.

PeerConnectionStats PeerConnectionCore::get_stats() const {
  PeerConnectionStats stats;
  if (network_) network_->fill_stats(stats);
  stats.connection_state = word(connection_state_);
  stats.gathering_state = word(gathering_state_);
  stats.signaling_state = word(negotiation_.state());
  stats.remote_candidates = negotiation_.remote_candidate_count();
  for (const auto &[reason, count] : negotiation_.dropped()) stats.dropped[reason] += count;
  channels_.fill_stats(stats);
  return stats;
}

std::string PeerConnectionCore::get_local_fingerprint() const {
  return negotiation_.fingerprint().to_string();
}

std::string PeerConnectionCore::get_remote_fingerprint() const {
  if (!verified_fingerprint_.empty()) return verified_fingerprint_.to_string();
  return negotiation_.remote_fingerprint().to_string();
}

}  // namespace peerlane::internal
