// SPDX-License-Identifier: MIT
#include <usrsctp.h>

#include <algorithm>
#include <bit>
#include <numeric>

#include "transport/sctp/association.hpp"
#include "transport/sctp/wire.hpp"

namespace peerlane {

namespace {

using namespace sctp_wire;

thread_local PackedByteArray behind_handshake;

std::size_t first_data_in(ByteView packet) {
  std::size_t offset = kCommonHeader;
  while (offset + kChunkHeader <= packet.size()) {
    const std::uint8_t type = packet[offset];
    if (type == DATA || type == I_DATA || type == FORWARD_TSN || type == I_FORWARD_TSN) break;
    offset += padded(std::max<std::size_t>(read16(packet.data() + offset + 2), kChunkHeader));
  }
  return std::min(offset, packet.size());
}

}  // namespace

std::uint16_t SctpTransport::Association::outgoing_streams() const {
  return StreamTables::usable(outgoing_table_, tables_.outgoing());
}

ByteView SctpTransport::Association::on_peer_init(ByteView packet) {
  // The stack ignores an INIT ACK that it does not wait for.
  const bool is_init_ack = packet[kCommonHeader] == INIT_ACK;
  if (is_init_ack && !socket_->numbers().waits_for_init_ack) return packet;
  const ByteView for_stack = tables_.on_peer_init(packet);
  if (!for_stack.empty()) return for_stack;
  reopen_socket();
  // An INIT ACK is of the handshake that has just been given up; an INIT is the peer's own.
  return is_init_ack || closed() ? ByteView() : tables_.on_peer_init(packet);
}

ByteView SctpTransport::Association::make_room(ByteView packet) {
  const std::uint32_t streams = filter_.content().streams;
  if (streams == 0) return packet;
  if (!filter_.established()) {
    // The peer bundles its first data with the end of the handshake.
    if (streams <= StreamTables::kFirst) return packet;
    const std::size_t data = first_data_in(packet);
    if (data > kCommonHeader) input(packet.subview(0, data));
    if (!filter_.established()) return {};  // The stack would acknowledge and forget it.
    const ByteView header = packet.subview(0, kCommonHeader);
    const ByteView rest = packet.subview(data);
    behind_handshake.assign(header.begin(), header.end());
    behind_handshake.insert(behind_handshake.end(), rest.begin(), rest.end());
    packet = behind_handshake;
  }
  if (streams <= incoming_table_ || streams > tables_.incoming()) return packet;
  const std::uint16_t size =
      StreamTables::size_for(static_cast<std::uint16_t>(streams - 1), tables_.incoming());
  input(tables_.make_addition(static_cast<std::uint16_t>(size - incoming_table_)));
  incoming_table_ = numbers().incoming_streams;
  // Not again for each packet, where the stack does not follow.
  if (incoming_table_ < streams) tables_.set_incoming(incoming_table_);
  return packet;
}

void SctpTransport::Association::set_established() {
  filter_.set_established();
  outgoing_table_ = numbers().outgoing_streams;
  incoming_table_ = numbers().incoming_streams;
}

bool SctpTransport::Association::peer_has_added() {
  const std::uint16_t now = numbers().incoming_streams;
  const int added = now - incoming_table_;
  incoming_table_ = now;
  if (added <= 0) return false;
  tables_.set_incoming(static_cast<std::uint16_t>(std::min(tables_.incoming() + added, 65535)));
  return true;
}

void SctpTransport::Association::pump_requests() {
  if (state_ != State::CONNECTED) return;
  switch (requests_.pump(*socket_, numbers(), tables_.outgoing(), interleaves_)) {
    case StreamRequests::Growth::NONE:
    case StreamRequests::Growth::ASKED:
      break;
    case StreamRequests::Growth::OWN:
      tables_.hide_next_addition();
      flush_packets();
      answer_addition();
      break;
    case StreamRequests::Growth::REFUSED:
      tables_.set_outgoing(outgoing_table_);
      above_.on_sctp_streams_changed();
      break;
  }
  if (closed()) return;
  const std::vector<std::uint16_t> finished = requests_.take_finished();
  if (!finished.empty()) above_.on_sctp_outgoing_reset(finished);
}

void SctpTransport::Association::answer_addition() {
  const ByteView answer = tables_.take_answer();
  if (answer.empty() || closed()) return;
  const std::uint16_t before = outgoing_table_;
  input(answer);
  outgoing_table_ = numbers().outgoing_streams;
  if (outgoing_table_ <= before) tables_.set_outgoing(outgoing_table_);
  schedule();
  above_.on_sctp_streams_changed();
}

bool SctpTransport::Association::reset_streams(const std::vector<std::uint16_t> &streams) {
  if (state_ != State::CONNECTED) return false;
  requests_.reset(streams);
  schedule();
  return true;
}

bool SctpTransport::Association::request_streams(std::uint16_t total) {
  if (state_ != State::CONNECTED) return false;
  if (total <= outgoing_streams()) return true;
  if (total > tables_.outgoing()) {
    if (requests_.growth_refused()) return false;
    // A power of two: not one exchange for each channel, and within the limits that peers set,
    // which are such numbers.
    total = static_cast<std::uint16_t>(std::min(std::bit_ceil(std::uint32_t{total}), 65535u));
  }
  // What it may have to wait for comes in a turn of its own.
  if (requests_.want_outgoing(total)) schedule();
  return true;
}

void SctpTransport::Association::on_streams_reset(std::uint16_t flags,
                                                  std::vector<std::uint16_t> streams) {
  const bool refused = (flags & (SCTP_STREAM_RESET_DENIED | SCTP_STREAM_RESET_FAILED)) != 0;
  if ((flags & SCTP_STREAM_RESET_INCOMING_SSN) != 0) {
    if (refused) return;  // Of a request that we never make.
    if (streams.empty()) {
      // RFC 6525 section 4.1: no list means all of them.
      streams.resize(incoming_table_);
      std::iota(streams.begin(), streams.end(), std::uint16_t{0});
    }
    const std::uint16_t most = tables_.incoming();
    std::erase_if(streams, [most](std::uint16_t stream) { return stream >= most; });
    for (const std::uint16_t stream : streams) assembly_.abandon(stream);
    if (!streams.empty()) above_.on_sctp_incoming_reset(streams);
    return;
  }
  if ((flags & SCTP_STREAM_RESET_OUTGOING_SSN) == 0) return;
  if (streams.empty()) streams = requests_.asked();
  if (refused) {
    requests_.on_reset_refused(streams, (flags & SCTP_STREAM_RESET_FAILED) != 0);
  } else {
    for (const std::uint16_t stream : streams) repair_.on_stream_reset(stream);
    requests_.on_reset_performed(streams);
  }
}

void SctpTransport::Association::on_streams_changed(bool refused) {
  numbers_valid_ = false;
  const bool ours = numbers().outgoing_streams > tables_.outgoing();
  if (refused || ours) requests_.on_growth_answered(refused);
  if (ours) {
    outgoing_table_ = numbers().outgoing_streams;
    tables_.set_outgoing(outgoing_table_);
  }
  const bool peers = peer_has_added() || peer_added_;
  peer_added_ = false;
  // A channel needs both directions, so who is given more streams asks for as many.
  if (peers && tables_.incoming() > tables_.outgoing()) {
    requests_.want_outgoing(tables_.incoming());
  }
  if (refused || ours || peers) above_.on_sctp_streams_changed();
}

}  // namespace peerlane
