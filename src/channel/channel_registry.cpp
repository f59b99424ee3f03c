// SPDX-License-Identifier: MIT
#include "channel/channel_registry.hpp"

#include <algorithm>
#include <utility>

namespace peerlane {

namespace {

std::size_t label_bytes(const Channel &channel) {
  return channel.parameters().label.size() + channel.parameters().protocol.size();
}

}  // namespace

Channel &ChannelRegistry::add(std::unique_ptr<Channel> channel) {
  if (channel->by_peer) {
    ++incoming_;
    incoming_label_bytes_ += label_bytes(*channel);
  }
  const ChannelKey key = channel->key();
  return *(by_key_[key] = std::move(channel));
}

void ChannelRegistry::set_stream(Channel &channel, std::uint16_t stream) {
  channel.stream = stream;
  by_stream_[stream] = &channel;
}

void ChannelRegistry::remove(Channel &channel) {
  if (channel.stream) {
    by_stream_.erase(*channel.stream);
    std::uint32_t &first = first_free_[*channel.stream % 2];
    first = std::min<std::uint32_t>(first, *channel.stream);
  }
  if (channel.by_peer) {
    --incoming_;
    incoming_label_bytes_ -= label_bytes(channel);
  }
  last_found_ = nullptr;
  last_at_stream_ = nullptr;
  by_key_.erase(channel.key());
}

std::vector<ChannelKey> ChannelRegistry::keys() const {
  std::vector<ChannelKey> keys;
  keys.reserve(by_key_.size());
  for (const auto &[key, channel] : by_key_) keys.push_back(key);
  std::sort(keys.begin(), keys.end());
  return keys;
}

std::uint32_t ChannelRegistry::streams_in_use() const {
  std::uint32_t streams = 0;
  for (const auto &[stream, channel] : by_stream_) {
    streams = std::max<std::uint32_t>(streams, std::uint32_t{stream} + 1);
  }
  return streams;
}

std::optional<std::uint16_t> ChannelRegistry::free_stream(bool even, const StreamResets &resets) {
  std::uint32_t &first = first_free_[even ? 0 : 1];
  bool is_first = true;
  for (std::uint32_t candidate = first; candidate <= kMaxStream; candidate += 2) {
    const auto stream = static_cast<std::uint16_t>(candidate);
    if (by_stream_.count(stream) != 0 || retired_.count(stream) != 0) {
      if (is_first) first = candidate + 2;
    } else if (resets.contains(stream)) {
      is_first = false;  // Free again soon, and nobody says so here.
    } else {
      return stream;
    }
  }
  return std::nullopt;
}

void ChannelRegistry::forget_association() {
  retired_.clear();
  first_free_[0] = 0;
  first_free_[1] = 1;
}

}  // namespace peerlane
