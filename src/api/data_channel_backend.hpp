// SPDX-License-Identifier: MIT
#ifndef PEERLANE_API_DATA_CHANNEL_BACKEND_HPP
#define PEERLANE_API_DATA_CHANNEL_BACKEND_HPP

#include <string>

#include "peerlane/data_channel.hpp"

namespace peerlane::internal {

/// What a DataChannel handle delegates to. Lives on the caller's thread, but for `put_packet` and
/// `get_buffered_amount`, which any thread may call.
class DataChannelBackend {
 public:
  virtual ~DataChannelBackend() = default;

  /// The handle whose signals are emitted; null once the handle is being destroyed, which also
  /// closes the channel.
  virtual void set_handle(DataChannel *handle) = 0;

  virtual Error put_packet(ByteView packet) = 0;
  virtual Error put_packet(PackedByteArray &&packet) = 0;
  virtual bool get_packet(PackedByteArray &packet) = 0;
  virtual Error get_packet_error() const = 0;
  virtual int get_available_packet_count() const = 0;
  virtual int get_max_packet_size() const = 0;
  virtual bool was_string_packet() const = 0;
  virtual void set_write_mode(DataChannel::WriteMode mode) = 0;
  virtual DataChannel::WriteMode get_write_mode() const = 0;
  virtual void close() = 0;
  virtual DataChannel::ChannelState get_ready_state() const = 0;
  virtual std::string get_label() const = 0;
  virtual std::string get_protocol() const = 0;
  virtual bool is_ordered() const = 0;
  virtual bool is_negotiated() const = 0;
  virtual int get_id() const = 0;
  virtual int get_max_packet_life_time() const = 0;
  virtual int get_max_retransmits() const = 0;
  virtual int get_buffered_amount() const = 0;
  virtual void set_buffered_amount_low_threshold(int threshold) = 0;
  virtual int get_buffered_amount_low_threshold() const = 0;
  virtual Error get_last_error() const = 0;
  virtual std::string get_last_error_message() const = 0;
};

}  // namespace peerlane::internal

#endif  // PEERLANE_API_DATA_CHANNEL_BACKEND_HPP
