// SPDX-License-Identifier: MIT
#include "transport/sctp/retransmission_timer.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include "transport/sctp/sack.hpp"

namespace peerlane {

namespace {

// The shortest timeout is ten times as long.
constexpr Duration kInterval = std::chrono::milliseconds(20);

thread_local PackedByteArray with_empty_block;

}  // namespace

ByteView RetransmissionTimer::restart_by(ByteView packet, TimePoint now) {
  const std::optional<Sack> sack = Sack::in(packet);
  if (!sack) return packet;
  const bool gaps = sack->gaps() > 0;
  // After one with gaps usrsctp restarts it by itself, and looks whether some were taken back.
  if (std::exchange(gaps_, gaps) || gaps || now < due_) return packet;
  due_ = now + kInterval;
  sack->copy_with_empty_block(with_empty_block);
  return with_empty_block;
}

}  // namespace peerlane
