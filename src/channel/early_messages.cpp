// SPDX-License-Identifier: MIT
#include "channel/early_messages.hpp"

#include <utility>

namespace peerlane {

bool EarlyMessages::keep(std::uint16_t stream, std::uint32_t ppid, ByteView payload) {
  if (messages_.size() >= kMaxMessages || bytes_ + payload.size() > kMaxBytes) return false;
  messages_.push_back({stream, ppid, PackedByteArray(payload.begin(), payload.end())});
  bytes_ += payload.size();
  return true;
}

std::vector<EarlyMessages::Message> EarlyMessages::take(std::uint16_t stream) {
  std::vector<Message> taken;
  std::vector<Message> left;
  for (Message &message : messages_) {
    (message.stream == stream ? taken : left).push_back(std::move(message));
  }
  messages_.swap(left);
  for (const Message &message : taken) bytes_ -= message.payload.size();
  return taken;
}

void EarlyMessages::clear() {
  messages_.clear();
  bytes_ = 0;
}

}  // namespace peerlane
