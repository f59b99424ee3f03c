// SPDX-License-Identifier: MIT
#include "transport/sctp/sctp_peer.hpp"

#include <utility>

namespace peerlane::test {

void SctpPeer::send(const SctpMessage &head, PackedByteArray data) {
  outgoing.push_back({head, std::move(data)});
  transport.schedule();
}

void SctpPeer::on_sctp_message(std::uint16_t stream, std::uint32_t ppid, ByteView message) {
  received.push_back({stream, ppid, PackedByteArray(message.begin(), message.end())});
  received_bytes += message.size();
  if (on_message) on_message();
}

void SctpPeer::on_sctp_incoming_reset(const std::vector<std::uint16_t> &streams) {
  incoming_resets.insert(incoming_resets.end(), streams.begin(), streams.end());
}

void SctpPeer::on_sctp_outgoing_reset(const std::vector<std::uint16_t> &streams) {
  outgoing_resets.insert(outgoing_resets.end(), streams.begin(), streams.end());
}

void SctpPeer::on_sctp_sendable() {
  // As the channels do: what fits a packet may go ahead of what fills the room.
  const auto may_send = [this] {
    return transport.send_room() > 0 ||
           (outgoing.front().data.size() < 1000 && transport.may_overtake());
  };
  while (!outgoing.empty() && may_send()) {
    Outgoing &next = outgoing.front();
    if (next.head.stream >= transport.outgoing_streams() &&
        transport.request_streams(static_cast<std::uint16_t>(next.head.stream + 1))) {
      return;  // Until they are there.
    }
    next.head.payload = next.data;
    next.head.more_follows = outgoing.size() > 1;
    const SctpSendStatus status = transport.send(next.head);
    if (status == SctpSendStatus::FULL) return;
    if (status == SctpSendStatus::FAILED) failures.push_back(status);
    outgoing.pop_front();
  }
}

void SctpPeer::on_sctp_closed(Error error, const std::string &reason) {
  ++closes;
  close_error = error;
  close_reason = reason;
}

SctpPair::SctpPair(const PathProfile &profile, std::uint64_t seed,
                   const SctpTransport::Options &for_a, const SctpTransport::Options &for_b)
    : path(profile, seed), a(path, path.a_to_b, for_a), b(path, path.b_to_a, for_b) {
  path.wire(a.transport, b.transport);
}

SctpPair::~SctpPair() {
  a.transport.close();
  b.transport.close();
}

void SctpPair::connect_both() {
  a.transport.connect();
  b.transport.connect();
}

bool SctpPair::connect(Duration limit) {
  connect_both();
  return drive_until([this] { return both_connected(); }, limit);
}

PackedByteArray pattern(std::size_t size, std::uint32_t seed) {
  PackedByteArray bytes(size);
  std::uint32_t state = seed * 2654435761u + 12345;
  for (std::uint8_t &byte : bytes) {
    state = state * 1664525u + 1013904223u;
    byte = static_cast<std::uint8_t>(state >> 24);
  }
  return bytes;
}

bool has_chunk(ByteView packet, std::uint8_t type) {
  for (std::size_t at = 12; at + 4 <= packet.size();) {
    if (packet[at] == type) return true;
    const std::size_t length = static_cast<std::size_t>(packet[at + 2]) << 8 | packet[at + 3];
    if (length < 4) return false;
    at += (length + 3) & ~std::size_t{3};
  }
  return false;
}

}  // namespace peerlane::test
