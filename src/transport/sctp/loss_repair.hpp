// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_SCTP_LOSS_REPAIR_HPP
#define PEERLANE_TRANSPORT_SCTP_LOSS_REPAIR_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/clock.hpp"
#include "peerlane/types.hpp"
#include "transport/sctp/early_copies.hpp"
#include "transport/sctp/sack.hpp"
#include "transport/sctp/sent_packets.hpp"

namespace peerlane {

/// Sends lost packets again before the stack would, and keeps single losses from it. Lives on the
/// strand.
///
/// SCTP waits until three later packets have been reported, which for a game's packets is three
/// frames, then halves its window, and waits for a timeout where the repetition is lost too. Here a
/// packet is lost as RFC 8985 says: when one that was sent later has arrived, and either three have
/// or a quarter of a round trip has passed. It goes out again, every time that it is lost, and the
/// stack sees an acknowledgement without the gap.
///
/// Gaps are congestion, and the stack's business, where more is lost than a bad link loses (as in
/// BBR), or where a gap does not close in time. A queue shows by its delay, which is FlightLimit's
/// business. Messages that may not be sent again, or not for ever, are the stack's: it has to see
/// their gaps, to skip them. What is sent beside them is repaired here as long as it is little.
class LossRepair {
 public:
  /// Messages of the stream may have a limited number of repetitions from now on; until its reset.
  void set_limited(std::uint16_t stream);
  void on_stream_reset(std::uint16_t stream);

  /// A packet of ours with data goes out. Not needed for all of them; those that were not told of
  /// are the stack's business. True where it can be sent again.
  bool on_sent(ByteView packet, TimePoint now);
  /// The packet that on_sent() has just returned true for, with copies of the last ones where they
  /// help; `most` bytes at most. Valid until the next call on this thread.
  ByteView with_copies(ByteView packet, std::size_t most, TimePoint now);
  /// A packet of the peer with a SACK, while not idle(); `timeout`: the stack's for
  /// retransmissions. What the stack may see of it. Valid until the next call on this thread.
  ByteView on_received(ByteView packet, TimePoint now, Duration timeout);

  /// Nothing that it was told of is under way: it need not hear what the peer sends.
  bool idle() const { return packets_.empty() && !left_to_stack(); }
  /// The stack sees the peer's packets as they are.
  bool left_to_stack() const { return stack_until_ || shown_until_; }
  bool has_repairs() const { return !due_.empty(); }
  /// Appends the packets to send again. Valid until the next call on this thread.
  void take_repairs(std::vector<ByteView> &packets);
  /// A round trip, where the last packet of the peer gave one. Samples by cumulative TSN would have
  /// the repair in them.
  std::optional<Duration> take_round_trip() { return std::exchange(round_trip_, std::nullopt); }
  /// Whether something is missing.
  bool has_gaps() const { return !missing_.empty(); }
  std::uint64_t repaired() const { return repaired_; }
  /// A gap was there not long ago: when it closes, the stack's window opens at once, which is no
  /// reason to send so much at once.
  bool paces() const { return paces_ && !left_to_stack() && !packets_.empty(); }
  /// What has arrived since the last call.
  std::size_t take_delivered_bytes() { return std::exchange(delivered_bytes_, 0); }

 private:
  using Packet = SentPackets::Packet;

  /// The data chunks of a packet: where they begin, 0 where there are none, and how many.
  struct Data {
    std::size_t at = 0;
    std::uint32_t first = 0, last = 0;
    std::uint16_t limited = 0, unlimited = 0;
  };
  bool is_limited(const std::uint8_t *chunk) const;
  Data data_in(ByteView packet) const;
  ByteView unlimited_in(ByteView chunks) const;
  void acknowledge_through(std::uint32_t tsn);
  void acknowledge_blocks(const Sack &sack);
  void acknowledge(Packet &packet);
  void measure();
  void find_lost(const Sack &sack);
  bool is_lost(const Packet &packet) const;
  bool may_repair(Duration timeout) const;
  void leave_to_stack();
  void begin_round();
  bool congested() const;

  SentPackets packets_;
  EarlyCopies copies_;
  std::vector<bool> limited_;
  std::uint64_t order_ = 0;
  bool started_ = false;
  std::uint32_t highest_sent_ = 0;
  std::uint32_t cumulative_ = 0;
  std::uint32_t highest_acknowledged_ = 0;
  TimePoint advanced_at_{};
  // Until the peer has everything up to this one, the stack sees everything.
  std::optional<std::uint32_t> stack_until_;
  // The same, but what may be sent again is, here too.
  std::optional<std::uint32_t> shown_until_;
  std::vector<std::uint32_t> missing_;  // First TSNs, below the highest that has come.
  std::vector<std::uint32_t> due_;

  // Of what the last SACK told.
  TimePoint now_{};
  std::size_t newly_acknowledged_ = 0;
  std::size_t copies_acknowledged_ = 0;
  std::uint64_t newest_order_ = 0;  // Of all that have come.
  const Packet *newest_ = nullptr;
  std::optional<Duration> round_trip_;
  Duration smoothed_{0};
  // From one packet's sending to its arrival.
  std::uint32_t round_end_ = 0;
  std::uint32_t round_delivered_ = 0;
  std::uint32_t round_lost_ = 0;
  double loss_ = 0;  // A moving average.
  std::size_t delivered_bytes_ = 0;
  bool paces_ = false;
  std::uint64_t repaired_ = 0;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_SCTP_LOSS_REPAIR_HPP
