// SPDX-License-Identifier: MIT
#include "transport/sctp/loss_repair.hpp"

#include <algorithm>
#include <chrono>

#include "transport/sctp/crc32c.hpp"
#include "transport/sctp/wire.hpp"

namespace peerlane {

namespace {

using namespace std::chrono_literals;
using namespace sctp_wire;

// RFC 8985 section 6.2: so many later ones, or so much later.
constexpr std::uint64_t kLaterPackets = 3;
constexpr Duration kLeastReordering = 2ms;
// The stack must know what has come before its timer marks all of that as lost.
constexpr Duration kBeforeTimeout = 40ms;
// More than these are congestion: of one round trip, where a queue overflows; on an average of so
// many packets, where there is hardly any queue. BBR gives way at 2 % of a round trip, which at a
// small window is a single packet.
constexpr std::uint32_t kMostLost = 3;
constexpr std::uint32_t kMostLostOf = 10;  // One of so many.
constexpr double kMostLoss = 0.05;
constexpr double kLossShare = 1.0 / 256;
// Where less is under way, no window matters, and what is late does.
constexpr std::size_t kFewBytes = 4096;
// It is late already, and a repair that is lost too costs a round trip and more; a second copy of a
// game's packet costs next to nothing.
constexpr std::size_t kCopiesOfFew = 2;
// RFC 9260 section 6.2: so long a peer may wait with its acknowledgement. What is still without one
// should have been reported.
constexpr Duration kDelayedReport = 200ms;
// A burst of losses is repaired no faster than others leave the network, and so many besides.
constexpr std::size_t kLeastRepairs = 2;
constexpr std::size_t kKeptMissing = 64;

thread_local PackedByteArray without_gaps;
thread_local PackedByteArray unlimited;
thread_local std::vector<PackedByteArray> repairs;

}  // namespace

void LossRepair::set_limited(std::uint16_t stream) {
  if (stream >= limited_.size()) limited_.resize(stream + 1u);
  limited_[stream] = true;
}

void LossRepair::on_stream_reset(std::uint16_t stream) {
  if (stream < limited_.size()) limited_[stream] = false;
}

bool LossRepair::is_limited(const std::uint8_t *chunk) const {
  const std::uint16_t stream = read16(chunk + 8);
  return stream < limited_.size() && limited_[stream];
}

LossRepair::Data LossRepair::data_in(ByteView packet) const {
  Data data;
  for (std::size_t offset = kCommonHeader; offset + kDataHeader <= packet.size();) {
    const std::uint8_t *chunk = packet.data() + offset;
    const std::size_t size = padded(std::max<std::size_t>(read16(chunk + 2), kChunkHeader));
    if (chunk[0] == DATA || chunk[0] == I_DATA) {
      data.last = read32(chunk + 4);
      if (data.at == 0) {
        data.at = offset;
        data.first = data.last;
      }
      ++(is_limited(chunk) ? data.limited : data.unlimited);
    } else if (data.at != 0) {
      break;
    }
    offset += size;
  }
  return data;
}

/// The chunks that may be sent again. Valid until the next call on this thread.
ByteView LossRepair::unlimited_in(ByteView chunks) const {
  unlimited.clear();
  for (std::size_t offset = 0; offset + kDataHeader <= chunks.size();) {
    const std::uint8_t *chunk = chunks.data() + offset;
    const std::size_t size = std::min(
        padded(std::max<std::size_t>(read16(chunk + 2), kChunkHeader)), chunks.size() - offset);
    if (!is_limited(chunk)) unlimited.insert(unlimited.end(), chunk, chunk + size);
    offset += size;
  }
  return unlimited;
}

bool LossRepair::on_sent(ByteView packet, TimePoint now) {
  const Data data = data_in(packet);
  if (data.at == 0) return false;
  if (!started_) {
    started_ = true;
    cumulative_ = highest_acknowledged_ = highest_sent_ = round_end_ = data.first - 1;
    advanced_at_ = now;
  }
  const bool follows = data.first == highest_sent_ + 1;
  const bool repeated = !later(data.last, highest_sent_);
  if (later(data.last, highest_sent_)) highest_sent_ = data.last;
  if (repeated && data.unlimited == 0 && shown_until_) {
    // The stack's business, and it changes nothing for the others.
    if (Packet *const sent = packets_.find(data.first)) sent->repaired = true;
    return false;
  }
  if (cumulative_ + 1 == data.first) advanced_at_ = now;  // Nothing else is under way.
  ByteView chunks = packet.subview(data.at);
  const std::size_t wire_size = kCommonHeader + chunks.size();
  if (data.limited > 0) chunks = unlimited_in(chunks);
  // The stack's own repetitions, much beside what it may give up, what nobody told us of: all its
  // business.
  if (repeated || !follows || (data.limited > 0 && packets_.bytes() > kFewBytes) ||
      !packets_.add(data.first, data.last, packet.subview(0, kCommonHeader), chunks, data.unlimited,
                    wire_size)) {
    leave_to_stack();
    return false;
  }
  packets_.back().order = ++order_;
  packets_.back().sent_at = now;
  if (data.limited > 0) shown_until_ = highest_sent_;
  return true;
}

ByteView LossRepair::with_copies(ByteView packet, std::size_t most, TimePoint now) {
  if (stack_until_ || packets_.bytes() > kFewBytes) return packet;
  return copies_.add_to(packet, packets_, most, now - smoothed_ - kDelayedReport, now);
}

void LossRepair::leave_to_stack() {
  stack_until_ = highest_sent_;
  due_.clear();
}

ByteView LossRepair::on_received(ByteView packet, TimePoint now, Duration timeout) {
  const std::optional<Sack> sack = Sack::in(packet);
  if (!sack) {
    // As below.
    if (Sack::is_later_in(packet)) leave_to_stack();
    return packet;
  }
  if (later(cumulative_, sack->cumulative_tsn())) return packet;
  now_ = now;
  newly_acknowledged_ = copies_acknowledged_ = 0;
  newest_ = nullptr;
  if (later(highest_acknowledged_, round_end_)) begin_round();
  acknowledge_blocks(*sack);
  copies_.on_acknowledged(copies_acknowledged_, sack->duplicates());
  // One packet alone may be acknowledged late (RFC 9260 section 6.2), but not beside a gap, and
  // hardly beside a duplicate.
  if (newly_acknowledged_ > 1 || sack->gaps() > 0 || sack->duplicates() > 0) {
    measure();
  } else if (newest_ != nullptr) {
    copies_.on_late_acknowledgement(now - newest_->sent_at);
  }
  if (later(sack->cumulative_tsn(), cumulative_)) {
    advanced_at_ = now;
    acknowledge_through(sack->cumulative_tsn());
  }
  find_lost(*sack);
  paces_ = paces_ || !missing_.empty();
  if (sack->gaps() == 0) return packet;
  if (!may_repair(timeout)) {
    leave_to_stack();
    return packet;
  }
  if (shown_until_) {
    // What it has seen as come must not be kept from it afterwards.
    shown_until_ = highest_sent_;
    return packet;
  }
  sack->copy_without_gaps(without_gaps);
  return without_gaps;
}

void LossRepair::acknowledge(Packet &packet) {
  if (packet.acknowledged) return;
  packet.acknowledged = true;
  ++newly_acknowledged_;
  copies_acknowledged_ += packet.copies;
  ++round_delivered_;
  loss_ -= loss_ * kLossShare;
  delivered_bytes_ += packet.wire_size;
  // The sending before may have been the one that came (RFC 8985 section 6.2, step 2).
  if (packet.repaired && now_ - packet.sent_at < smoothed_ / 4 * 3) return;
  if (packet.order < newest_order_) return;
  newest_order_ = packet.order;
  // By Karn's rule a repaired one says nothing. One of which there was only an early copy does:
  // that comes with a newer packet, so the newest of a report has come by itself.
  newest_ = packet.repaired ? nullptr : &packet;
}

// What has come for the first time, and what is skipped.
void LossRepair::acknowledge_blocks(const Sack &sack) {
  const auto pass = [this](std::uint32_t from, std::uint32_t to, bool has_come) {
    for (std::uint32_t tsn = from; !later(tsn, to);) {
      Packet *each = packets_.find(tsn);
      if (each == nullptr) return leave_to_stack();
      if (has_come) {
        acknowledge(*each);
      } else {
        missing_.push_back(each->first_tsn);
      }
      tsn = each->last_tsn + 1;
    }
  };
  const auto come = [this, &pass](std::uint32_t from, std::uint32_t to) {
    const bool makes_sense = !later(from, to) && !later(to, highest_sent_);
    if (!makes_sense || !later(to, highest_acknowledged_)) return;
    const std::uint32_t next = highest_acknowledged_ + 1;
    if (later(from, next)) pass(next, from - 1, false);
    pass(later(from, next) ? from : next, to, true);
    highest_acknowledged_ = to;
  };
  if (later(sack.cumulative_tsn(), highest_acknowledged_)) {
    come(highest_acknowledged_ + 1, sack.cumulative_tsn());
  }
  for (std::size_t gap = 0; gap < sack.gaps(); ++gap) {
    come(sack.block_begin(gap), sack.block_end(gap));
  }
  std::erase_if(missing_, [this, &sack](std::uint32_t tsn) {
    const bool has_come = !later(tsn, sack.cumulative_tsn()) || sack.has(tsn);
    Packet *packet = has_come ? packets_.find(tsn) : nullptr;
    if (packet != nullptr) acknowledge(*packet);
    return has_come;
  });
  if (missing_.empty() && missing_.capacity() > kKeptMissing) std::exchange(missing_, {});
}

void LossRepair::measure() {
  if (newest_ == nullptr) return;
  round_trip_ = std::max(now_ - newest_->sent_at, Duration(1));
  copies_.on_round_trip(*round_trip_);
  smoothed_ = smoothed_ == Duration(0) ? *round_trip_ : (smoothed_ * 7 + *round_trip_) / 8;
  newest_ = nullptr;  // It may go with those that come in order.
}

void LossRepair::acknowledge_through(std::uint32_t tsn) {
  cumulative_ = tsn;
  while (!packets_.empty() && !later(packets_.front().last_tsn, tsn)) packets_.pop_front();
  if (stack_until_ && !later(*stack_until_, tsn)) stack_until_.reset();
  if (shown_until_ && !later(*shown_until_, tsn)) shown_until_.reset();
}

bool LossRepair::is_lost(const Packet &packet) const {
  if (packet.order >= newest_order_) return false;
  const Duration reordering = std::max(smoothed_ / 4, kLeastReordering);
  return newest_order_ - packet.order >= kLaterPackets ||
         now_ - packet.sent_at > smoothed_ + reordering;
}

void LossRepair::find_lost(const Sack &sack) {
  std::erase_if(
      due_, [&](std::uint32_t tsn) { return !later(tsn, sack.cumulative_tsn()) || sack.has(tsn); });
  if (stack_until_) return;
  const std::size_t most = due_.size() + std::max(newly_acknowledged_, kLeastRepairs);
  for (const std::uint32_t tsn : missing_) {
    if (due_.size() >= most) return;
    Packet *packet = packets_.find(tsn);
    if (packet == nullptr || !is_lost(*packet)) continue;
    if (packet->chunks == 0 && packet->repaired) continue;
    ++round_lost_;
    copies_.on_loss();
    loss_ += (1 - loss_) * kLossShare;
    packet->repaired = true;
    packet->order = ++order_;
    packet->sent_at = now_;
    if (packet->chunks > 0) due_.push_back(tsn);
  }
}

bool LossRepair::may_repair(Duration timeout) const {
  if (stack_until_) return false;
  if (shown_until_) return packets_.bytes() <= kFewBytes;
  if (now_ - advanced_at_ + kBeforeTimeout > timeout) return false;
  return packets_.bytes() <= kFewBytes || !congested();
}

void LossRepair::begin_round() {
  paces_ = !missing_.empty() || round_lost_ > 0;
  round_end_ = highest_sent_;
  round_delivered_ = round_lost_ = 0;
}

bool LossRepair::congested() const {
  const std::uint32_t told = round_delivered_ + round_lost_;
  return loss_ > kMostLoss || (round_lost_ > kMostLost && round_lost_ * kMostLostOf > told);
}

void LossRepair::take_repairs(std::vector<ByteView> &packets) {
  // Each has a place of its own, so that the views stay valid.
  if (repairs.size() < due_.size()) repairs.resize(due_.size());
  const std::size_t copies = packets_.bytes() <= kFewBytes ? kCopiesOfFew : 1;
  std::size_t count = 0;
  for (const std::uint32_t tsn : due_) {
    const Packet *packet = packets_.find(tsn);
    if (packet == nullptr) continue;
    PackedByteArray &copy = repairs[count++];
    copy.assign(packet->bytes, packet->bytes + packet->size);
    fill_in_checksum(copy.data(), copy.size());
    packets.insert(packets.end(), copies, ByteView(copy.data(), copy.size()));
    repaired_ += copies;
  }
  due_.clear();
}

}  // namespace peerlane
