// SPDX-License-Identifier: MIT
#ifndef PEERLANE_CHANNEL_PARTIAL_MESSAGES_HPP
#define PEERLANE_CHANNEL_PARTIAL_MESSAGES_HPP

#include <cstddef>
#include <cstdint>
#include <map>

#include "peerlane/types.hpp"

namespace peerlane {

/// Messages that old peers send in parts: PPIDs 52 and 54, ended by a 53 or 51 (RFC 8831
/// section 6.6, deprecated). Collected for each stream and each type, with a bound. Lives on the
/// strand.
class PartialMessages {
 public:
  explicit PartialMessages(std::size_t max_message_size) : max_message_size_(max_message_size) {}

  bool empty() const { return parts_.empty(); }
  bool contains(std::uint16_t stream, bool is_text) const {
    return parts_.count(key(stream, is_text)) != 0;
  }
  /// False, and the message is forgotten, where it gets longer than a message may be.
  bool append(std::uint16_t stream, bool is_text, ByteView part);
  /// What has been collected; empty where nothing.
  PackedByteArray take(std::uint16_t stream, bool is_text);
  void forget(std::uint16_t stream);
  void clear();

 private:
  // Several channels may each be in the middle of a message, a peer that never ends one must not
  // fill the memory.
  static constexpr std::size_t kMessagesUnderWay = 4;

  static std::uint32_t key(std::uint16_t stream, bool is_text) {
    return std::uint32_t{stream} * 2 + (is_text ? 1 : 0);
  }

  const std::size_t max_message_size_;
  std::map<std::uint32_t, PackedByteArray> parts_;
  std::size_t total_ = 0;
};

}  // namespace peerlane

#endif  // PEERLANE_CHANNEL_PARTIAL_MESSAGES_HPP
