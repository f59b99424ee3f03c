// SPDX-License-Identifier: MIT
#include <utility>

#include "channel/channel_table_state.hpp"
#include "channel/dcep.hpp"

namespace peerlane {

void ChannelTable::State::on_message(std::uint16_t stream, std::uint32_t ppid, ByteView message) {
  if (association_ == nullptr) return;
  if (static_cast<Ppid>(ppid) == Ppid::DCEP) {
    on_dcep(stream, message);
    return;
  }
  Channel *channel = channels_.at_stream(stream);
  if (channel == nullptr || channel->state != Channel::State::OPEN) {
    on_stray_message(stream, ppid, message);
    return;
  }
  // Whatever the peer sends says that it knows the channel (RFC 8832 section 6).
  channel->answered = true;
  on_user_message(*channel, ppid, message);
}

void ChannelTable::State::on_dcep(std::uint16_t stream, ByteView message) {
  const auto type = static_cast<DcepType>(message.empty() ? 0 : message[0]);
  if (type == DcepType::OPEN) {
    on_open_message(stream, message);
    return;
  }
  Channel *channel = channels_.at_stream(stream);
  if (type == DcepType::ACK && message.size() == kDcepAck.size()) {
    // Where no OPEN of ours waits for it, it means nothing.
    if (channel != nullptr && channel->state == Channel::State::OPEN) channel->answered = true;
  } else if (channel != nullptr || resets_.contains(stream)) {
    count("dcep_malformed");
  } else {
    refuse(stream, "dcep_malformed");
  }
}

void ChannelTable::State::on_stray_message(std::uint16_t stream, std::uint32_t ppid,
                                           ByteView message) {
  if (hand_over_stream(stream)) {
    Channel *next_user = channels_.at_stream(stream);
    if (next_user != nullptr && next_user->state == Channel::State::OPEN) {
      on_user_message(*next_user, ppid, message);
      return;
    }
  } else if (channels_.at_stream(stream) != nullptr || resets_.contains(stream)) {
    // W3C: a channel that is not open delivers nothing.
    count("message_on_closing_channel");
    return;
  }
  // Counted also where it is kept: its channel may never come. accept() takes the count back.
  count(kWithoutChannel);
  if (channels_.at_stream(stream) == nullptr && is_peers(stream)) {
    early_.keep(stream, ppid, message);
  }
}

void ChannelTable::State::on_user_message(Channel &channel, std::uint32_t ppid, ByteView message) {
  switch (static_cast<Ppid>(ppid)) {
    case Ppid::STRING:
      return on_whole(channel, true, message);
    case Ppid::BINARY:
      return on_whole(channel, false, message);
    case Ppid::STRING_PARTIAL:
      return on_part(channel, true, message);
    case Ppid::BINARY_PARTIAL:
      return on_part(channel, false, message);
    case Ppid::STRING_EMPTY:
      return deliver(channel, true, {});
    case Ppid::BINARY_EMPTY:
      return deliver(channel, false, {});
    case Ppid::DCEP:
      break;
  }
  // RFC 8831 section 6.6.
  close_with_error(channel, Error::ERR_INVALID_DATA,
                   "the channel \"" + channel.parameters().label +
                       "\" is closed: the peer sent a message of the unknown type " +
                       std::to_string(ppid));
}

void ChannelTable::State::on_whole(Channel &channel, bool is_text, ByteView message) {
  if (partials_.empty() || !partials_.contains(*channel.stream, is_text)) {
    if (message.size() <= limits_.max_message_size) {
      deliver(channel, is_text, PackedByteArray(message.begin(), message.end()));
    } else {
      on_part(channel, is_text, message);
    }
    return;
  }
  const ChannelKey key = channel.key();
  on_part(channel, is_text, message);
  // Unless it was too long.
  if (channels_.find(key) != &channel || channel.state != Channel::State::OPEN) return;
  deliver(channel, is_text, partials_.take(*channel.stream, is_text));
}

void ChannelTable::State::on_part(Channel &channel, bool is_text, ByteView part) {
  if (partials_.append(*channel.stream, is_text, part)) return;
  close_with_error(channel, Error::ERR_OUT_OF_MEMORY,
                   "the channel \"" + channel.parameters().label +
                       "\" is closed: the peer sent a message longer than our max_message_size");
}

void ChannelTable::State::deliver(Channel &channel, bool is_text, PackedByteArray &&payload) {
  channel.count_received(payload.size());
  listener_.on_channel_message(channel.key(), is_text, std::move(payload));
}

}  // namespace peerlane
