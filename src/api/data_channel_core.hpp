// SPDX-License-Identifier: MIT
#ifndef PEERLANE_API_DATA_CHANNEL_CORE_HPP
#define PEERLANE_API_DATA_CHANNEL_CORE_HPP

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "api/data_channel_backend.hpp"
#include "core/channel_link.hpp"
#include "core/network_connection.hpp"

namespace peerlane::internal {

class DataChannelCore;

enum class ChannelSignal { OPENED, CLOSED, PACKET_RECEIVED, BUFFERED_AMOUNT_LOW };

/// The connection, as its channels see it. Lives on the caller's thread.
class DataChannelOwner {
 public:
  /// The caller closed a channel that was not open yet: it is closed already.
  virtual void on_unopened_channel_closed(DataChannelCore &channel) = 0;

 protected:
  ~DataChannelOwner() = default;
};

/// The API half of a data channel: mirrored state, inbox, send budget. The connection keeps it
/// until the channel is closed; a handle may keep it longer. Lives on the caller's thread, but for
/// `put_packet` and `get_buffered_amount`.
class DataChannelCore final : public DataChannelBackend {
 public:
  struct Limits {
    std::size_t send_buffer = 0;
    std::size_t receive_buffer = 0;
    std::size_t packet_size = 65536;
  };

  DataChannelCore(std::shared_ptr<ChannelLink> link, const Limits &limits,
                  std::weak_ptr<DataChannelOwner> owner);

  // DataChannelBackend.
  void set_handle(DataChannel *handle) override;
  Error put_packet(ByteView packet) override;
  Error put_packet(PackedByteArray &&packet) override;
  bool get_packet(PackedByteArray &packet) override;
  Error get_packet_error() const override { return packet_error_; }
  int get_available_packet_count() const override;
  int get_max_packet_size() const override;
  bool was_string_packet() const override { return was_string_; }
  void set_write_mode(DataChannel::WriteMode mode) override;
  DataChannel::WriteMode get_write_mode() const override;
  void close() override;
  DataChannel::ChannelState get_ready_state() const override { return state(); }
  std::string get_label() const override { return link_->parameters.label; }
  std::string get_protocol() const override { return link_->parameters.protocol; }
  bool is_ordered() const override { return link_->parameters.ordered; }
  bool is_negotiated() const override { return link_->parameters.negotiated; }
  int get_id() const override { return id_; }
  int get_max_packet_life_time() const override;
  int get_max_retransmits() const override;
  int get_buffered_amount() const override;
  void set_buffered_amount_low_threshold(int threshold) override;
  int get_buffered_amount_low_threshold() const override;
  Error get_last_error() const override;
  std::string get_last_error_message() const override;

  // For the connection.
  const std::shared_ptr<ChannelLink> &link() const { return link_; }
  DataChannel::ChannelState state() const { return state_.load(std::memory_order_acquire); }
  void set_state(DataChannel::ChannelState state);
  void set_id(int id) { id_ = id; }
  void set_packet_size_limit(std::size_t limit);
  /// The user's thread has something to do for this channel: it is due to poll. Any thread.
  void wake_user() const;
  bool has_handle() const { return handle_ != nullptr; }
  /// The network knows the channel from now on.
  void attach(std::shared_ptr<NetworkConnection> network);
  bool attached() const { return connection_link_ != nullptr; }
  /// The connection is closed: the state is CLOSED, nothing can be sent any more.
  void detach();
  /// A message arrived; without a handle it is dropped.
  void deliver(bool is_text, PackedByteArray &&payload);
  /// Whether `packet_received` is due; asking answers it.
  bool take_news();
  bool has_news() const { return has_news_; }
  /// Nothing where there is no handle. The handle may be gone afterwards.
  void emit(ChannelSignal signal);

  /// Gives `messages` of the inbox back to the budget of the connection, and resumes reading where
  /// that was paused.
  static void release_inbox(NetworkConnection *network, ConnectionLink &link, std::uint64_t cost,
                            std::uint64_t messages, std::size_t limit);

 private:
  // What the last call that can fail came to. A number, so that several threads may set it.
  enum class Fault : int {
    NONE,
    NOT_OPEN,
    TOO_LARGE,
    NOT_UTF8,
    BUFFER_FULL,
    ABOVE_BUFFER,
    NO_PACKET
  };
  struct Packet {
    PackedByteArray payload;
    bool is_text = false;
  };

  template <class Payload>
  Error put(Payload &&packet);
  Error note(Fault fault);
  static Error error_of(Fault fault);
  bool reserve(std::size_t size);
  void release_reserved(std::size_t size);
  std::shared_ptr<NetworkConnection> network() const;
  void clear_inbox();
  void drop_inbox();

  // Constant after construction.
  const std::shared_ptr<ChannelLink> link_;
  const std::size_t send_buffer_limit_;
  const std::size_t receive_buffer_limit_;

  // Any thread.
  std::atomic<DataChannel::ChannelState> state_{DataChannel::STATE_CONNECTING};
  std::atomic<std::size_t> packet_size_limit_;
  std::atomic<DataChannel::WriteMode> write_mode_{DataChannel::WRITE_MODE_BINARY};
  std::atomic<Fault> fault_{Fault::NONE};
  // Held for a copy of the pointer only, never during a call into the network.
  mutable std::mutex network_lock_;
  std::shared_ptr<NetworkConnection> network_;

  // Caller's thread only.
  std::weak_ptr<DataChannelOwner> owner_;
  std::shared_ptr<ConnectionLink> connection_link_;
  DataChannel *handle_ = nullptr;
  int id_ = 65535;
  std::vector<Packet> inbox_;
  std::size_t next_packet_ = 0;
  bool has_news_ = false;
  bool was_string_ = false;
  bool closed_told_ = false;
  Error packet_error_ = Error::OK;
};

}  // namespace peerlane::internal

#endif  // PEERLANE_API_DATA_CHANNEL_CORE_HPP
