// SPDX-License-Identifier: MIT
#include "channel/channel_table.hpp"

#include <algorithm>
#include <utility>

#include "channel/channel_table_state.hpp"

namespace peerlane {

namespace {
// How often messages that may become stale are looked through while the association takes nothing.
constexpr Duration kStaleInterval = std::chrono::milliseconds(100);
}  // namespace

ChannelTable::State::State(const Limits &limits, TimerQueue &timers,
                           ChannelTable::Listener &listener)
    : limits_(limits),
      timers_(timers),
      listener_(listener),
      scheduler_(*this),
      partials_(limits.max_message_size),
      reset_timer_(timers, [this] { on_reset_timer(); }),
      stale_timer_(timers, [this] { on_stale_timer(); }),
      stream_timer_(timers, [this] { on_stream_timer(); }) {}

void ChannelTable::State::on_association_up(SctpAssociation &association, bool dtls_client) {
  association_ = &association;
  dtls_client_ = dtls_client;
  scheduler_.set_association(&association);
  open_waiting();
  pump();
}

void ChannelTable::State::on_association_down() {
  association_ = nullptr;
  scheduler_.set_association(nullptr);
  waiting_.clear();
  handshakes_.clear();
  draining_.clear();
  resets_.clear();
  early_.clear();
  partials_.clear();
  reset_timer_.cancel();
  stale_timer_.cancel();
  stream_timer_.cancel();
  for (const ChannelKey key : channels_.keys()) {
    if (Channel *channel = channels_.find(key)) forget(*channel);
  }
  channels_.forget_association();
}

void ChannelTable::State::enqueue(MessageQueue &messages) {
  if (messages.empty()) return;
  const TimePoint now = timers_.now();
  while (!messages.empty()) {
    const MessageQueue::Message message = messages.front();
    Channel *channel = channels_.find(message.channel);
    if (channel == nullptr || !channel->takes_messages()) {
      count("message_for_closed_channel");
      messages.pop();
    } else if (scheduler_.idle() && handshakes_.empty() &&
               scheduler_.send_now(*channel, message, now, messages.size() > 1)) {
      messages.pop();
    } else {
      scheduler_.push_front_of(messages, *channel, now);
    }
  }
  if (has_queued()) pump();
}

template <class Payload>
void ChannelTable::State::send(ChannelLink &link, bool is_text, Payload &&payload) {
  Channel *channel = channels_.find(link.key);
  if (channel == nullptr || !channel->takes_messages()) {
    count("message_for_closed_channel");
    return;
  }
  if (scheduler_.idle() && handshakes_.empty()) {
    // It has not waited: any time will do.
    const MessageQueue::Message message = {link.key, is_text, TimePoint{}, ByteView(payload)};
    if (scheduler_.send_now(*channel, message, TimePoint{}, false)) return;
  }
  scheduler_.push(*channel, is_text, timers_.now(), std::forward<Payload>(payload));
  pump();
}

void ChannelTable::State::on_sendable() {
  if (association_ == nullptr) return;
  scheduler_.refresh_room();
  if (!resets_.to_request().empty()) request_resets();
  if (has_queued()) pump();
}

void ChannelTable::State::pump() {
  if (association_ == nullptr || !send_handshakes()) return;
  if (!scheduler_.idle()) {
    scheduler_.pump(timers_.now());
    finish_draining();
  }
  arm_stale_timer();
}

void ChannelTable::State::arm_stale_timer() {
  if (scheduler_.has_expendable() && !stale_timer_.armed()) stale_timer_.arm_in(kStaleInterval);
}

void ChannelTable::State::on_stale_timer() {
  scheduler_.drop_stale(timers_.now());
  finish_draining();
  arm_stale_timer();
}

void ChannelTable::State::on_buffered_low(const Channel &channel) {
  listener_.on_buffered_amount_low(channel.key());
}

void ChannelTable::State::on_message_stale(const Channel &) { count("message_stale"); }

void ChannelTable::State::on_message_failed(Channel &channel) {
  count("message_refused");
  // A reliable channel with a hole in it must not go on.
  if (channel.expendable()) return;
  close_with_error(channel, Error::ERR_CONNECTION_ERROR,
                   "the channel \"" + channel.parameters().label +
                       "\" is closed, since SCTP refused one of its messages");
}

ChannelTable::ChannelTable(const Limits &limits, TimerQueue &timers, Listener &listener)
    : state_(std::make_unique<State>(limits, timers, listener)) {}

ChannelTable::~ChannelTable() = default;

void ChannelTable::open(std::shared_ptr<ChannelLink> link) { state_->open(std::move(link)); }
void ChannelTable::close(ChannelKey channel) { state_->close(channel); }

void ChannelTable::on_association_up(SctpAssociation &association, bool dtls_client) {
  state_->on_association_up(association, dtls_client);
}
void ChannelTable::on_association_down() { state_->on_association_down(); }

void ChannelTable::enqueue(MessageQueue &messages) { state_->enqueue(messages); }
void ChannelTable::send(ChannelLink &channel, bool is_text, ByteView payload) {
  state_->send(channel, is_text, payload);
}
void ChannelTable::send(ChannelLink &channel, bool is_text, PackedByteArray &&payload) {
  state_->send(channel, is_text, std::move(payload));
}

void ChannelTable::on_message(std::uint16_t stream, std::uint32_t ppid, ByteView message) {
  state_->on_message(stream, ppid, message);
}
void ChannelTable::on_incoming_reset(const std::vector<std::uint16_t> &streams) {
  state_->on_incoming_reset(streams);
}
void ChannelTable::on_outgoing_reset(const std::vector<std::uint16_t> &streams) {
  state_->on_outgoing_reset(streams);
}
void ChannelTable::on_streams_changed() { state_->on_streams_changed(); }
void ChannelTable::on_sendable() { state_->on_sendable(); }

std::uint32_t ChannelTable::streams_needed() const { return state_->streams_needed(); }
bool ChannelTable::has_queued() const { return state_->has_queued(); }
const std::map<std::string, std::uint64_t> &ChannelTable::dropped() const {
  return state_->dropped();
}

}  // namespace peerlane
