// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_SCTP_MESSAGE_ASSEMBLY_HPP
#define PEERLANE_TRANSPORT_SCTP_MESSAGE_ASSEMBLY_HPP

#include <cstdint>
#include <unordered_map>

#include "peerlane/types.hpp"

namespace peerlane {

/// Puts together the messages that the stack delivers in pieces, for each stream apart, ordered and
/// unordered ones apart. Lives on the strand.
class MessageAssembly {
 public:
  explicit MessageAssembly(std::size_t max_message_size) : max_message_size_(max_message_size) {}

  struct Key {
    std::uint16_t stream;
    bool unordered;
  };
  enum class Result { WHOLE, PART, TOO_LONG };

  /// Where the result is WHOLE, `message` is the whole one; valid until the next call.
  Result add(Key key, ByteView piece, bool last, ByteView &message);
  /// The rest of what has begun on the stream will not come (RFC 6458 section 6.1.7).
  void abandon(std::uint16_t stream);
  bool empty() const { return parts_.empty(); }

 private:
  static std::uint32_t index(Key key) {
    return static_cast<std::uint32_t>(key.stream) << 1 | (key.unordered ? 1u : 0u);
  }
  const std::size_t max_message_size_;  // Constant after construction.
  std::unordered_map<std::uint32_t, PackedByteArray> parts_;
  PackedByteArray whole_;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_SCTP_MESSAGE_ASSEMBLY_HPP
