// SPDX-License-Identifier: MIT
#include "transport/sctp/early_copies.hpp"

#include <algorithm>
#include <array>

#include "transport/sctp/crc32c.hpp"
#include "transport/sctp/wire.hpp"

namespace peerlane {

namespace {

using namespace std::chrono_literals;
using namespace sctp_wire;

// So many in a row may be lost. Of a game's minutes with 2 % loss, one more is lost in a row in one
// of 35, but with a single copy in three of four.
constexpr std::size_t kFormerPackets = 2;
// Inputs and changes of a state are smaller; anything larger is no game's, or would be felt.
constexpr std::size_t kMostCopiedBytes = 512;
constexpr Duration kAfterLoss = 60s;
// A pause says nothing about the path.
constexpr Duration kLongestCounted = 1s;
// usrsctp and dcSCTP forget the duplicates beyond so many.
constexpr std::size_t kMostReported = 20;

// As FlightLimit has it: below that nobody notices a queue.
constexpr Duration kNoQueue = 10ms;
constexpr int kNoQueueShare = 4;  // Or so much of the round trip.

thread_local PackedByteArray carrier;

void follow_least(Duration &least, Duration sample, int samples) {
  least = least == Duration(0) ? sample : std::min(sample, least + (sample - least) / samples);
}

}  // namespace

ByteView EarlyCopies::add_to(ByteView packet, SentPackets &sent, std::size_t most, TimePoint oldest,
                             TimePoint now) {
  if (!path_loses(now) || queue_stands()) return packet;
  SentPackets::Packet &own = sent.back();
  std::array<ByteView, kFormerPackets> copies;
  std::size_t count = 0, bytes = 0;
  std::uint32_t tsn = own.first_tsn - 1;
  for (std::size_t i = 0; i < kFormerPackets;) {
    const SentPackets::Packet *former = sent.find(tsn);
    if (former == nullptr || former->sent_at < oldest) break;
    tsn = former->first_tsn - 1;
    if (former->chunks == 0) continue;
    ++i;
    // What goes out again by itself has been found missing: it is on its way twice.
    if (former->acknowledged || former->repaired) continue;
    const ByteView chunks(former->bytes + kCommonHeader, former->size - kCommonHeader);
    bytes += chunks.size();
    if (bytes > kMostCopiedBytes || packet.size() + bytes > most) break;
    copies[count++] = chunks;
    own.copies = static_cast<std::uint16_t>(own.copies + former->chunks);
  }
  if (count == 0) return packet;
  // Behind the acknowledgement, which LossRepair of the peer expects at the head, and by TSN.
  const std::size_t first_chunk = packet.size() - (own.wire_size - kCommonHeader);
  carrier.assign(packet.begin(), packet.begin() + first_chunk);
  while (count > 0) {
    const ByteView chunks = copies[--count];
    carrier.insert(carrier.end(), chunks.begin(), chunks.end());
  }
  carrier.insert(carrier.end(), packet.begin() + first_chunk, packet.end());
  fill_in_checksum(carrier.data(), carrier.size());
  return carrier;
}

bool EarlyCopies::path_loses(TimePoint now) {
  if (left_ > Duration(0)) left_ -= std::min(now - last_sent_, kLongestCounted);
  last_sent_ = now;
  return left_ > Duration(0);
}

void EarlyCopies::on_round_trip(Duration sample) {
  follow_least(lately_, sample, 4);
  follow_least(path_, sample, 256);
}

bool EarlyCopies::queue_stands() const {
  return lately_ > path_ + std::max(kNoQueue, path_ / kNoQueueShare);
}

void EarlyCopies::on_loss() { left_ = std::max(left_, kAfterLoss); }

void EarlyCopies::on_acknowledged(std::size_t copies, std::size_t duplicates) {
  reports_duplicates_ = reports_duplicates_ || duplicates > 0;
  if (reports_duplicates_ && duplicates < std::min(copies, kMostReported)) on_loss();
}

}  // namespace peerlane
