// SPDX-License-Identifier: MIT
#include "transport/sctp/retransmission_timer.hpp"

#include <chrono>
#include <utility>

#include "transport/sctp/wire.hpp"

namespace peerlane {

namespace {

using namespace sctp_wire;

// The shortest timeout is ten times as long.
constexpr Duration kInterval = std::chrono::milliseconds(20);

// RFC 9260 section 3.3.4
constexpr std::size_t kSackHeader = 16;
constexpr std::size_t kGapBlocks = 12;  // Where their number stands.
constexpr std::size_t kGapBlock = 4;

thread_local PackedByteArray scratch;

}  // namespace

ByteView RetransmissionTimer::restart_by(ByteView packet, TimePoint now) {
  // Before anything else, if it is there: RFC 9260 section 6.
  const std::uint8_t *sack = packet.data() + kCommonHeader;
  if (packet.size() < kCommonHeader + kSackHeader || sack[0] != SACK) return packet;
  const bool gaps = read16(sack + kGapBlocks) != 0;
  // After one with gaps usrsctp restarts it by itself, and looks whether some were taken back.
  if (std::exchange(gaps_, gaps) || gaps || now < due_) return packet;
  due_ = now + kInterval;
  const std::uint8_t *end_of_header = sack + kSackHeader;
  scratch.assign(packet.data(), end_of_header);
  std::uint8_t *longer = scratch.data() + kCommonHeader;
  write16(longer + 2, static_cast<std::uint16_t>(read16(longer + 2) + kGapBlock));
  write16(longer + kGapBlocks, 1);
  constexpr std::uint8_t kBackwards[kGapBlock] = {0, 1, 0, 0};
  scratch.insert(scratch.end(), kBackwards, kBackwards + kGapBlock);
  scratch.insert(scratch.end(), end_of_header, packet.data() + packet.size());
  return scratch;
}

}  // namespace peerlane
