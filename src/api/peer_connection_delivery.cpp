// SPDX-License-Identifier: MIT
// What poll() does.
#include <optional>
#include <utility>
#include <variant>

#include "api/log.hpp"
#include "api/peer_connection_core.hpp"

namespace peerlane::internal {

namespace {

// Of the events that slots cause, so many are delivered in the same poll: enough for any handshake,
// and no live-lock where each slot causes the next.
constexpr std::size_t kTrailingEvents = 256;
// Whoever polls again so soon polls in a loop, and had better help than spin. Whoever polls once a
// frame must not pay for it.
constexpr std::chrono::microseconds kBusyPolling{200};
// [B1]: programs written against Godot's native plugin forget set_local_description.
constexpr std::chrono::seconds kReminder{2};

using Transport = TransportStateChanged::State;

// Nothing where it is no state of its own.
std::optional<PeerConnection::ConnectionState> connection_state(Transport state) {
  switch (state) {
    case Transport::CONNECTING:
      return PeerConnection::STATE_CONNECTING;
    case Transport::CONNECTED:
      return PeerConnection::STATE_CONNECTED;
    case Transport::DISCONNECTED:
      return PeerConnection::STATE_DISCONNECTED;
    case Transport::FAILED:
      return PeerConnection::STATE_FAILED;
    case Transport::CLOSED_BY_PEER:
      break;
  }
  return std::nullopt;
}

}  // namespace

/// Marks a poll as under way, and leaves everything in order however it ends: slots may throw.
class PeerConnectionCore::PollScope {
 public:
  explicit PollScope(PeerConnectionCore &core) : core_(core) { core_.polling_ = true; }
  ~PollScope() { core_.finish_poll(); }
  PollScope(const PollScope &) = delete;
  PollScope &operator=(const PollScope &) = delete;

 private:
  PeerConnectionCore &core_;
};

Error PeerConnectionCore::poll() {
  if (polling_) {
    return refuse({Error::ERR_BUSY, "poll() was called by one of its own slots; return first."});
  }
  const std::shared_ptr<PeerConnectionCore> self = shared_from_this();
  const PollScope scope(*this);
  done();
  handles_->note_user();
  note_time(std::chrono::steady_clock::now());
  handlers_told_ = false;
  queue_.begin(link_ ? &link_->events : nullptr, kTrailingEvents);
  // After that, which takes back the word of what was dropped before.
  handles_->end_dropped();
  LocalEvent local;
  Event network;
  for (;;) {
    // Once for each channel, when all of its packets can be read.
    if (channels_.has_news() && queue_.arrived_done()) announce_packets();
    switch (queue_.pop(local, network)) {
      case DeliveryQueue::Kind::NOTHING:
        resume_reading_if_due();
        return Error::OK;
      case DeliveryQueue::Kind::LOCAL:
        std::visit([this](auto &event) { deliver(event); }, local);
        local = LocalEvent();
        break;
      case DeliveryQueue::Kind::NETWORK:
        on_network(network);
        break;
    }
  }
}

void PeerConnectionCore::on_network(Event &event) {
  switch (event.kind) {
    case Event::Kind::MESSAGE:
      return deliver_message(std::move(event));
    case Event::Kind::BUFFERED_AMOUNT_LOW:
      return on_buffered_amount_low(event.channel);
    case Event::Kind::CONTROL:
      return std::visit([this](auto &control) { on_network(control); }, *event.control);
  }
}

void PeerConnectionCore::finish_poll() {
  polling_ = false;
  queue_.end();
  if (!queue_.empty() || channels_.has_news() || !handles_->empty()) announce_pending();
}

void PeerConnectionCore::note_time(SteadyTime now) {
  if (network_ && now - last_poll_ < kBusyPolling) network_->help();
  last_poll_ = now;
  if (reminded_ || description_emitted_ == SteadyTime() || now - description_emitted_ < kReminder) {
    return;
  }
  reminded_ = true;
  write_log(LogLevel::WARNING,
            "A description was created two seconds ago and has not been applied: call "
            "set_local_description with what session_description_created gives, or set "
            "Configuration::auto_local_description.");
}

void PeerConnectionCore::resume_reading_if_due() {
  if (!link_ || !link_->reading_paused.load(std::memory_order_relaxed)) return;
  DataChannelCore::release_inbox(network_.get(), *link_, 0, 0,
                                 checked_.configuration.receive_buffer_limit);
}

void PeerConnectionCore::push(LocalEvent event) {
  queue_.push(std::move(event));
  // What slots cause is delivered by the poll under way.
  if (polling_) return;
  // A network thread has to run the handler; that none can be made is told by the next call that
  // needs it.
  if (!network_ && (wakeup_handler_ || group_handler_)) static_cast<void>(create_network());
  announce_pending();
}

void PeerConnectionCore::announce_pending() {
  if (link_ && link_->events.set_local_pending(true) && !handlers_told_) network_->post_wakeup();
}

// Messages.

void PeerConnectionCore::deliver_message(Event &&event) {
  DataChannelCore *const channel = channels_.find_for_message(event.channel);
  if (!channel) {
    DataChannelCore::release_inbox(network_.get(), *link_, event.payload.size() + kMessageOverhead,
                                   1, checked_.configuration.receive_buffer_limit);
    return;
  }
  const bool had_news = channel->has_news();
  channel->deliver(event.is_text, std::move(event.payload));
  if (!had_news && channel->has_news()) channels_.note_news(event.channel);
}

void PeerConnectionCore::announce_packets() {
  channels_.take_news([this](const ChannelSet::ChannelPtr &channel) {
    if (!channel->has_news()) return;
    queue_.push_urgent(ChannelSignalled{channel, ChannelSignal::PACKET_RECEIVED, nullptr});
  });
}

// What the network tells. The emissions are queued before everything else, one by one.

void PeerConnectionCore::on_network(LocalCandidateFound &event) {
  auto announced = negotiation_.on_local_candidate(event.candidate, event.ice_generation);
  if (!announced) return;
  queue_.push_urgent(CandidateAnnounced{std::move(announced->media), announced->index,
                                        std::move(announced->name)});
}

void PeerConnectionCore::on_network(GatheringDone &event) {
  if (!negotiation_.on_gathering_done(event.ice_generation)) return;
  gathering_state_ = PeerConnection::GATHERING_STATE_COMPLETE;
  queue_.push_urgent(GatheringStateReached{gathering_state_});
}

void PeerConnectionCore::on_network(TransportStateChanged &event) {
  if (connection_state_ == PeerConnection::STATE_CLOSED) return;
  const auto state = connection_state(event.state);
  if (!state) {
    for (const auto &channel : channels_.all()) close_channel(channel);
    queue_.push_urgent(ClosedByPeer{});
  } else if (*state != connection_state_) {
    connection_state_ = *state;
    queue_.push_urgent(ConnectionStateReached{*state});
  }
}

void PeerConnectionCore::on_network(RemoteFingerprintVerified &event) {
  verified_fingerprint_ = std::move(event.fingerprint);
}

void PeerConnectionCore::on_network(ErrorOccurred &event) {
  queue_.push_urgent(ErrorReported{event.error, std::move(event.message)});
}

void PeerConnectionCore::on_network(ChannelArrived &event) {
  if (!handle_) return execute(CloseChannel{event.link->key});
  const auto channel =
      std::make_shared<DataChannelCore>(event.link, channel_limits(), weak_from_this());
  channel->attach(network_);
  channel->set_state(DataChannel::STATE_OPEN);
  channels_.add(channel);
  channels_.assign_id(*channel, event.stream);
  had_channel_ = true;
  queue_.push_urgent(ChannelReceived{channel, handles_->make_handle(channel)});
}

void PeerConnectionCore::on_network(ChannelOpened &event) {
  auto channel = channels_.find(event.channel);
  if (!channel || channel->state() != DataChannel::STATE_CONNECTING) return;
  channels_.assign_id(*channel, event.stream);
  channel->set_state(DataChannel::STATE_OPEN);
  queue_.push_urgent(ChannelSignalled{std::move(channel), ChannelSignal::OPENED, nullptr});
}

void PeerConnectionCore::on_network(ChannelIdAssigned &event) {
  const auto channel = channels_.find(event.channel);
  if (channel && channel->state() != DataChannel::STATE_CLOSED) {
    channels_.assign_id(*channel, event.stream);
  }
}

void PeerConnectionCore::on_network(ChannelClosing &event) {
  const auto channel = channels_.find(event.channel);
  if (channel && channel->state() != DataChannel::STATE_CLOSED) {
    channel->set_state(DataChannel::STATE_CLOSING);
  }
}

void PeerConnectionCore::on_network(ChannelClosed &event) {
  if (const auto channel = channels_.find(event.channel)) close_channel(channel);
}

void PeerConnectionCore::on_buffered_amount_low(ChannelKey key) {
  auto channel = channels_.find(key);
  if (!channel) return;
  queue_.push_urgent(
      ChannelSignalled{std::move(channel), ChannelSignal::BUFFERED_AMOUNT_LOW, nullptr});
}

void PeerConnectionCore::close_channel(const std::shared_ptr<DataChannelCore> &channel) {
  if (channel->state() == DataChannel::STATE_CLOSED) {
    // The caller closed it before it opened, and has been told; its id is free now. A handle that
    // is kept must not keep the network connection, whose end is the goodbye to the peer.
    if (channels_.remove(channel->link()->key)) channel->detach();
    return;
  }
  if (channel->has_news()) {
    queue_.push_urgent(ChannelSignalled{channel, ChannelSignal::PACKET_RECEIVED, nullptr});
  }
  queue_.push_urgent(ChannelSignalled{channel, ChannelSignal::CLOSED, nullptr});
}

// Emissions. The handle, and with it the signal, may be gone after each.

void PeerConnectionCore::deliver(DescriptionCreated &event) {
  if (checked_.configuration.auto_local_description) {
    const auto applied = negotiation_.set_local(event.type, event.sdp);
    if (applied) {
      carry_out(applied.value());
    } else {
      queue_.push(ErrorReported{applied.error(), applied.message()});
    }
  } else {
    description_emitted_ = last_poll_;
  }
  if (handle_) SignalAccess::emit(handle_->session_description_created, event.type, event.sdp);
}

void PeerConnectionCore::deliver(CandidateAnnounced &event) {
  if (!handle_) return;
  SignalAccess::emit(handle_->ice_candidate_created, event.media, event.index, event.name);
}

void PeerConnectionCore::deliver(ChannelReceived &event) {
  // Queued before the slots run: one of them may throw.
  queue_.push_urgent(ChannelSignalled{event.core, ChannelSignal::OPENED, event.channel});
  if (handle_) SignalAccess::emit(handle_->data_channel_received, event.channel);
}

void PeerConnectionCore::deliver(ChannelSignalled &event) {
  DataChannelCore &channel = *event.channel;
  if (event.signal == ChannelSignal::PACKET_RECEIVED && !channel.take_news()) return;
  if (event.signal == ChannelSignal::OPENED && channel.state() != DataChannel::STATE_OPEN) return;
  if (event.signal == ChannelSignal::CLOSED && channel.state() != DataChannel::STATE_CLOSED) {
    channels_.remove(channel.link()->key);
    channel.detach();
  }
  channel.emit(event.signal);
}

void PeerConnectionCore::deliver(ConnectionStateReached &event) {
  if (handle_) SignalAccess::emit(handle_->connection_state_changed, event.state);
}

void PeerConnectionCore::deliver(GatheringStateReached &event) {
  if (handle_) SignalAccess::emit(handle_->gathering_state_changed, event.state);
}

void PeerConnectionCore::deliver(SignalingStateReached &event) {
  if (handle_) SignalAccess::emit(handle_->signaling_state_changed, event.state);
}

void PeerConnectionCore::deliver(ClosedByPeer &) {
  connection_state_ = PeerConnection::STATE_CLOSED;
  negotiation_.close();
  // Those that slots have made meanwhile.
  for (const auto &channel : channels_.all()) close_channel(channel);
  queue_.push_urgent(SignalingStateReached{PeerConnection::SIGNALING_STATE_CLOSED});
  queue_.push_urgent(ConnectionStateReached{PeerConnection::STATE_CLOSED});
}

void PeerConnectionCore::deliver(ErrorReported &event) {
  if (is_logged(LogLevel::INFO)) {
    write_log(LogLevel::INFO, std::string(error_name(event.error)) + ": " + event.message);
  }
  if (handle_) SignalAccess::emit(handle_->error_occurred, event.error, event.message);
}

}  // namespace peerlane::internal
