// SPDX-License-Identifier: MIT
#include "api/channel_set.hpp"

#include <algorithm>
#include <utility>

namespace peerlane::internal {

namespace {

// W3C: RTCDataChannelState.
const char *state_word(DataChannel::ChannelState state) {
  switch (state) {
    case DataChannel::STATE_CONNECTING:
      return "connecting";
    case DataChannel::STATE_OPEN:
      return "open";
    case DataChannel::STATE_CLOSING:
      return "closing";
    case DataChannel::STATE_CLOSED:
      return "closed";
  }
  return "";
}

}  // namespace

void ChannelSet::add(const ChannelPtr &channel) {
  channels_[channel->link()->key] = channel;
  if (channel->get_id() <= 65534) key_of_id_[channel->get_id()] = channel->link()->key;
}

void ChannelSet::assign_id(DataChannelCore &channel, int id) {
  if (channel.get_id() != id) release_id(channel);
  channel.set_id(id);
  key_of_id_[id] = channel.link()->key;
}

void ChannelSet::release_id(const DataChannelCore &channel) {
  const auto found = key_of_id_.find(channel.get_id());
  // The id may have a new owner already.
  if (found != key_of_id_.end() && found->second == channel.link()->key) key_of_id_.erase(found);
}

ChannelSet::ChannelPtr ChannelSet::remove(ChannelKey key) {
  const auto found = channels_.find(key);
  if (found == channels_.end()) return nullptr;
  ChannelPtr channel = std::move(found->second);
  channels_.erase(found);
  if (last_found_ == channel.get()) last_found_ = nullptr;
  release_id(*channel);
  closed_sent_ += channel->link()->messages_sent;
  closed_received_ += channel->link()->messages_received;
  return channel;
}

ChannelSet::ChannelPtr ChannelSet::find(ChannelKey key) const {
  const auto found = channels_.find(key);
  return found == channels_.end() ? nullptr : found->second;
}

DataChannelCore *ChannelSet::find_for_message(ChannelKey key) {
  // Messages come in runs.
  if (last_found_ && last_found_->link()->key == key) return last_found_;
  const auto found = channels_.find(key);
  if (found == channels_.end()) return nullptr;
  return last_found_ = found->second.get();
}

std::vector<ChannelSet::ChannelPtr> ChannelSet::all() const {
  std::vector<ChannelPtr> all;
  all.reserve(channels_.size());
  for (const auto &[key, channel] : channels_) all.push_back(channel);
  std::sort(all.begin(), all.end(), [](const ChannelPtr &a, const ChannelPtr &b) {
    return a->link()->key < b->link()->key;
  });
  return all;
}

std::vector<ChannelSet::ChannelPtr> ChannelSet::take_all() {
  std::vector<ChannelPtr> taken = all();
  channels_.clear();
  key_of_id_.clear();
  news_.clear();
  last_found_ = nullptr;
  return taken;
}

void ChannelSet::fill_stats(PeerConnectionStats &stats) const {
  stats.messages_sent = closed_sent_;
  stats.messages_received = closed_received_;
  for (const ChannelPtr &channel : all()) {
    const ChannelLink &link = *channel->link();
    DataChannelStats row;
    row.label = link.parameters.label;
    row.id = channel->get_id();
    row.state = state_word(channel->state());
    row.messages_sent = link.messages_sent;
    row.messages_received = link.messages_received;
    row.bytes_sent = link.bytes_sent;
    row.bytes_received = link.bytes_received;
    row.buffered_amount = link.buffered;
    stats.messages_sent += row.messages_sent;
    stats.messages_received += row.messages_received;
    stats.data_channels.push_back(std::move(row));
  }
}

}  // namespace peerlane::internal
