// SPDX-License-Identifier: MIT
#ifndef PEERLANE_CORE_MESSAGE_QUEUE_HPP
#define PEERLANE_CORE_MESSAGE_QUEUE_HPP

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/channel_link.hpp"
#include "core/clock.hpp"
#include "peerlane/types.hpp"

namespace peerlane {

/// Messages in order, waiting to be sent. Small ones lie one behind the other in one flat buffer,
/// so that a message costs no allocation; large ones keep the buffer that they came in. Not
/// synchronised.
class MessageQueue {
 public:
  struct Message {
    ChannelKey channel = 0;
    bool is_text = false;
    TimePoint queued_at{};
    ByteView payload;
  };

  bool empty() const { return next_ == entries_.size(); }
  std::size_t size() const { return entries_.size() - next_; }

  void push(ChannelKey channel, bool is_text, TimePoint queued_at, ByteView payload);
  void push(ChannelKey channel, bool is_text, TimePoint queued_at, PackedByteArray &&payload);
  /// The oldest message; its payload stays valid until `pop` or `push`.
  Message front() const;
  void pop();
  /// Takes the oldest message of `other` over without copying where it is large.
  void move_front_from(MessageQueue &other);
  void swap(MessageQueue &other) noexcept;
  void clear();

 private:
  // Above this size a message is moved, not copied.
  static constexpr std::size_t kFlatLimit = 2048;
  static constexpr std::uint32_t kInFlat = UINT32_MAX;

  struct Entry {
    ChannelKey channel;
    std::uint32_t size;
    std::uint32_t large_index;  ///< kInFlat, or an index into large_.
    bool is_text;
    TimePoint queued_at;
    std::size_t flat_offset;
  };

  std::vector<Entry> entries_;
  std::size_t next_ = 0;
  std::vector<std::uint8_t> flat_;
  std::vector<PackedByteArray> large_;
};

}  // namespace peerlane

#endif  // PEERLANE_CORE_MESSAGE_QUEUE_HPP
