// SPDX-License-Identifier: MIT
#ifndef PEERLANE_CHANNEL_CHANNEL_REGISTRY_HPP
#define PEERLANE_CHANNEL_CHANNEL_REGISTRY_HPP

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "channel/channel.hpp"
#include "channel/stream_resets.hpp"

namespace peerlane {

/// Owns the channels and finds them by key and by stream. Lives on the strand.
class ChannelRegistry {
 public:
  static constexpr std::uint32_t kMaxStream = 65534;  // 65535 is reserved, RFC 8832 section 6.

  Channel &add(std::unique_ptr<Channel> channel);
  /// Null where there is none.
  Channel *find(ChannelKey key);
  Channel *at_stream(std::uint16_t stream);
  void set_stream(Channel &channel, std::uint16_t stream);
  void remove(Channel &channel);
  /// By key: in the order of creation, apart for each side.
  std::vector<ChannelKey> keys() const;
  bool empty() const { return by_key_.empty(); }
  /// One more than the highest stream that a channel has; 0 where none has one.
  std::uint32_t streams_in_use() const;
  std::size_t incoming() const { return incoming_; }
  std::size_t incoming_label_bytes() const { return incoming_label_bytes_; }

  /// The lowest stream of our own that no channel and no reset has. RFC 8832 section 6: the DTLS
  /// client's are even.
  std::optional<std::uint16_t> free_stream(bool even, const StreamResets &resets);
  /// The peer never confirmed that it has closed the stream: it is given to no other channel.
  void retire_stream(std::uint16_t stream) { retired_.insert(stream); }
  void forget_association();

 private:
  std::unordered_map<ChannelKey, std::unique_ptr<Channel>> by_key_;
  std::unordered_map<std::uint16_t, Channel *> by_stream_;
  // A peer that floods, or an application that does, uses one channel many times in a row.
  Channel *last_found_ = nullptr;
  Channel *last_at_stream_ = nullptr;
  std::size_t incoming_ = 0;
  std::size_t incoming_label_bytes_ = 0;
  // No stream below is free; one for each parity.
  std::uint32_t first_free_[2] = {0, 1};
  std::unordered_set<std::uint16_t> retired_;
};

inline Channel *ChannelRegistry::find(ChannelKey key) {
  if (last_found_ != nullptr && last_found_->key() == key) return last_found_;
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  return last_found_ = found->second.get();
}

inline Channel *ChannelRegistry::at_stream(std::uint16_t stream) {
  if (last_at_stream_ != nullptr && last_at_stream_->stream == stream) return last_at_stream_;
  const auto found = by_stream_.find(stream);
  if (found == by_stream_.end()) return nullptr;
  return last_at_stream_ = found->second;
}

}  // namespace peerlane

#endif  // PEERLANE_CHANNEL_CHANNEL_REGISTRY_HPP
