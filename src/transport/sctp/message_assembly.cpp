// SPDX-License-Identifier: MIT
#include "transport/sctp/message_assembly.hpp"

#include <utility>

namespace peerlane {

MessageAssembly::Result MessageAssembly::add(Key key, ByteView piece, bool last,
                                             ByteView &message) {
  // Almost always the message is whole, and nothing is copied.
  const auto found = parts_.empty() ? parts_.end() : parts_.find(index(key));
  if (found == parts_.end()) {
    if (piece.size() > max_message_size_) return Result::TOO_LONG;
    if (last) {
      message = piece;
      return Result::WHOLE;
    }
    parts_.emplace(index(key), PackedByteArray(piece.begin(), piece.end()));
    return Result::PART;
  }
  PackedByteArray &part = found->second;
  if (piece.size() > max_message_size_ - part.size()) return Result::TOO_LONG;
  part.insert(part.end(), piece.begin(), piece.end());
  if (!last) return Result::PART;
  whole_ = std::move(part);
  parts_.erase(found);
  message = whole_;
  return Result::WHOLE;
}

void MessageAssembly::abandon(std::uint16_t stream) {
  parts_.erase(index({stream, false}));
  parts_.erase(index({stream, true}));
}

}  // namespace peerlane
