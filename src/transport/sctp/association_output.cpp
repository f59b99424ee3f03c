// SPDX-License-Identifier: MIT
#include <algorithm>
#include <chrono>
#include <utility>

#include "transport/sctp/association.hpp"
#include "transport/sctp/crc32c.hpp"
#include "transport/sctp/wire.hpp"

namespace peerlane {

namespace {

using namespace std::chrono_literals;
using namespace sctp_wire;

// How much may wait inside the stack beyond what it may send at once. It must never run dry in the
// middle of a turn, and what is inside cannot be overtaken or taken back.
constexpr std::size_t kMargin = 64u << 10;
// A batch of this size fills one segmented send and stays in the processor's cache on its way down;
// and the peer begins to read while the rest is still being made.
constexpr std::size_t kSlice = 48u << 10;
// On a slow path much less: it would be seconds of a large message in front of a small one.
constexpr std::size_t kLeastMargin = 8u << 10;
constexpr Duration kCoalesceBelow = 2ms;
constexpr Duration kRepairAbove = 5ms;
// A peer that acknowledges nothing for longer than two round trips and this is not to be reached.
constexpr Duration kStallPatience = 100ms;
constexpr std::uint32_t kMaxTimeoutMs = 2000;
// So many chunks under way are more than a game's packets. For those it is better that the timer
// for the first one goes on.
constexpr std::uint32_t kBulk = 8;

// Associations are many and mostly silent; whoever sends borrows the strand's buffer.
thread_local SctpOutbox::Packets spare;
thread_local std::vector<ByteView> batch;

}  // namespace

void SctpTransport::Association::lend_buffer() {
  if (lent_) return;
  lent_ = true;
  outbox_->lend(spare);
}

void SctpTransport::Association::flush() {
  choose_coalescing();
  send_repairs();
  flush_packets();
  answer_addition();
  if (closed()) return;
  if (const ByteView reset = filter_.take_held_reset(); !reset.empty()) feed(reset);
}

void SctpTransport::Association::flush_packets() {
  SctpOutbox::Packets packets;
  outbox_->take(packets);
  lent_ = false;
  if (!packets.lengths.empty()) send_down(packets);
  if (packets.bytes.capacity() > spare.bytes.capacity()) std::swap(packets, spare);
}

void SctpTransport::Association::send_down(SctpOutbox::Packets &packets) {
  const TimePoint now = timers_.now();
  data_in_batch_ = false;
  std::size_t offset = 0;
  std::size_t begin = 0;
  batch.clear();
  for (const std::uint32_t length : packets.lengths) {
    std::uint8_t *packet = packets.bytes.data() + offset;
    std::size_t size = length;
    // Several are bulk, or help each other.
    const bool is_first = !data_in_batch_, is_last = offset + length == packets.bytes.size();
    const bool has_data = inspect_outgoing(packet, size, now);
    offset += length;
    if (size == kCommonHeader) continue;
    fill_in_checksum(packet, size);
    batch.emplace_back(packet, size);
    if (has_data && repairs_losses() && repair_.on_sent(batch.back(), now) && is_first && is_last) {
      add_copies(batch.back(), now);
    }
    if (offset - begin < kSlice) continue;
    below_.send(batch);
    batch.clear();
    begin = offset;
  }
  if (!batch.empty()) below_.send(batch);
}

bool SctpTransport::Association::inspect_outgoing(std::uint8_t *packet, std::size_t &size,
                                                  TimePoint now) {
  for (std::size_t offset = kCommonHeader; offset + kChunkHeader <= size;) {
    std::uint8_t *chunk = packet + offset;
    const std::size_t length = std::max<std::size_t>(read16(chunk + 2), kChunkHeader);
    switch (chunk[0]) {
      case INIT:
      case INIT_ACK:
        tables_.on_own_init(chunk);
        return false;
      case DATA:
      case I_DATA:
        // The last number of the packet would be exact, and costs more; they are consecutive.
        on_data_sent(read32(chunk + 4), now);
        return true;
      case HEARTBEAT:
        round_trip_.on_heartbeat_sent(now);
        offset += padded(length);
        break;
      case SACK:
        filter_.set_cumulative_tsn(read32(chunk + 4));
        [[fallthrough]];
      default:
        offset += padded(length);
        break;
      case RE_CONFIG:
        if (tables_.is_for_peer(chunk, std::min(length, size - offset))) {
          offset += padded(length);
        } else {
          const std::size_t end = std::min(offset + padded(length), size);
          std::copy(packet + end, packet + size, chunk);
          size -= end - offset;
        }
        break;
    }
  }
  return false;
}

// On a short path losses are a full buffer, and its window regains its size in no time.
bool SctpTransport::Association::repairs_losses() const {
  return options_.repair_losses && (flight_.least() > kRepairAbove || !repair_.idle());
}

void SctpTransport::Association::add_copies(ByteView &packet, TimePoint now) {
  if (flight_.least() <= kRepairAbove) return;
  const ByteView with = repair_.with_copies(packet, options_.max_packet_size, now);
  // Whose acknowledgement is awaited may come by a copy, later than by itself.
  if (with.size() != packet.size()) round_trip_.on_retransmission();
  packet = with;
}

// Twice what has left the network, as slow start has it.
void SctpTransport::Association::begin_burst() {
  const std::size_t delivered = repair_.take_delivered_bytes();
  if (!repair_.paces()) {
    burst_left_ = SIZE_MAX;
  } else {
    burst_left_ = std::min(burst_left_, kMargin) + 2 * delivered;
  }
}

void SctpTransport::Association::send_repairs() {
  if (!repair_.has_repairs()) return;
  batch.clear();
  repair_.take_repairs(batch);
  if (!batch.empty()) below_.send(batch);
}

void SctpTransport::Association::on_data_sent(std::uint32_t tsn, TimePoint now) {
  if (!waiting_since_) waiting_since_ = now;
  if (sent_data_ && !later(tsn, highest_tsn_)) {
    ++retransmitted_packets_;
    round_trip_.on_retransmission();
    flight_.on_retransmission(numbers().inside, now);
    return;
  }
  highest_tsn_ = tsn;
  sent_data_ = true;
  if (data_in_batch_) {
    round_trip_.on_data_sent(batch_tsn_, now);
  } else {
    batch_tsn_ = tsn;
  }
  data_in_batch_ = true;
}

ByteView SctpTransport::Association::take_acknowledgement(ByteView packet) {
  const PacketFilter::Acknowledged news = filter_.take_acknowledged();
  if (!news.data && !news.heartbeat) return packet;
  const TimePoint now = timers_.now();
  const auto note = [this, now](std::optional<Duration> sample) {
    if (sample) flight_.on_round_trip(*sample, numbers().inside, now);
  };
  if (news.heartbeat) note(round_trip_.on_heartbeat_acknowledged(now));
  if (!news.data) return packet;
  waiting_since_.reset();
  if (later(highest_tsn_, news.cumulative_tsn)) waiting_since_ = now;
  if (!repair_.idle()) {
    packet = repair_.on_received(packet, now,
                                 std::chrono::milliseconds(numbers_.retransmission_timeout_ms));
  }
  // What waits behind a gap is acknowledged with what closes that.
  const std::optional<Duration> repaired = repair_.take_round_trip();
  if (repair_.has_gaps()) {
    round_trip_.on_retransmission();
    note(repaired);
  } else {
    note(round_trip_.on_acknowledged(news.cumulative_tsn, now));
  }
  const bool is_bulk = later(highest_tsn_, news.cumulative_tsn + kBulk);
  const bool hides_gaps = !repair_.idle() && !repair_.left_to_stack();
  return is_bulk || hides_gaps ? retransmission_timer_.restart_by(packet, now) : packet;
}

bool SctpTransport::Association::stalled() const {
  return waiting_since_ &&
         timers_.now() - *waiting_since_ > 2 * round_trip_.smoothed() + kStallPatience;
}

void SctpTransport::Association::send_heartbeat() {
  if (state_ != State::CONNECTED) return;
  socket_->send_heartbeat(options_.remote_port);
  schedule();
}

// Fewer acknowledgements make the peer's window grow more slowly, which only a short round trip
// makes up for. The least one counts, since a full queue lengthens the others.
void SctpTransport::Association::choose_coalescing() {
  const Duration least = flight_.least();
  outbox_->set_coalesce_sacks(least > Duration(0) && least < kCoalesceBelow);
}

const UsrsctpSocket::Numbers &SctpTransport::Association::numbers() {
  if (!numbers_valid_ && socket_ != nullptr) {
    numbers_ = socket_->numbers();
    numbers_valid_ = true;
  }
  return numbers_;
}

SctpSendStatus SctpTransport::Association::send(const SctpMessage &message) {
  if (closed() || socket_ == nullptr) return SctpSendStatus::FAILED;
  if (state_ != State::CONNECTED || requests_.blocks_sending()) return SctpSendStatus::FULL;
  if (message.stream >= outgoing_streams() || requests_.is_resetting(message.stream)) {
    return SctpSendStatus::FAILED;
  }
  const UsrsctpSocket::Numbers &now = numbers();
  // What is inside goes out sooner or later, however old. So a message that ages stays with its
  // owner, who can still drop it, while nothing moves.
  const bool ages = message.reliability == SctpMessage::Reliability::MAX_LIFETIME;
  if (ages && now.inside + message.payload.size() > now.congestion_window && stalled()) {
    return SctpSendStatus::FULL;
  }
  lend_buffer();
  SctpMessage filled = message;
  static constexpr std::uint8_t kFiller = 0;  // SCTP has no empty messages (RFC 8831 section 6.6).
  if (filled.payload.empty()) filled.payload = ByteView(&kFiller, 1);
  if (message.reliability != SctpMessage::Reliability::RELIABLE) {
    repair_.set_limited(message.stream);
  }
  const SctpSendStatus status = socket_->send(filled, retransmissions(message));
  if (status == SctpSendStatus::SENT) {
    numbers_.inside += filled.payload.size();
    burst_left_ -= std::min(burst_left_, filled.payload.size());
    ticker_->touch();
    turn_.mark(*this);
    if (outbox_->size() >= kSlice) flush_packets();
  }
  return status;
}

// usrsctp measures a lifetime with the wall clock and would drop everything when that is set. So it
// is given the number of repetitions that fit into the lifetime: the first after about one round
// trip, when later packets are acknowledged, the others after a timeout that doubles.
std::uint16_t SctpTransport::Association::retransmissions(const SctpMessage &message) {
  switch (message.reliability) {
    case SctpMessage::Reliability::RELIABLE:
      return 0;
    case SctpMessage::Reliability::MAX_RETRANSMITS:
      return static_cast<std::uint16_t>(std::min<std::uint32_t>(message.reliability_value, 65535));
    case SctpMessage::Reliability::MAX_LIFETIME:
      break;
  }
  const std::uint64_t lifetime = message.reliability_value;
  std::uint64_t interval = std::max<std::uint32_t>(numbers().smoothed_round_trip_ms, 10);
  std::uint64_t timeout = std::max<std::uint32_t>(numbers().retransmission_timeout_ms, 200);
  std::uint16_t count = 0;
  for (std::uint64_t elapsed = interval; elapsed <= lifetime && count < 1000; ++count) {
    elapsed += timeout;
    timeout = std::min<std::uint64_t>(2 * timeout, kMaxTimeoutMs);
  }
  return count;
}

std::size_t SctpTransport::Association::send_room() {
  if (state_ != State::CONNECTED || requests_.blocks_sending()) return 0;
  const UsrsctpSocket::Numbers &now = numbers();
  // A peer that reads nothing gets nothing more.
  const std::size_t window = now.peer_window > 0 ? now.congestion_window : 0;
  const std::size_t margin = std::clamp(window, kLeastMargin, kMargin);
  const std::size_t most = std::min(window + margin, flight_.bytes());
  return std::min(now.inside < most ? most - now.inside : 0, burst_left_);
}

SctpStatus SctpTransport::Association::status() const {
  SctpStatus status;
  status.retransmitted_packets = retransmitted_packets_ + repair_.repaired();
  if (socket_ == nullptr) return status;
  const UsrsctpSocket::Numbers now = socket_->numbers();
  status.smoothed_round_trip = round_trip_.smoothed();
  status.congestion_window = now.congestion_window;
  status.peer_window = now.peer_window;
  status.outstanding = now.inside;
  return status;
}

}  // namespace peerlane
