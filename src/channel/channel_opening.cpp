// SPDX-License-Identifier: MIT
#include <algorithm>
#include <utility>

#include "channel/channel_table_state.hpp"
#include "channel/dcep.hpp"

namespace peerlane {

namespace {

// Streams are added at once, or after one exchange with the peer, unless it never answers; or when
// all that was sent is acknowledged, where messages are not interleaved.
constexpr Duration kStreamDeadline = std::chrono::seconds(30);

std::string name_of(const Channel &channel) {
  return "the channel \"" + channel.parameters().label + "\"";
}

std::string too_few_streams(const Channel &channel) {
  return name_of(channel) + " needs stream " + std::to_string(channel.stream.value_or(0)) +
         ", and the peer does not offer so many; a lower id would do";
}

std::string streams_too_late(const Channel &channel) {
  return name_of(channel) + " waited too long for stream " +
         std::to_string(channel.stream.value_or(0)) +
         ": the peer did not add it, or did not acknowledge what was sent before";
}

}  // namespace

void ChannelTable::State::open(std::shared_ptr<ChannelLink> link) {
  if (channels_.find(link->key) != nullptr) return;
  Channel &channel = channels_.add(std::make_unique<Channel>(std::move(link), false));
  scheduler_.add(channel);
  const ChannelKey key = channel.key();
  // At once, so that no other channel is given this stream.
  if (channel.parameters().negotiated) claim_negotiated_stream(channel);
  if (channels_.find(key) == nullptr) return;
  waiting_.push_back(key);
  if (association_ == nullptr) return;
  open_waiting();
  pump();
}

void ChannelTable::State::open_waiting() {
  if (association_ == nullptr || waiting_.empty()) return;
  std::vector<ChannelKey> waiting;
  waiting.swap(waiting_);
  for (const ChannelKey key : waiting) {
    if (Channel *channel = channels_.find(key)) open_now(*channel);
  }
  for (const ChannelKey key : waiting) {
    const Channel *channel = channels_.find(key);
    if (channel == nullptr || channel->state != Channel::State::WAITING) continue;
    if (channel->handshake == Channel::Handshake::NONE) waiting_.push_back(key);
  }
}

void ChannelTable::State::open_now(Channel &channel) {
  if (!channel.stream) {
    const bool claimed = channel.parameters().negotiated ? claim_negotiated_stream(channel)
                                                         : claim_free_stream(channel);
    if (!claimed) return;
  }
  if (*channel.stream >= association_->outgoing_streams()) {
    if (!ask_for_stream(*channel.stream)) {
      fail_waiting(channel, Error::ERR_UNAVAILABLE, too_few_streams(channel));
    }
    return;
  }
  if (channel.parameters().negotiated) {
    announce_open(channel);
  } else {
    channel.handshake = Channel::Handshake::SEND_OPEN;
    handshakes_.push_back(channel.key());
  }
}

// False where it has to wait, or has failed and is gone.
bool ChannelTable::State::claim_negotiated_stream(Channel &channel) {
  const std::optional<std::uint16_t> id = channel.parameters().id;
  if (!id || *id > ChannelRegistry::kMaxStream) {
    fail_waiting(channel, Error::ERR_INVALID_PARAMETER,
                 name_of(channel) + " is negotiated and has no valid id");
    return false;
  }
  if (const Channel *user = channels_.at_stream(*id)) {
    if (user->state == Channel::State::CLOSING) return false;
    fail_waiting(
        channel, Error::ERR_ALREADY_IN_USE,
        name_of(channel) + " wants the id " + std::to_string(*id) + ", which another channel has");
    return false;
  }
  const bool resetting = resets_.contains(*id);
  if (resetting && !resets_.only_answer_missing(*id)) return false;
  channels_.set_stream(channel, *id);
  scheduler_.set_blocked(channel, resetting);
  return true;
}

bool ChannelTable::State::claim_free_stream(Channel &channel) {
  const std::optional<std::uint16_t> stream = channels_.free_stream(dtls_client_, resets_);
  if (!stream) {
    fail_waiting(channel, Error::ERR_UNAVAILABLE, "every stream of the connection is in use");
    return false;
  }
  channels_.set_stream(channel, *stream);
  listener_.on_channel_id(channel.key(), *stream);
  return true;
}

// False where the peer will not give it.
bool ChannelTable::State::ask_for_stream(std::uint16_t stream) {
  if (!association_->request_streams(static_cast<std::uint16_t>(stream + 1))) return false;
  // Of the newest request.
  stream_timer_.arm_in(kStreamDeadline);
  return true;
}

void ChannelTable::State::on_streams_changed() {
  if (association_ == nullptr) return;
  open_waiting();
  for (const ChannelKey key : channels_.keys()) {
    Channel *channel = channels_.find(key);
    if (channel == nullptr || !channel->blocked) continue;
    if (*channel->stream < association_->outgoing_streams()) {
      unblock(*channel);
    } else if (!ask_for_stream(*channel->stream)) {
      close_with_error(*channel, Error::ERR_UNAVAILABLE, too_few_streams(*channel));
    }
  }
  pump();
}

void ChannelTable::State::on_stream_timer() {
  if (association_ == nullptr) return;
  for (const ChannelKey key : channels_.keys()) {
    Channel *channel = channels_.find(key);
    if (channel == nullptr || !channel->stream) continue;
    if (channel->state == Channel::State::CLOSING && !channel->draining) continue;
    if (*channel->stream < association_->outgoing_streams()) continue;
    close_with_error(*channel, Error::ERR_UNAVAILABLE, streams_too_late(*channel));
  }
}

void ChannelTable::State::unblock(Channel &channel) {
  if (resets_.contains(*channel.stream) || *channel.stream >= association_->outgoing_streams())
    return;
  scheduler_.set_blocked(channel, false);
}

void ChannelTable::State::fail_waiting(Channel &channel, Error error, const std::string &message) {
  listener_.on_channel_error(error, message);
  forget(channel);
}

// False where SCTP is full. Ahead of all user data: an ACK or OPEN that waits delays a whole
// channel.
bool ChannelTable::State::send_handshakes() {
  if (handshakes_.empty()) return true;
  std::vector<ChannelKey> left;
  bool full = false;
  for (const ChannelKey key : handshakes_) {
    Channel *channel = channels_.find(key);
    if (channel == nullptr || channel->handshake == Channel::Handshake::NONE) continue;
    if (full || channel->blocked || !send_handshake(*channel)) {
      full |= !channel->blocked;
      left.push_back(key);
    }
  }
  handshakes_.swap(left);
  return !full;
}

bool ChannelTable::State::send_handshake(Channel &channel) {
  const bool opens = channel.handshake == Channel::Handshake::SEND_OPEN;
  PackedByteArray open;
  if (opens) open = encode_dcep_open(channel.parameters());
  // Reliable and ordered whatever the channel is (RFC 8832 section 6).
  SctpMessage message;
  message.stream = *channel.stream;
  message.ppid = Ppid::DCEP;
  message.payload = opens ? ByteView(open) : ByteView(kDcepAck);
  message.more_follows = handshakes_.back() != channel.key();
  switch (association_->send(message)) {
    case SctpSendStatus::FULL:
      return false;
    case SctpSendStatus::FAILED:
      close_with_error(channel, Error::ERR_CONNECTION_ERROR,
                       name_of(channel) + " could not be opened: SCTP refused");
      return true;
    case SctpSendStatus::SENT:
      break;
  }
  channel.handshake = Channel::Handshake::NONE;
  if (opens) announce_open(channel);
  return true;
}

void ChannelTable::State::announce_open(Channel &channel) {
  channel.state = Channel::State::OPEN;
  listener_.on_channel_opened(channel.key(), *channel.stream);
}

void ChannelTable::State::on_open_message(std::uint16_t stream, ByteView message) {
  const Channel *user = channels_.at_stream(stream);
  const bool closing =
      user != nullptr ? user->state == Channel::State::CLOSING : resets_.contains(stream);
  if (closing && !hand_over_stream(stream)) {
    count("dcep_open_on_closing_stream");
    return;
  }
  // What is there goes on: resetting its stream would close it.
  if (channels_.at_stream(stream) != nullptr) {
    count("dcep_open_on_used_stream");
    return;
  }
  if (!is_peers(stream)) return refuse(stream, "dcep_open_on_our_stream");
  std::optional<ChannelParameters> parameters = decode_dcep_open(message);
  if (!parameters) return refuse(stream, "dcep_malformed");
  if (channels_.incoming() >= limits_.max_incoming_channels) {
    return refuse(stream, "channel_limit");
  }
  const std::size_t label_bytes = parameters->label.size() + parameters->protocol.size();
  if (channels_.incoming_label_bytes() + label_bytes > limits_.max_label_bytes) {
    return refuse(stream, "channel_label_limit");
  }
  if (stream >= association_->outgoing_streams() && !ask_for_stream(stream)) {
    return refuse(stream, "channel_without_way_back");
  }
  accept(stream, std::move(*parameters));
}

void ChannelTable::State::accept(std::uint16_t stream, ChannelParameters parameters) {
  auto link = std::make_shared<ChannelLink>(next_incoming_key_, std::move(parameters));
  next_incoming_key_ += 2;
  Channel &channel = channels_.add(std::make_unique<Channel>(link, true));
  scheduler_.add(channel);
  channels_.set_stream(channel, stream);
  scheduler_.set_blocked(channel,
                         resets_.contains(stream) || stream >= association_->outgoing_streams());
  channel.state = Channel::State::OPEN;
  channel.handshake = Channel::Handshake::SEND_ACK;
  handshakes_.push_back(channel.key());
  listener_.on_channel_arrived(link, stream);
  send_handshakes();
  for (const EarlyMessages::Message &each : early_.take(stream)) {
    --dropped_[kWithoutChannel];
    on_message(stream, each.ppid, each.payload);
  }
}

// RFC 8832 section 6: closed by the procedure of RFC 8831 section 6.7, and no ACK.
void ChannelTable::State::refuse(std::uint16_t stream, const char *reason) {
  count(reason);
  early_.take(stream);
  resets_.start(stream, std::nullopt, false, timers_.now());
  request_resets();
}

}  // namespace peerlane
