// SPDX-License-Identifier: MIT
#include <algorithm>
#include <utility>

#include "channel/channel_table_state.hpp"

namespace peerlane {

namespace {
// How soon a request that the association could not make is tried again where nothing else happens.
constexpr Duration kRequestInterval = std::chrono::milliseconds(200);
}  // namespace

void ChannelTable::State::close(ChannelKey key) {
  Channel *channel = channels_.find(key);
  if (channel == nullptr || channel->state == Channel::State::CLOSING) return;
  if (channel->state == Channel::State::WAITING) {
    // The peer has never heard of it.
    forget(*channel);
    open_waiting();
    return;
  }
  channel->state = Channel::State::CLOSING;
  channel->handshake = Channel::Handshake::NONE;  // The reset answers the peer's OPEN as well.
  if (channel->queue.empty()) {
    reset(*channel);
    request_resets();
  } else {
    channel->draining = true;
    draining_.push_back(key);
  }
}

void ChannelTable::State::close_with_error(Channel &channel, Error error,
                                           const std::string &message) {
  const Channel::State state = channel.state;
  listener_.on_channel_error(error, message);
  if (state == Channel::State::WAITING) {
    forget(channel);
    return;
  }
  if (state == Channel::State::CLOSING && !channel.draining) return;
  channel.state = Channel::State::CLOSING;
  channel.handshake = Channel::Handshake::NONE;
  if (state == Channel::State::OPEN) listener_.on_channel_closing(channel.key());
  reset(channel);
  request_resets();
}

void ChannelTable::State::finish_draining() {
  if (draining_.empty()) return;
  bool resets = false;
  std::erase_if(draining_, [this, &resets](ChannelKey key) {
    Channel *channel = channels_.find(key);
    if (channel == nullptr || !channel->draining) return true;
    if (!channel->queue.empty()) return false;
    reset(*channel);
    resets = true;
    return true;
  });
  if (resets) request_resets();
}

// What is still queued is dropped. RFC 8831 section 6.7: the stream is reset, and by that the
// channel closed.
void ChannelTable::State::reset(Channel &channel) {
  channel.draining = false;
  scheduler_.drop_queued(channel);
  resets_.start(*channel.stream, channel.key(), channel.incoming_reset, timers_.now());
}

void ChannelTable::State::request_resets() {
  if (association_ == nullptr) return;
  if (!resets_.to_request().empty() && association_->reset_streams(resets_.to_request())) {
    resets_.set_requested();
  }
  if (resets_.empty()) {
    reset_timer_.cancel();
    return;
  }
  // Deadlines only get later; a timer that is early looks again.
  const TimePoint soon = timers_.now() + kRequestInterval;
  if (!resets_.to_request().empty()) {
    if (!reset_timer_.armed() || reset_timer_.deadline() > soon) reset_timer_.arm_at(soon);
  } else if (!reset_timer_.armed()) {
    reset_timer_.arm_at(resets_.next_deadline());
  }
}

void ChannelTable::State::on_incoming_reset(const std::vector<std::uint16_t> &streams) {
  for (const std::uint16_t stream : streams) {
    early_.take(stream);
    partials_.forget(stream);
    Channel *channel = channels_.at_stream(stream);
    if (channel == nullptr || channel->state == Channel::State::CLOSING) {
      // Also the second time: usrsctp reports a stream that is reset again once more.
      if (channel != nullptr) channel->incoming_reset = true;
      resets_.on_incoming_done(stream);
    } else if (channel->state == Channel::State::OPEN) {
      // Who closes does not listen any more: what we have queued is dropped, as browsers do.
      channel->incoming_reset = true;
      channel->state = Channel::State::CLOSING;
      channel->handshake = Channel::Handshake::NONE;
      listener_.on_channel_closing(channel->key());
      reset(*channel);
    }
  }
  finish_resets(streams);
}

void ChannelTable::State::on_outgoing_reset(const std::vector<std::uint16_t> &streams) {
  for (const std::uint16_t stream : streams) resets_.on_outgoing_done(stream);
  finish_resets(streams);
}

void ChannelTable::State::finish_resets(const std::vector<std::uint16_t> &streams) {
  for (const std::uint16_t stream : streams) {
    if (resets_.done(stream)) finish_reset(stream);
  }
  request_resets();
  open_waiting();
  pump();
}

void ChannelTable::State::finish_reset(std::uint16_t stream) {
  const std::optional<ChannelKey> key = resets_.channel_of(stream);
  resets_.erase(stream);
  if (key) {
    if (Channel *channel = channels_.find(*key)) forget(*channel);
  } else if (Channel *next_user = channels_.at_stream(stream)) {
    unblock(*next_user);
  }
}

void ChannelTable::State::on_reset_timer() {
  for (const StreamResets::Expired &each : resets_.take_expired(timers_.now())) {
    // The stream may still be open at the peer.
    if (each.channel && !is_peers(each.stream)) channels_.retire_stream(each.stream);
    if (Channel *channel = each.channel ? channels_.find(*each.channel) : nullptr) {
      forget(*channel);
    } else if (Channel *next_user = channels_.at_stream(each.stream)) {
      unblock(*next_user);
    }
  }
  request_resets();
  open_waiting();
  pump();
}

void ChannelTable::State::forget(Channel &channel) {
  const ChannelKey key = channel.key();
  if (channel.stream) partials_.forget(*channel.stream);
  scheduler_.remove(channel);
  channels_.remove(channel);
  listener_.on_channel_closed(key);
}

// Something has come on a stream that is closing. True where it is meant for the stream's next
// user, which may use it now.
bool ChannelTable::State::hand_over_stream(std::uint16_t stream) {
  if (!resets_.only_answer_missing(stream)) return false;
  const std::optional<ChannelKey> key = resets_.channel_of(stream);
  resets_.release_channel(stream);
  if (Channel *channel = key ? channels_.find(*key) : nullptr) forget(*channel);
  open_waiting();
  return true;
}

}  // namespace peerlane
