// SPDX-License-Identifier: MIT
#include "channel/channel.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

namespace peerlane {

namespace {

// SCTP has no empty messages: one byte, which the receiver ignores, stands for it (RFC 8831
// section 6.6).
constexpr std::uint8_t kFiller[1] = {0};

// Only the strand writes these counters, so no locked instruction is needed.
void add(std::atomic<std::uint64_t> &counter, std::uint64_t amount) {
  counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

}  // namespace

Channel::Channel(std::shared_ptr<ChannelLink> channel_link, bool opened_by_peer)
    : link(std::move(channel_link)), by_peer(opened_by_peer) {
  answered = by_peer || parameters().negotiated;
  if (parameters().max_retransmits) {
    reliability_ = SctpMessage::Reliability::MAX_RETRANSMITS;
    reliability_value_ = *parameters().max_retransmits;
  } else if (parameters().max_packet_life_time) {
    reliability_ = SctpMessage::Reliability::MAX_LIFETIME;
    // usrsctp takes a lifetime of 0 for none at all.
    reliability_value_ = std::max<std::uint32_t>(*parameters().max_packet_life_time, 1);
  }
}

bool Channel::is_stale(TimePoint queued_at, TimePoint now) const {
  const Duration waited = now - queued_at;
  switch (reliability_) {
    case SctpMessage::Reliability::RELIABLE:
      return false;
    case SctpMessage::Reliability::MAX_LIFETIME:
      return waited >= std::chrono::milliseconds(reliability_value_);
    case SctpMessage::Reliability::MAX_RETRANSMITS:
      break;
  }
  const std::int64_t attempts = std::int64_t{reliability_value_} + 1;
  const Duration stalled = now - std::max(queued_at, last_taken);
  return stalled > kStalePatience * attempts || waited > kMaxPatience * attempts;
}

SctpMessage Channel::compose(bool is_text, ByteView payload) const {
  SctpMessage message;
  message.stream = *stream;
  message.ordered = parameters().ordered || !answered;
  message.reliability = reliability_;
  message.reliability_value = reliability_value_;
  if (payload.empty()) {
    message.ppid = is_text ? Ppid::STRING_EMPTY : Ppid::BINARY_EMPTY;
    message.payload = ByteView(kFiller);
  } else {
    message.ppid = is_text ? Ppid::STRING : Ppid::BINARY;
    message.payload = payload;
  }
  return message;
}

SctpMessage Channel::compose(const MessageQueue::Message &queued, TimePoint now) const {
  SctpMessage message = compose(queued.is_text, queued.payload);
  if (reliability_ == SctpMessage::Reliability::MAX_LIFETIME) {
    const std::int64_t waited =
        std::chrono::duration_cast<std::chrono::milliseconds>(now - queued.queued_at).count();
    message.reliability_value = static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(std::int64_t{reliability_value_} - waited, 1, reliability_value_));
  }
  return message;
}

bool Channel::take_off_buffered(std::size_t size) {
  link->buffered_cost.fetch_sub(size + kMessageOverhead, std::memory_order_relaxed);
  const std::uint64_t before = link->buffered.fetch_sub(size, std::memory_order_relaxed);
  const std::uint64_t threshold = link->low_threshold.load(std::memory_order_relaxed);
  return before > threshold && before - size <= threshold;
}

void Channel::count_sent(std::size_t size) {
  add(link->messages_sent, 1);
  add(link->bytes_sent, size);
}

void Channel::count_received(std::size_t size) {
  add(link->messages_received, 1);
  add(link->bytes_received, size);
}

}  // namespace peerlane
