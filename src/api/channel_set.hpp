// SPDX-License-Identifier: MIT
#ifndef PEERLANE_API_CHANNEL_SET_HPP
#define PEERLANE_API_CHANNEL_SET_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "api/data_channel_core.hpp"
#include "peerlane/stats.hpp"

namespace peerlane::internal {

/// The channels of one connection that are not closed for good, by key, and the ids that they hold.
/// Lives on the caller's thread.
class ChannelSet {
 public:
  using ChannelPtr = std::shared_ptr<DataChannelCore>;

  /// The key for a channel of the API side.
  ChannelKey next_key() { return next_key_ += 2; }
  bool is_id_used(int id) const { return key_of_id_.count(id) != 0; }
  bool empty() const { return channels_.empty(); }

  void add(const ChannelPtr &channel);
  /// The network gave the channel that stream.
  void assign_id(DataChannelCore &channel, int id);
  void release_id(const DataChannelCore &channel);
  /// Also releases its id. Null where there is none.
  ChannelPtr remove(ChannelKey key);
  ChannelPtr find(ChannelKey key) const;
  /// The same for each of millions of messages.
  DataChannelCore *find_for_message(ChannelKey key);
  /// In order of creation; a copy, since what is done with them may change the set.
  std::vector<ChannelPtr> all() const;
  /// Empties the set without a word to the channels.
  std::vector<ChannelPtr> take_all();

  /// A message was delivered to it: `packet_received` is due.
  void note_news(ChannelKey key) { news_.push_back(key); }
  bool has_news() const { return !news_.empty(); }
  /// Calls `each` with every such channel, and forgets them; it must not change the set.
  template <class Function>
  void take_news(const Function &each) {
    for (const ChannelKey key : news_) {
      if (const auto found = channels_.find(key); found != channels_.end()) each(found->second);
    }
    news_.clear();
  }

  void fill_stats(PeerConnectionStats &stats) const;

 private:
  std::unordered_map<ChannelKey, ChannelPtr> channels_;
  std::unordered_map<int, ChannelKey> key_of_id_;
  std::vector<ChannelKey> news_;
  ChannelKey next_key_ = 0;
  DataChannelCore *last_found_ = nullptr;
  std::uint64_t closed_sent_ = 0, closed_received_ = 0;  // Messages of channels that are gone.
};

}  // namespace peerlane::internal

#endif  // PEERLANE_API_CHANNEL_SET_HPP
