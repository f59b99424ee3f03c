// SPDX-License-Identifier: MIT
#ifndef PEERLANE_CHANNEL_EARLY_MESSAGES_HPP
#define PEERLANE_CHANNEL_EARLY_MESSAGES_HPP

#include <cstddef>
#include <cstdint>
#include <vector>

#include "peerlane/types.hpp"

namespace peerlane {

/// Messages that overtook the DATA_CHANNEL_OPEN of their stream. RFC 8832 section 6 has the opener
/// send in order until it is answered, but not every peer does; a few are kept. Lives on the
/// strand.
class EarlyMessages {
 public:
  struct Message {
    std::uint16_t stream = 0;
    std::uint32_t ppid = 0;
    PackedByteArray payload;
  };
  static constexpr std::size_t kMaxMessages = 16;
  static constexpr std::size_t kMaxBytes = 64 * 1024;

  /// False where there is no place left.
  bool keep(std::uint16_t stream, std::uint32_t ppid, ByteView payload);
  /// Those of one stream, in the order of arrival.
  std::vector<Message> take(std::uint16_t stream);
  void clear();

 private:
  std::vector<Message> messages_;
  std::size_t bytes_ = 0;
};

}  // namespace peerlane

#endif  // PEERLANE_CHANNEL_EARLY_MESSAGES_HPP
