// SPDX-License-Identifier: MIT
#ifndef PEERLANE_DATA_CHANNEL_HPP
#define PEERLANE_DATA_CHANNEL_HPP

#include <cstddef>
#include <memory>
#include <string>

#include "peerlane/configuration.hpp"
#include "peerlane/signal.hpp"
#include "peerlane/types.hpp"

namespace peerlane {

namespace internal {
class DataChannelBackend;
}

/// One lane of messages to the peer. Godot: WebRTCDataChannel; RFC 8831.
///
/// Made by `PeerConnection::create_data_channel` and `PeerConnection::data_channel_received`. Used
/// by the thread of its connection; only `put_packet` and `get_buffered_amount` may be called from
/// any thread at any time. Dropping the last handle closes the channel, which is legal anywhere,
/// also inside a slot, and on any thread: where that is not the connection's, the next `poll`
/// closes it. What a poll delivered stays readable after the channel or its connection has closed.
class PEERLANE_API DataChannel {
 public:
  /// What `put_packet` sends. Godot: WebRTCDataChannel.WriteMode.
  enum WriteMode { WRITE_MODE_TEXT = 0, WRITE_MODE_BINARY = 1 };
  /// W3C: RTCDataChannelState.
  enum ChannelState {
    STATE_CONNECTING = 0,  ///< Waits for the connection.
    STATE_OPEN = 1,        ///< Sends and receives.
    STATE_CLOSING = 2,     ///< Closing; what was accepted before is still delivered.
    STATE_CLOSED = 3,      ///< Closed at both ends, or the transport is gone.
  };

  ~DataChannel();
  DataChannel(const DataChannel &) = delete;
  DataChannel &operator=(const DataChannel &) = delete;

  /// Hands one message to the network, at once and without blocking; an empty one is sent too. Text
  /// or binary as the write mode says. ERR_UNCONFIGURED unless STATE_OPEN; ERR_INVALID_PARAMETER
  /// above `get_max_packet_size()`; ERR_OUT_OF_MEMORY above `Configuration::send_buffer_limit` (the
  /// channel stays open: wait for `buffered_amount_low`); ERR_INVALID_DATA for text that is not
  /// UTF-8. Any thread.
  Error put_packet(ByteView packet);
  /// The same without a copy. The packet is moved from only where the call returns OK. Any thread.
  Error put_packet(PackedByteArray &&packet);

  /// The next message; empty where there is none, and then `get_packet_error()` is ERR_UNAVAILABLE.
  PackedByteArray get_packet();
  /// The next message into `packet`, whose memory is used again; false, and `packet` unchanged,
  /// where there is none.
  bool get_packet(PackedByteArray &packet);
  /// Result of the last `get_packet`. Godot: PacketPeer.get_packet_error.
  Error get_packet_error() const;
  /// How many messages `get_packet` has to give. Godot: PacketPeer.get_available_packet_count.
  int get_available_packet_count() const;
  /// Largest message in bytes that `put_packet` accepts: the smaller of
  /// `Configuration::max_message_size` and the peer's limit (RFC 8841 section 6: 65536 where it
  /// names none); 65536 before the remote description is set.
  int get_max_packet_size() const;
  /// Whether the message that `get_packet` returned last was sent as text; false before the first.
  bool was_string_packet() const;

  /// Default WRITE_MODE_BINARY. A value that is not a WriteMode is ignored and logged.
  void set_write_mode(WriteMode mode);
  /// What `set_write_mode` set last.
  WriteMode get_write_mode() const;

  /// Reserved, as in Godot: OK and no effect. `PeerConnection::poll()` delivers.
  Error poll();
  /// Sends what was accepted, then closes both directions (RFC 8831 section 6.7). From
  /// STATE_CONNECTING straight to STATE_CLOSED, else to STATE_CLOSING; no effect in those.
  void close();

  /// As the last poll, or the caller's own calls since, left it. W3C: RTCDataChannel.readyState.
  ChannelState get_ready_state() const;
  /// The name that its maker gave it, in every state, as with the next three; may be empty.
  std::string get_label() const;
  /// `DataChannelOptions::protocol`; "" where unset.
  std::string get_protocol() const;
  /// `DataChannelOptions::ordered`.
  bool is_ordered() const;
  /// `DataChannelOptions::negotiated`; false for a channel that the peer opened.
  bool is_negotiated() const;
  /// The SCTP stream; 65535 until it is known.
  int get_id() const;
  int get_max_packet_life_time() const;  ///< Milliseconds; 65535 where unset.
  int get_max_retransmits() const;       ///< 65535 where unset.
  /// Payload bytes that `put_packet` accepted and SCTP has not yet taken for transmission. Not
  /// reset by closing. Any thread. W3C: RTCDataChannel.bufferedAmount.
  int get_buffered_amount() const;

  // Beyond Godot.

  Signal<>
      opened;  ///< Once for every channel; for an incoming one right after `data_channel_received`.
  Signal<> closed;           ///< Once, when the closing is complete at both ends.
  Signal<> packet_received;  ///< Once for each poll in which messages arrived.
  /// When `get_buffered_amount()` has fallen from above the threshold to it or below.
  Signal<> buffered_amount_low;
  /// Bytes; default 0. A negative value counts as 0.
  void set_buffered_amount_low_threshold(int threshold);
  /// Bytes, as set.
  int get_buffered_amount_low_threshold() const;

  /// Result of the last call that can fail; OK after a success.
  Error get_last_error() const;
  /// What was wrong with that call and what would be right, as one English sentence; "" after a
  /// success.
  std::string get_last_error_message() const;

  /// Made by the library only.
  explicit DataChannel(std::shared_ptr<internal::DataChannelBackend> backend);

 private:
  const std::shared_ptr<internal::DataChannelBackend> backend_;
};

}  // namespace peerlane

#endif  // PEERLANE_DATA_CHANNEL_HPP
