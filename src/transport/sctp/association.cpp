// SPDX-License-Identifier: MIT
#include "transport/sctp/association.hpp"

#include <utility>

namespace peerlane {

namespace {
constexpr std::size_t kMaxEarlyPackets = 64;
}  // namespace

SctpTransport::Association::Association(const Options &options, TimerQueue &timers, TurnQueue &turn,
                                        DatagramSink &below, Listener &above)
    : options_(options),
      timers_(timers),
      turn_(turn),
      below_(below),
      above_(above),
      filter_(options.local_port, options.remote_port),
      tables_(options.local_port, options.remote_port, options.streams, options.fixed_streams),
      assembly_(options.max_message_size) {}

SctpTransport::Association::~Association() { close(); }

void SctpTransport::Association::connect() {
  if (state_ != State::IDLE) return;
  state_ = State::CONNECTING;
  ticker_ = UsrsctpRuntime::instance().ticker(timers_);
  outbox_ = std::make_shared<SctpOutbox>(*this, *ticker_, options_.wake);
  ticker_->add(*this);
  open_socket();
  if (closed()) return;
  // usrsctp answers an INIT with ABORT while it knows of no association.
  const auto early = std::exchange(early_, {});
  for (const PackedByteArray &packet : early) {
    if (!closed()) feed(packet);
  }
}

void SctpTransport::Association::open_socket() {
  socket_ = std::make_unique<UsrsctpSocket>(outbox_);
  lend_buffer();
  if (Status status = socket_->connect(options_, tables_.first()); !status) {
    end(status.error(), status.message());
    return;
  }
  ticker_->touch();
  schedule();
}

void SctpTransport::Association::receive(ByteView packet) {
  if (state_ == State::IDLE) {
    if (early_.size() < kMaxEarlyPackets) early_.emplace_back(packet.begin(), packet.end());
    return;
  }
  if (!closed()) feed(packet);
}

void SctpTransport::Association::feed(ByteView packet) {
  const std::size_t messages = filter_.seen().messages;
  packet = filter_.inspect(packet);
  if (packet.empty()) return;
  const bool has_re_config = filter_.content().has_re_config;
  if (filter_.content().has_init) packet = on_peer_init(packet);
  // First, since it takes the number of the next request.
  packet = make_room(packet);
  if (packet.empty()) return;
  if (has_re_config) packet = tables_.translate(packet);
  input(take_acknowledgement(packet));
  // At once: the data that follows may need it.
  if (has_re_config && peer_has_added()) peer_added_ = true;
  if (filter_.seen().messages != messages) ticker_->touch();
  if (reading_) filter_.reset_seen();
  schedule();
}

void SctpTransport::Association::input(ByteView packet) {
  lend_buffer();
  socket_->input(packet);
  numbers_valid_ = false;
  // Asked at once, so that no second handshake can follow in the same turn.
  if (!filter_.established() && socket_->numbers().open) set_established();
}

void SctpTransport::Association::schedule() {
  if (closed() || state_ == State::IDLE) return;
  numbers_valid_ = false;
  turn_.mark(*this);
}

void SctpTransport::Association::set_reading(bool reading) {
  if (reading == reading_) return;
  reading_ = reading;
  if (!reading || socket_ == nullptr) return;
  filter_.reset_seen();
  outbox_->set_readable();
  schedule();
}

void SctpTransport::Association::read_rest() {
  reading_ = true;
  // Each turn reads a part; the receive window bounds the whole.
  while (socket_ != nullptr && outbox_->readable()) drain();
}

SctpTransport::Unread SctpTransport::Association::unread() const {
  return {filter_.seen().messages, filter_.seen().bytes};
}

void SctpTransport::Association::process() {
  if (state_ == State::CONNECTED) run_at_turn_end();
}

void SctpTransport::Association::run_at_turn_end() {
  lend_buffer();
  drain();
  if (!closed()) pump_requests();
  begin_burst();
  if (state_ == State::CONNECTED) above_.on_sctp_sendable();
  if (!closed()) flush();
}

// usrsctp takes a cookie that seems to come from the future, or from a minute ago, for a forged one
// (RFC 9260 section 5.1.5), and our peer would repeat it to the end. With new INITs both ends get
// new cookies.
void SctpTransport::Association::on_wall_clock_step() {
  if (state_ == State::CONNECTING && !filter_.established()) reopen_socket();
}

void SctpTransport::Association::reopen_socket() {
  SctpOutbox::Packets aborts;
  socket_.reset();
  outbox_->take(aborts);  // The peer's new association shall not hear of the end of the old one.
  open_socket();
}

void SctpTransport::Association::close() {
  if (closed()) return;
  state_ = State::CLOSED;
  let_go();
}

void SctpTransport::Association::end(Error error, const std::string &reason) {
  if (closed()) return;
  state_ = State::CLOSED;
  let_go();
  above_.on_sctp_closed(error, reason);
}

void SctpTransport::Association::let_go() {
  early_.clear();
  turn_.unmark(*this);
  if (outbox_ == nullptr) return;
  socket_.reset();
  flush();
  outbox_->detach();
  ticker_->remove(*this);
  ticker_.reset();
}

SctpTransport::SctpTransport(const Options &options, TimerQueue &timers, TurnQueue &turn,
                             DatagramSink &below, Listener &above)
    : association_(std::make_unique<Association>(options, timers, turn, below, above)) {}

SctpTransport::~SctpTransport() = default;

void SctpTransport::connect() { association_->connect(); }
void SctpTransport::receive(ByteView packet) { association_->receive(packet); }
void SctpTransport::set_reading(bool reading) { association_->set_reading(reading); }
void SctpTransport::read_rest() { association_->read_rest(); }
void SctpTransport::send_heartbeat() { association_->send_heartbeat(); }
void SctpTransport::close() { association_->close(); }
SctpSendStatus SctpTransport::send(const SctpMessage &message) {
  return association_->send(message);
}
bool SctpTransport::reset_streams(const std::vector<std::uint16_t> &streams) {
  return association_->reset_streams(streams);
}
bool SctpTransport::request_streams(std::uint16_t total) {
  return association_->request_streams(total);
}
std::uint16_t SctpTransport::outgoing_streams() const { return association_->outgoing_streams(); }
std::uint16_t SctpTransport::incoming_streams() const { return association_->incoming_streams(); }
bool SctpTransport::interleaves() const { return association_->interleaves(); }
std::size_t SctpTransport::send_room() { return association_->send_room(); }
bool SctpTransport::may_overtake() { return association_->may_overtake(); }
bool SctpTransport::connected() const { return association_->connected(); }
void SctpTransport::process() { association_->process(); }
void SctpTransport::schedule() { association_->schedule(); }
SctpStatus SctpTransport::status() const { return association_->status(); }
SctpTransport::Unread SctpTransport::unread() const { return association_->unread(); }
const std::map<std::string, std::uint64_t> &SctpTransport::dropped() const {
  return association_->filter().dropped();
}

}  // namespace peerlane
