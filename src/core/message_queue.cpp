// SPDX-License-Identifier: MIT
#include "core/message_queue.hpp"

#include <utility>

namespace peerlane {

void MessageQueue::push(ChannelKey channel, bool is_text, TimePoint queued_at, ByteView payload) {
  if (payload.size() > kFlatLimit) {
    push(channel, is_text, queued_at, PackedByteArray(payload.begin(), payload.end()));
    return;
  }
  entries_.push_back({channel, static_cast<std::uint32_t>(payload.size()), kInFlat, is_text,
                      queued_at, flat_.size()});
  flat_.insert(flat_.end(), payload.begin(), payload.end());
}

void MessageQueue::push(ChannelKey channel, bool is_text, TimePoint queued_at,
                        PackedByteArray &&payload) {
  if (payload.size() <= kFlatLimit) {
    push(channel, is_text, queued_at, ByteView(payload));
    return;
  }
  entries_.push_back({channel, static_cast<std::uint32_t>(payload.size()),
                      static_cast<std::uint32_t>(large_.size()), is_text, queued_at, 0});
  large_.push_back(std::move(payload));
}

MessageQueue::Message MessageQueue::front() const {
  const Entry &entry = entries_[next_];
  const std::uint8_t *data = entry.large_index == kInFlat ? flat_.data() + entry.flat_offset
                                                          : large_[entry.large_index].data();
  return {entry.channel, entry.is_text, entry.queued_at, ByteView(data, entry.size)};
}

void MessageQueue::pop() {
  const Entry &entry = entries_[next_];
  if (entry.large_index != kInFlat) PackedByteArray().swap(large_[entry.large_index]);
  ++next_;
  if (empty()) {
    clear();
    return;
  }
  // A queue that never runs empty must not grow for ever: drop the consumed half, which costs O(1)
  // for each message.
  if (next_ < 1024 || next_ < entries_.size() / 2) return;
  std::size_t flat_consumed = flat_.size();
  std::size_t large_consumed = large_.size();
  for (std::size_t i = next_; i < entries_.size(); ++i) {
    const Entry &left = entries_[i];
    if (left.large_index == kInFlat && left.flat_offset < flat_consumed)
      flat_consumed = left.flat_offset;
    if (left.large_index != kInFlat && left.large_index < large_consumed)
      large_consumed = left.large_index;
  }
  flat_.erase(flat_.begin(), flat_.begin() + static_cast<std::ptrdiff_t>(flat_consumed));
  large_.erase(large_.begin(), large_.begin() + static_cast<std::ptrdiff_t>(large_consumed));
  entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(next_));
  next_ = 0;
  for (Entry &left : entries_) {
    if (left.large_index == kInFlat) {
      left.flat_offset -= flat_consumed;
    } else {
      left.large_index -= static_cast<std::uint32_t>(large_consumed);
    }
  }
}

void MessageQueue::move_front_from(MessageQueue &other) {
  const Entry &entry = other.entries_[other.next_];
  if (entry.large_index == kInFlat) {
    const Message message = other.front();
    push(message.channel, message.is_text, message.queued_at, message.payload);
  } else {
    push(entry.channel, entry.is_text, entry.queued_at, std::move(other.large_[entry.large_index]));
  }
  other.pop();
}

void MessageQueue::swap(MessageQueue &other) noexcept {
  std::swap(entries_, other.entries_);
  std::swap(next_, other.next_);
  std::swap(flat_, other.flat_);
  std::swap(large_, other.large_);
}

void MessageQueue::clear() {
  entries_.clear();
  next_ = 0;
  flat_.clear();
  large_.clear();
  // The buffers are kept for the next burst, unless a burst was so large that an idle connection
  // would pay for it.
  constexpr std::size_t kKeptBytes = 64 * 1024;
  if (flat_.capacity() > kKeptBytes) std::vector<std::uint8_t>().swap(flat_);
  if (entries_.capacity() * sizeof(Entry) > kKeptBytes) std::vector<Entry>().swap(entries_);
  if (large_.capacity() * sizeof(PackedByteArray) > kKeptBytes)
    std::vector<PackedByteArray>().swap(large_);
}

}  // namespace peerlane
