// SPDX-License-Identifier: MIT
#ifndef PEERLANE_CORE_CHANNEL_LINK_HPP
#define PEERLANE_CORE_CHANNEL_LINK_HPP

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace peerlane {

/// Names a channel within its connection, from before it has a stream: even for channels of the API
/// side, odd for channels that the peer opened. Never used again.
using ChannelKey = std::uint32_t;

/// What is agreed on a channel once and for all. Pure value.
struct ChannelParameters {
  std::string label;
  std::string protocol;
  bool ordered = true;
  std::optional<std::uint16_t> max_retransmits;
  std::optional<std::uint16_t> max_packet_life_time;  ///< Milliseconds.
  bool negotiated = false;
  std::optional<std::uint16_t> id;  ///< Where negotiated; else the stream is known later.
};

/// What the two planes share of one channel: constants, and counters that either may read at any
/// time. Any thread.
struct ChannelLink {
  ChannelLink(ChannelKey channel_key, ChannelParameters agreed)
      : key(channel_key), parameters(std::move(agreed)) {}

  // Constant after construction.
  const ChannelKey key;
  const ChannelParameters parameters;

  // Payload bytes accepted and not yet taken by SCTP, and the same with the overhead that the limit
  // counts.
  std::atomic<std::uint64_t> buffered{0};
  std::atomic<std::uint64_t> buffered_cost{0};
  std::atomic<std::uint64_t> low_threshold{0};
  std::atomic<std::uint64_t> messages_sent{0}, bytes_sent{0};          // Written by the strand.
  std::atomic<std::uint64_t> messages_received{0}, bytes_received{0};  // Written by the strand.
};

/// What one message costs beside its payload, wherever a limit counts messages.
inline constexpr std::size_t kMessageOverhead = 64;

}  // namespace peerlane

#endif  // PEERLANE_CORE_CHANNEL_LINK_HPP
