// SPDX-License-Identifier: MIT
#include "transport/sctp/packet_filter.hpp"

#include <algorithm>
#include <cstring>

#include "transport/sctp/wire.hpp"

namespace peerlane {

namespace {

using namespace sctp_wire;

// Room for what an INIT and its cookie may carry; the stack refuses more by itself, after work.
constexpr std::size_t kMaxHandshakeChunk = 4096;
constexpr std::size_t kMaxPacket = 65535;

thread_local PackedByteArray filtered;

/// Reads the length of the chunk at `offset`; 0 where it does not fit into the packet.
std::size_t chunk_length(ByteView packet, std::size_t offset) {
  if (packet.size() - offset < kChunkHeader) return 0;
  const std::size_t length = read16(packet.data() + offset + 2);
  return length >= kChunkHeader && length <= packet.size() - offset ? length : 0;
}

/// Parameters and error causes have the same form (RFC 9260 sections 3.2.1 and 3.3.10).
bool parameters_fit(const std::uint8_t *data, std::size_t size) {
  std::size_t offset = 0;
  while (offset + 4 <= size) {
    const std::size_t length = read16(data + offset + 2);
    if (length < 4 || length > size - offset) return false;
    offset += padded(length);
  }
  return offset >= size;
}

const char *sack_reason(const std::uint8_t *data, std::size_t length) {
  if (length < 16) return "sctp_sack_length";
  const std::size_t gaps = read16(data + 12), duplicates = read16(data + 14);
  return length == 16 + 4 * gaps + 4 * duplicates ? nullptr : "sctp_sack_length";
}

/// RFC 6525 section 4. A peer may reset its streams and add some. The other requests would have the
/// stack start numbering anew, or move its queues while a message is half sent.
const char *re_config_fault(const std::uint8_t *data, std::size_t length, std::uint32_t &reset_at,
                            bool &resets) {
  std::size_t offset = kChunkHeader;
  int parameters = 0;
  if (length < kChunkHeader + 8) return "sctp_re_config_length";
  while (offset + 4 <= length) {
    const std::uint16_t type = read16(data + offset);
    const std::size_t size = read16(data + offset + 2);
    if (size < 8 || size > length - offset || ++parameters > 2) return "sctp_re_config_length";
    switch (type) {
      case OUTGOING_RESET:
        if (size < 16 || size % 2 != 0) return "sctp_re_config_length";
        resets = true;
        reset_at = read32(data + offset + 12);
        break;
      case INCOMING_RESET:
        if (size % 2 != 0) return "sctp_re_config_length";
        break;
      case RECONFIG_RESPONSE:
        if (size != 12 && size != 20) return "sctp_re_config_length";
        break;
      case ADD_OUTGOING_STREAMS:
        if (size != 12) return "sctp_re_config_length";
        break;
      default:
        return "sctp_re_config_request";
    }
    offset += padded(size);
  }
  return nullptr;
}

}  // namespace

PacketFilter::PacketFilter(std::uint16_t local_port, std::uint16_t remote_port)
    : local_port_(local_port), remote_port_(remote_port) {}

ByteView PacketFilter::inspect(ByteView packet) {
  if (packet.size() < kCommonHeader + kChunkHeader || packet.size() > kMaxPacket) {
    drop("sctp_packet_length");
    return {};
  }
  if (read16(packet.data()) != remote_port_ || read16(packet.data() + 2) != local_port_) {
    drop("sctp_port");
    return {};
  }
  tag_ = read32(packet.data() + 4);
  content_ = {};
  bool keep_all = true, keep_any = false;
  for (std::size_t offset = kCommonHeader; offset < packet.size();) {
    const std::size_t length = chunk_length(packet, offset);
    if (length == 0) {
      // What follows cannot be told apart; RFC 9260 section 6.10 lets the receiver discard it.
      drop("sctp_chunk_length");
      keep_all = false;
      break;
    }
    const std::uint8_t *data = packet.data() + offset;
    const bool first = offset == kCommonHeader;
    const Chunk chunk{data[0], data, length, first && offset + padded(length) >= packet.size(),
                      first};
    if (const char *reason = reason_to_drop(chunk)) {
      drop(reason);
      keep_all = false;
    } else {
      keep_any = true;
      count(chunk);
    }
    offset += padded(length);
  }
  if (!keep_any) return {};
  return keep_all ? packet : rebuild(packet);
}

const char *PacketFilter::reason_to_drop(const Chunk &chunk) {
  switch (chunk.type) {
    case DATA:
      // An empty DATA chunk is a protocol violation that would end the association.
      return chunk.length > kDataHeader ? nullptr : "sctp_data_length";
    case I_DATA:
      return chunk.length > kIDataHeader ? nullptr : "sctp_data_length";
    case INIT:
    case INIT_ACK:
    case COOKIE_ECHO:
      return handshake_reason(chunk);
    case COOKIE_ACK:
      return chunk.length == 4 ? nullptr : "sctp_cookie_ack_length";
    case SACK:
      return sack_reason(chunk.data, chunk.length);
    case HEARTBEAT:
    case HEARTBEAT_ACK:
      return chunk.length >= 8 ? nullptr : "sctp_heartbeat_length";
    case ABORT:
      remember_abort(chunk);
      return nullptr;
    case SHUTDOWN:
      return chunk.length == 8 ? nullptr : "sctp_shutdown_length";
    case SHUTDOWN_ACK:
    case SHUTDOWN_COMPLETE:
      return chunk.length == 4 ? nullptr : "sctp_shutdown_length";
    case ERROR:
      return parameters_fit(chunk.data + kChunkHeader, chunk.length - kChunkHeader)
                 ? nullptr
                 : "sctp_error_length";
    case RE_CONFIG:
      return re_config_reason(chunk);
    case FORWARD_TSN:
      return chunk.length >= 8 && chunk.length % 4 == 0 ? nullptr : "sctp_forward_tsn_length";
    case I_FORWARD_TSN:
      return chunk.length >= 8 && chunk.length % 8 == 0 ? nullptr : "sctp_forward_tsn_length";
    case ECNE:
    case CWR:
      return "sctp_ecn";
    case AUTH:
      return "sctp_auth";
    case NR_SACK:
      return "sctp_nr_sack";
    case ASCONF:
    case ASCONF_ACK:
      return "sctp_asconf";
    case PACKET_DROPPED:
      return "sctp_packet_dropped";
    default:
      // RFC 9260 section 3.2 says by the type's upper bits what is to be done; the stack does it.
      return nullptr;
  }
}

const char *PacketFilter::handshake_reason(const Chunk &chunk) {
  if (chunk.length > kMaxHandshakeChunk) return "sctp_handshake_length";
  if (chunk.type == COOKIE_ECHO) {
    // Behind another chunk it would be taken for one of an association that is not found yet.
    if (!chunk.first) return "sctp_cookie_echo_bundled";
    if (chunk.length < 8) return "sctp_handshake_length";
    const bool repeated = chunk.length == cookie_echo_.size() &&
                          std::memcmp(chunk.data, cookie_echo_.data(), chunk.length) == 0;
    if (established_) return repeated ? nullptr : "sctp_cookie_echo_after_established";
    if (!repeated) cookie_echo_.assign(chunk.data, chunk.data + chunk.length);
    return nullptr;
  }
  // An association restart (RFC 9260 section 5.2.2) does not exist in WebRTC: the peer would have
  // lost its channels. A late INIT of the handshake itself needs no answer any more: who sends
  // COOKIE ECHO or COOKIE ACK has an INIT ACK.
  if (established_)
    return chunk.type == INIT ? "sctp_init_after_established" : "sctp_init_ack_too_late";
  if (!chunk.only) return "sctp_init_bundled";
  if (chunk.length < kInitHeader) return "sctp_handshake_length";
  cumulative_tsn_ = read32(chunk.data + kInitTsn) - 1;
  if (!parameters_fit(chunk.data + kInitHeader, chunk.length - kInitHeader)) {
    return "sctp_handshake_parameters";
  }
  return chunk.type == INIT && tag_ != 0 ? "sctp_init_tag" : nullptr;
}

const char *PacketFilter::re_config_reason(const Chunk &chunk) {
  if (!established_) return "sctp_re_config_too_early";
  bool resets = false;
  std::uint32_t reset_at = 0;
  if (const char *fault = re_config_fault(chunk.data, chunk.length, reset_at, resets)) return fault;
  if (!resets || !later(reset_at, cumulative_tsn_)) return nullptr;
  held_reset_.assign(chunk.data, chunk.data + chunk.length);
  held_until_ = reset_at;
  return "sctp_re_config_held";
}

ByteView PacketFilter::take_held_reset() {
  if (held_reset_.empty() || later(held_until_, cumulative_tsn_)) return {};
  PackedByteArray packet(kCommonHeader);
  write_common_header(packet.data(), remote_port_, local_port_, tag_);
  packet.insert(packet.end(), held_reset_.begin(), held_reset_.end());
  packet.resize(padded(packet.size()));
  held_reset_.clear();
  filtered.swap(packet);
  return filtered;
}

void PacketFilter::remember_abort(const Chunk &chunk) {
  abort_.seen = true;
  abort_.cause = 0;
  abort_.text.clear();
  if (chunk.length < kChunkHeader + 4) return;
  const std::uint8_t *cause = chunk.data + kChunkHeader;
  const std::size_t length = std::min<std::size_t>(read16(cause + 2), chunk.length - kChunkHeader);
  abort_.cause = read16(cause);
  for (std::size_t i = 4; i < std::min<std::size_t>(length, 4 + 100); ++i) {
    if (cause[i] >= 0x20 && cause[i] < 0x7f) abort_.text += static_cast<char>(cause[i]);
  }
}

void PacketFilter::count(const Chunk &chunk) {
  switch (chunk.type) {
    case DATA:
    case I_DATA:
      content_.add_stream(read16(chunk.data + 8));
      if (acknowledges_ && !later(read32(chunk.data + 4), cumulative_tsn_)) return;
      ++seen_.messages;
      seen_.bytes += chunk.length - (chunk.type == DATA ? kDataHeader : kIDataHeader);
      return;
    case SACK:
      acknowledged_.data = true;
      acknowledged_.cumulative_tsn = read32(chunk.data + 4);
      return;
    case HEARTBEAT_ACK:
      acknowledged_.heartbeat = true;
      return;
    case FORWARD_TSN:
    case I_FORWARD_TSN: {
      // RFC 3758 section 3.2, RFC 8260 section 2.3.1: each names a stream first.
      const std::size_t size = chunk.type == FORWARD_TSN ? 4 : 8;
      for (std::size_t at = 8; at + size <= chunk.length; at += size) {
        content_.add_stream(read16(chunk.data + at));
      }
      return;
    }
    case INIT:
    case INIT_ACK:
      content_.has_init = true;
      return;
    case RE_CONFIG:
      content_.has_re_config = true;
      return;
    default:
      return;
  }
}

// The rare case, so it judges each chunk a second time; judging has no effect that matters twice.
ByteView PacketFilter::rebuild(ByteView packet) {
  PackedByteArray kept(packet.begin(), packet.begin() + kCommonHeader);
  for (std::size_t offset = kCommonHeader; offset < packet.size();) {
    const std::size_t length = chunk_length(packet, offset);
    if (length == 0) break;
    const std::uint8_t *data = packet.data() + offset;
    const bool first = offset == kCommonHeader;
    const bool only = first && offset + padded(length) >= packet.size();
    if (reason_to_drop({data[0], data, length, only, first}) == nullptr) {
      kept.insert(kept.end(), data, data + length);
      kept.resize(padded(kept.size()));
    }
    offset += padded(length);
  }
  filtered.swap(kept);
  return filtered;
}

}  // namespace peerlane
