// SPDX-License-Identifier: MIT
#include <usrsctp.h>

#include <algorithm>

#include "transport/sctp/association.hpp"

namespace peerlane {

namespace {

// What one association reads before others have their turn.
constexpr std::size_t kMaxBytesPerRun = 1u << 20;
constexpr int kMaxMessagesPerRun = 4096;
constexpr std::size_t kMinScratch = 64u << 10;
constexpr std::size_t kMaxScratch = 1u << 20;

thread_local std::vector<std::uint8_t> scratch;

std::vector<std::uint16_t> list_of(const std::uint16_t *first, std::size_t bytes) {
  return std::vector<std::uint16_t>(first, first + bytes / sizeof(std::uint16_t));
}

}  // namespace

void SctpTransport::Association::drain() {
  if (!reading_ && state_ == State::CONNECTED) return;
  if (socket_ == nullptr || !outbox_->take_readable()) return;
  // Whole messages in one piece, where they are not huge.
  scratch.resize(std::max(scratch.size(),
                          std::clamp(options_.max_message_size + 4096, kMinScratch, kMaxScratch)));
  std::size_t bytes = 0;
  for (int count = 0; bytes < kMaxBytesPerRun && count < kMaxMessagesPerRun; ++count) {
    const UsrsctpSocket::Piece piece = socket_->receive(scratch.data(), scratch.size());
    bytes += piece.size;
    const ByteView data(scratch.data(), piece.size);
    switch (piece.kind) {
      case UsrsctpSocket::Piece::Kind::NOTHING:
        return;
      case UsrsctpSocket::Piece::Kind::END:
        on_lost();
        return;
      case UsrsctpSocket::Piece::Kind::NOTIFICATION:
        on_notification(piece, data);
        break;
      case UsrsctpSocket::Piece::Kind::DATA:
        on_data(piece, data);
        break;
    }
    if (closed()) return;
    if (!reading_ && state_ == State::CONNECTED) {
      outbox_->set_readable();
      return;
    }
  }
  outbox_->set_readable();
  schedule();
}

void SctpTransport::Association::on_data(const UsrsctpSocket::Piece &piece, ByteView data) {
  ByteView message;
  switch (assembly_.add({piece.stream, piece.unordered}, data, piece.complete, message)) {
    case MessageAssembly::Result::WHOLE:
      above_.on_sctp_message(piece.stream, piece.ppid, message);
      return;
    case MessageAssembly::Result::PART:
      return;
    case MessageAssembly::Result::TOO_LONG:
      end(Error::ERR_INVALID_DATA, "the peer sent a message larger than max-message-size");
      return;
  }
}

void SctpTransport::Association::on_notification(const UsrsctpSocket::Piece &piece, ByteView data) {
  if (!piece.complete || !notification_.empty()) {
    notification_.insert(notification_.end(), data.begin(), data.end());
    if (!piece.complete) return;
    data = notification_;
  }
  // Copied, since the union wants to be aligned and whole.
  const std::size_t size = data.size();
  std::vector<std::uint64_t> storage(size / 8 + sizeof(union sctp_notification) / 8 + 1);
  std::copy(data.begin(), data.end(), reinterpret_cast<std::uint8_t *>(storage.data()));
  notification_.clear();
  if (size < sizeof(sctp_notification::sn_header)) return;
  dispatch(*reinterpret_cast<const union sctp_notification *>(storage.data()), size);
}

void SctpTransport::Association::dispatch(const union sctp_notification &notification,
                                          std::size_t size) {
  switch (notification.sn_header.sn_type) {
    case SCTP_ASSOC_CHANGE:
      on_association_change(notification.sn_assoc_change.sac_state);
      return;
    case SCTP_STREAM_RESET_EVENT: {
      const struct sctp_stream_reset_event &event = notification.sn_strreset_event;
      const std::size_t list = size > sizeof event ? size - sizeof event : 0;
      on_streams_reset(event.strreset_flags, list_of(event.strreset_stream_list, list));
      return;
    }
    case SCTP_STREAM_CHANGE_EVENT: {
      const std::uint16_t flags = notification.sn_strchange_event.strchange_flags;
      on_streams_changed((flags & (SCTP_STREAM_CHANGE_DENIED | SCTP_STREAM_CHANGE_FAILED)) != 0);
      return;
    }
    case SCTP_PARTIAL_DELIVERY_EVENT:
      assembly_.abandon(static_cast<std::uint16_t>(notification.sn_pdapi_event.pdapi_stream));
      return;
    default:
      return;
  }
}

void SctpTransport::Association::on_association_change(std::uint16_t change) {
  switch (change) {
    case SCTP_COMM_UP:
      if (state_ == State::CONNECTING) on_up();
      return;
    case SCTP_COMM_LOST:
    case SCTP_CANT_STR_ASSOC:
      on_lost();
      return;
    case SCTP_SHUTDOWN_COMP:
      end(Error::OK, "the peer has shut the association down");
      return;
    case SCTP_RESTART:
      // The peer has lost all its channels.
      end(Error::ERR_CONNECTION_ERROR, "the peer has begun a new association");
      return;
    default:
      return;
  }
}

void SctpTransport::Association::on_up() {
  state_ = State::CONNECTED;
  numbers_valid_ = false;
  if (!filter_.established()) set_established();
  interleaves_ = socket_->interleaves();
  send_heartbeat();  // For a first measure of the round trip.
  above_.on_sctp_connected();
}

void SctpTransport::Association::on_lost() {
  constexpr std::uint16_t kUserInitiated = 12;  // RFC 9260 section 3.3.10.12
  const PacketFilter::Abort &abort = filter_.abort();
  if (!abort.seen) {
    const bool connecting = state_ == State::CONNECTING;
    end(connecting ? Error::ERR_CANT_CONNECT : Error::ERR_CONNECTION_ERROR,
        connecting
            ? "the peer does not answer the SCTP handshake"
            : "the SCTP association is lost: the peer does not answer, or breaks the protocol");
    return;
  }
  if (abort.cause == 0 || abort.cause == kUserInitiated) {
    end(state_ == State::CONNECTING ? Error::ERR_CANT_CONNECT : Error::OK,
        "the peer has closed the association");
    return;
  }
  end(Error::ERR_CONNECTION_ERROR, "the peer has aborted the association, cause " +
                                       std::to_string(abort.cause) +
                                       (abort.text.empty() ? std::string() : ": " + abort.text));
}

}  // namespace peerlane
