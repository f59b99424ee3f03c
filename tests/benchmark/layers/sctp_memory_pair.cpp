// SPDX-License-Identifier: MIT
#include "layers/sctp_memory_pair.hpp"

#include <stdexcept>

namespace peerlane::benchmark {

SctpMemoryPair::End::End(TimerQueue &timers, TurnQueue &turns)
    : transport(SctpTransport::Options(), timers, turns, below, *this) {}

void SctpMemoryPair::End::on_sctp_sendable() {
  while (to_send > 0 && transport.send_room() > 0) {
    SctpMessage head;
    head.payload = ByteView(message);
    head.more_follows = to_send > 1;
    if (transport.send(head) != SctpSendStatus::SENT) return;
    --to_send;
  }
}

void SctpMemoryPair::End::on_sctp_closed(Error, const std::string &reason) {
  throw std::runtime_error("the association ended: " + reason);
}

SctpMemoryPair::SctpMemoryPair() {
  sender_.transport.connect();
  receiver_.transport.connect();
  const TimePoint deadline = clock_.now() + std::chrono::seconds(5);
  while (!sender_.connected || !receiver_.connected) {
    turn();
    if (clock_.now() > deadline) throw std::runtime_error("the associations did not connect");
  }
}

SctpMemoryPair::~SctpMemoryPair() {
  sender_.transport.close();
  receiver_.transport.close();
}

void SctpMemoryPair::transfer(std::size_t size, std::uint64_t count) {
  sender_.message.assign(size, 0x5A);
  sender_.to_send = count;
  const std::uint64_t end = receiver_.received + count;
  sender_.transport.schedule();
  while (receiver_.received < end) turn();
}

void SctpMemoryPair::turn() {
  timers_.run_expired();
  sender_.below.deliver(receiver_.transport);
  receiver_.below.deliver(sender_.transport);
  turns_.run();
}

}  // namespace peerlane::benchmark
