// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_CHANNEL_PAIRED_ASSOCIATION_HPP
#define PEERLANE_TESTS_CHANNEL_PAIRED_ASSOCIATION_HPP

#include <algorithm>
#include <cstdint>
#include <deque>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "channel/channel_table.hpp"

namespace peerlane::test {

/// One end of an association in memory. What it sends waits in its wire until the test delivers it;
/// unordered messages and the answers to resets overtake others, as far as SCTP allows that.
class PairedAssociation final : public SctpAssociation {
 public:
  std::size_t capacity = SIZE_MAX;  ///< Bytes on the wire; more messages find it full.
  std::uint16_t streams = 64;
  std::uint64_t violations = 0;  ///< Messages on a stream that is being reset.

  void connect(PairedAssociation &peer, ChannelTable &table) {
    peer_ = &peer;
    table_ = &table;
  }
  bool idle() const { return wire_.empty(); }

  SctpSendStatus send(const SctpMessage &message) override {
    if (message.stream >= streams) return SctpSendStatus::FAILED;
    if (resetting_.count(message.stream) != 0) {
      ++violations;
      return SctpSendStatus::FAILED;
    }
    if (wire_bytes_ + message.payload.size() > capacity && wire_bytes_ > 0) {
      return SctpSendStatus::FULL;
    }
    wire_bytes_ += message.payload.size();
    Item item;
    item.kind = Kind::MESSAGE;
    item.streams = {message.stream};
    item.ordered = message.ordered;
    item.ppid = static_cast<std::uint32_t>(message.ppid);
    item.payload.assign(message.payload.begin(), message.payload.end());
    wire_.push_back(std::move(item));
    return SctpSendStatus::SENT;
  }
  bool reset_streams(const std::vector<std::uint16_t> &asked) override {
    for (const std::uint16_t stream : asked) {
      if (!resetting_.insert(stream).second) ++violations;
    }
    push(Kind::RESET, asked);
    return true;
  }
  bool request_streams(std::uint16_t total) override {
    if (total > streams) push(Kind::GROW, {total});
    return true;
  }
  std::uint16_t outgoing_streams() const override { return streams; }
  std::uint16_t incoming_streams() const override { return peer_->streams; }
  bool interleaves() const override { return false; }
  bool may_overtake() override { return false; }
  std::size_t send_room() override { return capacity > wire_bytes_ ? capacity - wire_bytes_ : 0; }

  /// Delivers one thing to the peer, by chance one that may overtake.
  void deliver_one(std::mt19937 &random) {
    if (wire_.empty()) return;
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < std::min<std::size_t>(wire_.size(), 16); ++i) {
      if (may_go(i)) ready.push_back(i);
    }
    const std::size_t index = ready[random() % ready.size()];
    const Item item = std::move(wire_[index]);
    wire_.erase(wire_.begin() + static_cast<std::ptrdiff_t>(index));
    wire_bytes_ -= item.payload.size();
    arrive(item);
    table_->on_sendable();
    peer_->table_->on_sendable();
  }

 private:
  enum class Kind { MESSAGE, RESET, RESET_DONE, GROW, GROWN };
  struct Item {
    Kind kind = Kind::MESSAGE;
    std::vector<std::uint16_t> streams;
    bool ordered = true;
    std::uint32_t ppid = 0;
    std::string payload;
  };

  void push(Kind kind, std::vector<std::uint16_t> about) {
    Item item;
    item.kind = kind;
    item.streams = std::move(about);
    wire_.push_back(std::move(item));
  }

  static bool share_stream(const Item &a, const Item &b) {
    return std::any_of(a.streams.begin(), a.streams.end(), [&b](std::uint16_t stream) {
      return std::find(b.streams.begin(), b.streams.end(), stream) != b.streams.end();
    });
  }
  bool may_go(std::size_t index) const {
    const Item &item = wire_[index];
    for (std::size_t i = 0; i < index; ++i) {
      const Item &earlier = wire_[i];
      if (item.kind == Kind::RESET_DONE || item.kind == Kind::GROWN) continue;
      if (item.kind != Kind::MESSAGE) return false;  // After all data before it.
      if (earlier.kind == Kind::RESET && share_stream(item, earlier)) return false;
      if (earlier.kind == Kind::MESSAGE && item.ordered && earlier.ordered &&
          share_stream(item, earlier))
        return false;
    }
    return true;
  }
  void arrive(const Item &item) {
    switch (item.kind) {
      case Kind::MESSAGE:
        peer_->table_->on_message(item.streams[0], item.ppid, ByteView(item.payload));
        break;
      case Kind::RESET:
        peer_->push(Kind::RESET_DONE, item.streams);
        peer_->table_->on_incoming_reset(item.streams);
        break;
      case Kind::RESET_DONE:
        for (const std::uint16_t stream : item.streams) peer_->resetting_.erase(stream);
        peer_->table_->on_outgoing_reset(item.streams);
        break;
      case Kind::GROW:
        peer_->push(Kind::GROWN, item.streams);
        break;
      case Kind::GROWN:
        peer_->streams = std::max(peer_->streams, item.streams[0]);
        peer_->table_->on_streams_changed();
        table_->on_streams_changed();
        break;
    }
  }

  PairedAssociation *peer_ = nullptr;
  ChannelTable *table_ = nullptr;
  std::deque<Item> wire_;
  std::size_t wire_bytes_ = 0;
  std::set<std::uint16_t> resetting_;
};

}  // namespace peerlane::test

#endif  // PEERLANE_TESTS_CHANNEL_PAIRED_ASSOCIATION_HPP
