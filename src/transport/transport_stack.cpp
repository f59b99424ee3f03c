// SPDX-License-Identifier: MIT
#include "transport/transport_stack.hpp"

#include <algorithm>
#include <utility>

#include "channel/dcep.hpp"
#include "io/loop_context.hpp"
#include "transport/dtls/certificate.hpp"

namespace peerlane {

namespace {

// What DTLS 1.2 with AES-GCM adds to a packet: record header 13, explicit nonce 8, tag 16.
constexpr std::size_t kDtlsOverhead = 37;
constexpr std::size_t kDefaultMtu = 1200;
// More unread messages than this mean a flood, whatever their size.
constexpr std::uint64_t kMaxUnreadMessages = 1'000'000;
constexpr std::size_t kMaxReceiveWindow = 4u << 20;
constexpr std::size_t kMinReceiveWindow = 64u << 10;

std::size_t receive_window(const Configuration &configuration) {
  return std::clamp(configuration.receive_buffer_limit, kMinReceiveWindow, kMaxReceiveWindow);
}

}  // namespace

TransportStack::TransportStack(std::shared_ptr<Strand> strand, std::shared_ptr<ConnectionLink> link,
                               std::shared_ptr<void> life)
    : life_(std::move(life)),
      strand_(std::move(strand)),
      link_(std::move(link)),
      channel_events_(*link_, [this] { strand_->turn().mark(*this); }) {}

TransportStack::~TransportStack() { strand_->turn().unmark(*this); }

void TransportStack::execute(Command &&command) {
  strand_->assert_held();
  if (closed_) return;
  const bool starts = std::holds_alternative<StartGathering>(command);
  if (!started_ && !starts) {
    before_start_.push_back(std::move(command));
    return;
  }
  run_command(std::move(command));
  if (!starts || started_) return;
  started_ = true;
  std::vector<Command> kept;
  kept.swap(before_start_);
  for (Command &each : kept) run_command(std::move(each));
}

void TransportStack::run_command(Command &&command) {
  std::visit([this](auto &each) { run(std::move(each)); }, command);
}

void TransportStack::run(StartGathering &&command) {
  if (started_) return;
  configuration_ = std::move(command.configuration);
  certificate_ = std::move(command.certificate);
  ice_generation_ = command.ice_generation;
  ChannelTable::Limits limits;
  limits.max_incoming_channels = configuration_.max_incoming_channels;
  limits.max_message_size = configuration_.max_message_size;
  channels_ = std::make_unique<ChannelTable>(limits, strand_->timers(), channel_events_);
  liveness_ = std::make_unique<Liveness>(strand_->timers(), configuration_.disconnected_timeout,
                                         configuration_.failed_timeout, command.controlling,
                                         static_cast<Liveness::Listener &>(*this));
  IceTransport::Options options;
  options.local_ufrag = std::move(command.local_ufrag);
  options.local_pwd = std::move(command.local_pwd);
  options.controlling = command.controlling;
  options.servers = std::move(command.servers);
  options.tls = std::move(command.tls);
  options.policy = configuration_.ice_transport_policy;
  options.bind_address = configuration_.bind_address;
  options.port_range_begin = configuration_.port_range_begin;
  options.port_range_end = configuration_.port_range_end;
  options.enable_tcp = configuration_.enable_ice_tcp;
  options.enable_loopback = configuration_.enable_loopback;
  std::unique_ptr<LoopContext> context = LoopContext::create(strand_->poller(), strand_->timers());
  if (!context) {
    return fail_to_gather(
        {Error::ERR_CANT_CREATE, "the process has no file descriptors left for a connection"});
  }
  LoopContext *loop = context.get();
  auto ice = IceTransport::create(options, std::move(context), strand_->timers(), *this);
  if (!ice) return fail_to_gather(ice.failure());
  ice_ = std::move(ice).value();
  loop_ = loop;
  const Status gathering = ice_->gather();
  if (!gathering) fail_to_gather(gathering.failure());
}

void TransportStack::fail_to_gather(const Failure &failure) {
  gathers_ = false;
  fail(failure.error, failure.message);
  // Whoever waits for the last candidate shall not wait for ever.
  on_ice_gathering_done();
}

void TransportStack::run(RestartIce &&command) {
  ice_generation_ = command.ice_generation;
  if (!ice_ || dead_ || !gathers_) return on_ice_gathering_done();
  ice_->set_controlling(command.controlling);
  ice_->restart(command.local_ufrag, command.local_pwd);
}

void TransportStack::run(SetRemote &&command) {
  if (!ice_ || dead_) return;
  const bool first = !remote_;
  const bool restarted =
      remote_ && (remote_->ufrag != command.ufrag || remote_->pwd != command.pwd);
  remote_ = std::move(command);
  if (first || restarted) ice_->set_controlling(remote_->controlling);
  // The same ones are new to ICE where a restart of ours was taken back.
  ice_->set_remote_credentials(remote_->ufrag, remote_->pwd);
  if (restarted && state_ == State::FAILED) {
    liveness_->revive();
    set_state(State::CONNECTING);
  }
  if (!first) return;
  dtls_ = std::make_unique<DtlsTransport>(
      std::move(certificate_), remote_->dtls_client ? DtlsRole::CLIENT : DtlsRole::SERVER,
      remote_->fingerprints, configuration_.mtu != 0 ? configuration_.mtu : kDefaultMtu,
      strand_->timers(), strand_->turn(), static_cast<DatagramSink &>(*this),
      static_cast<DtlsTransport::Listener &>(*this));
  start_dtls_if_ready();
}

void TransportStack::run(AddRemoteCandidate &&command) {
  if (ice_ && !dead_) ice_->add_remote_candidate(command.candidate);
}

void TransportStack::run(RemoteGatheringDone &&) {
  if (ice_ && !dead_) ice_->set_remote_gathering_done();
}

void TransportStack::run(OpenChannel &&command) {
  if (dead_) {
    emit(ChannelClosed{command.link->key});
    return;
  }
  channels_->open(std::move(command.link));
  if (sctp_) sctp_->schedule();
}

void TransportStack::run(CloseChannel &&command) {
  if (channels_) channels_->close(command.channel);
  if (sctp_) sctp_->schedule();
}

void TransportStack::run(ResumeReading &&) {
  link_->reading_paused = false;
  if (sctp_) {
    sctp_->set_reading(true);
    sctp_->schedule();
  }
}

void TransportStack::send(ChannelLink &channel, bool is_text, ByteView payload) {
  if (channels_) channels_->send(channel, is_text, payload);
}

void TransportStack::send(ChannelLink &channel, bool is_text, PackedByteArray &&payload) {
  if (channels_) channels_->send(channel, is_text, std::move(payload));
}

void TransportStack::enqueue(MessageQueue &messages) {
  if (channels_) channels_->enqueue(messages);
  messages.clear();
}

void TransportStack::close() {
  strand_->assert_held();
  if (closed_) return;
  closed_ = true;
  channel_events_.mute();
  if (liveness_) liveness_->stop();
  if (sctp_) sctp_->close();
  if (dtls_) dtls_->close();
  // Each step sends a packet through the layer below while that is still there. The stack is freed
  // in a task of its own, when no frame of any layer is left on the call stack.
  const auto free_later = [self = shared_from_this()] { self->strand_->post([self] {}); };
  if (ice_) {
    ice_->close(free_later);
  } else {
    free_later();
  }
}

void TransportStack::start_dtls_if_ready() {
  if (!dtls_ || !ice_was_connected_ || dtls_started_) return;
  dtls_started_ = true;
  dtls_->start();
  std::vector<PackedByteArray> early;
  early.swap(early_datagrams_);
  for (const PackedByteArray &datagram : early) dtls_->receive(datagram);
}

void TransportStack::start_sctp() {
  SctpTransport::Options options;
  options.remote_port = remote_->sctp_port;
  options.max_packet_size =
      (configuration_.mtu != 0 ? configuration_.mtu : kDefaultMtu) - kDtlsOverhead;
  // The channels' limit is not one for what opens them.
  options.max_message_size = std::max(configuration_.max_message_size, kMaxDcepOpen);
  options.receive_window = receive_window(configuration_);
  options.fixed_streams = static_cast<std::uint16_t>(
      std::max<std::uint32_t>(options.fixed_streams, channels_->streams_needed()));
  // The stack's timers run on one strand for all; the others are told when they have something to
  // send.
  options.wake = [strand = strand_, weak = weak_from_this()] {
    // Looked up on our own strand only: whoever looks it up may be the last to hold the stack.
    strand->post([weak] {
      const std::shared_ptr<TransportStack> alive = weak.lock();
      if (alive && alive->sctp_) alive->sctp_->schedule();
    });
  };
  sctp_ = std::make_unique<SctpTransport>(options, strand_->timers(), strand_->turn(), *dtls_,
                                          static_cast<SctpTransport::Listener &>(*this));
  sctp_->connect();
}

void TransportStack::emit(ControlEvent event) {
  if (closed_) return;
  link_->events.push(std::move(event));
  strand_->turn().mark(*this);
}

void TransportStack::set_state(State state) {
  if (state_ == state) return;
  state_ = state;
  stats_due_ = true;
  emit(TransportStateChanged{state});
}

void TransportStack::fail(Error error, const std::string &message) {
  if (closed_) return;
  emit(ErrorOccurred{error, message});
  set_state(State::FAILED);
}

void TransportStack::end_association() {
  dead_ = true;
  if (liveness_) liveness_->stop();
  if (channels_) channels_->on_association_down();
}

void TransportStack::run_at_turn_end() {
  pause_reading_if_full();
  // Before the state can be seen: whoever then asks for them shall find what belongs to it.
  if (std::exchange(stats_due_, false)) publish_stats();
  if (!link_->events.publish() || !link_->events.has_handlers()) return;
  if (strand_->on_network_thread()) {
    // The user's handler runs without our lock being of use to it; it may only signal.
    link_->events.wake();
  } else {
    strand_->post(link_, [](void *link) { static_cast<ConnectionLink *>(link)->events.wake(); });
  }
}

void TransportStack::pause_reading_if_full() {
  const std::uint64_t limit = configuration_.receive_buffer_limit;
  if (!sctp_ || dead_) return;
  if (link_->inbox_cost <= limit && !link_->reading_paused) return;
  if (!link_->reading_paused.exchange(true)) sctp_->set_reading(false);
  // The API side may have emptied its inbox before it could see the pause.
  if (link_->inbox_cost < (limit + 1) / 2 && link_->reading_paused.exchange(false)) {
    sctp_->set_reading(true);
    sctp_->schedule();
    return;
  }
  const SctpTransport::Unread unread = sctp_->unread();
  const std::uint64_t messages = link_->inbox_messages + unread.messages;
  const std::uint64_t cost = link_->inbox_cost + unread.bytes + unread.messages * kMessageOverhead;
  // What an honest peer may have under way when we stop fits between the limit and twice the limit,
  // and into the window.
  if (cost <= 2 * limit + configuration_.max_message_size + receive_window(configuration_) &&
      messages <= kMaxUnreadMessages)
    return;
  sctp_->close();
  end_association();
  fail(Error::ERR_OUT_OF_MEMORY,
       "the peer sent more than the receive buffer limit allows; raise "
       "Configuration::receive_buffer_limit or read faster");
}

}  // namespace peerlane
