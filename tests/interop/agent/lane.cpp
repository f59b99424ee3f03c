// SPDX-License-Identifier: MIT
#include "lane.hpp"

#include <utility>

#include "crc32.hpp"

namespace peerlane::interop {

namespace {

// Longer texts are told by their length and checksum only.
constexpr std::size_t kShortText = 256;

Json limit_or_null(int limit) { return limit == 65535 ? Json() : Json(limit); }

PackedByteArray test_payload(bool text, std::size_t size) {
  PackedByteArray bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::uint8_t>(text ? 'a' + i % 26 : (i * 31 + (i >> 8)) & 255);
  }
  return bytes;
}

}  // namespace

Lane::Lane(std::shared_ptr<DataChannel> channel, bool remote, Write write)
    : channel_(std::move(channel)), remote_(remote), write_(std::move(write)) {
  opened_ = channel_->opened.connect([this] { emit_open(); });
  packet_received_ = channel_->packet_received.connect([this] { emit_messages(); });
  buffered_amount_low_ = channel_->buffered_amount_low.connect([this] { continue_sending(); });
  closed_ = channel_->closed.connect([this] { emit_closed(); });
}

void Lane::send(const Json &line) {
  Sending sending;
  if (const auto text = optional_field<std::string>(line, "text")) {
    sending.text = true;
    sending.payload = to_utf8_buffer(*text);
  } else {
    sending.text = text_field(line, "kind") == "text";
    sending.payload = test_payload(sending.text, field_or(line, "size", std::size_t{0}));
  }
  sending.left = field_or(line, "count", std::uint64_t{1});
  sending_.push_back(std::move(sending));
  // Otherwise the earlier ones are waiting for room already.
  if (sending_.size() == 1) continue_sending();
}

void Lane::continue_sending() {
  while (!sending_.empty()) {
    Sending &sending = sending_.front();
    channel_->set_write_mode(sending.text ? DataChannel::WRITE_MODE_TEXT
                                          : DataChannel::WRITE_MODE_BINARY);
    for (; sending.left > 0; --sending.left) {
      const Error error = channel_->put_packet(ByteView(sending.payload));
      // The rest follows when the channel has room: at buffered_amount_low.
      if (error == Error::ERR_OUT_OF_MEMORY) return;
      if (error != Error::OK) {
        emit_error(std::string(error_name(error)) + ": " + channel_->get_last_error_message());
        break;
      }
    }
    if (sending.left == 0) write_({{"ev", "sent"}, {"ch", label()}});
    sending_.pop_front();
  }
}

void Lane::emit_open() {
  write_({{"ev", "open"},
          {"ch", label()},
          {"id", channel_->get_id()},
          {"ordered", channel_->is_ordered()},
          {"maxRetransmits", limit_or_null(channel_->get_max_retransmits())},
          {"maxPacketLifeTime", limit_or_null(channel_->get_max_packet_life_time())},
          {"protocol", channel_->get_protocol()},
          {"negotiated", channel_->is_negotiated()},
          {"origin", remote_ ? "remote" : "local"}});
}

void Lane::emit_messages() {
  PackedByteArray packet;
  while (channel_->get_packet(packet)) {
    const bool text = channel_->was_string_packet();
    Json line = {{"ev", "message"},
                 {"ch", label()},
                 {"kind", text ? "text" : "binary"},
                 {"len", packet.size()},
                 {"crc", crc32(packet)}};
    if (text && packet.size() <= kShortText) line["text"] = get_string_from_utf8(packet);
    write_(line);
  }
}

void Lane::emit_closed() {
  if (!sending_.empty()) emit_error("closed before everything was sent");
  sending_.clear();
  write_({{"ev", "channel-close"}, {"ch", label()}});
}

void Lane::emit_error(const std::string &message) {
  write_({{"ev", "error"}, {"cmd", "send"}, {"error", message}});
}

}  // namespace peerlane::interop
