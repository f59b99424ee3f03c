// SPDX-License-Identifier: MIT
#include "channel/partial_messages.hpp"

#include <utility>

namespace peerlane {

bool PartialMessages::append(std::uint16_t stream, bool is_text, ByteView part) {
  PackedByteArray &message = parts_[key(stream, is_text)];
  const bool fits = message.size() + part.size() <= max_message_size_ &&
                    total_ + part.size() <= max_message_size_ * kMessagesUnderWay;
  if (!fits) {
    take(stream, is_text);
    return false;
  }
  message.insert(message.end(), part.begin(), part.end());
  total_ += part.size();
  return true;
}

PackedByteArray PartialMessages::take(std::uint16_t stream, bool is_text) {
  const auto found = parts_.find(key(stream, is_text));
  if (found == parts_.end()) return {};
  PackedByteArray message = std::move(found->second);
  parts_.erase(found);
  total_ -= message.size();
  return message;
}

void PartialMessages::forget(std::uint16_t stream) {
  if (empty()) return;
  take(stream, false);
  take(stream, true);
}

void PartialMessages::clear() {
  parts_.clear();
  total_ = 0;
}

}  // namespace peerlane
