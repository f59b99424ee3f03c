// SPDX-License-Identifier: MIT
#ifndef PEERLANE_CHANNEL_CHANNEL_TABLE_STATE_HPP
#define PEERLANE_CHANNEL_CHANNEL_TABLE_STATE_HPP

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "channel/channel_registry.hpp"
#include "channel/channel_table.hpp"
#include "channel/early_messages.hpp"
#include "channel/partial_messages.hpp"
#include "channel/send_scheduler.hpp"
#include "channel/stream_resets.hpp"

namespace peerlane {

/// The inside of ChannelTable: who is where in the life of a channel. Lives on the strand.
///
/// Sources: channel_opening.cpp, channel_closing.cpp, channel_receiving.cpp; sending is in
/// channel_table.cpp.
class ChannelTable::State final : private SendScheduler::Listener {
 public:
  State(const Limits &limits, TimerQueue &timers, ChannelTable::Listener &listener);

  void open(std::shared_ptr<ChannelLink> link);
  void close(ChannelKey key);
  void on_association_up(SctpAssociation &association, bool dtls_client);
  void on_association_down();

  void enqueue(MessageQueue &messages);
  template <class Payload>
  void send(ChannelLink &link, bool is_text, Payload &&payload);
  void on_sendable();
  std::uint32_t streams_needed() const { return channels_.streams_in_use(); }
  bool has_queued() const { return scheduler_.queued() != 0 || !handshakes_.empty(); }

  void on_message(std::uint16_t stream, std::uint32_t ppid, ByteView message);
  void on_incoming_reset(const std::vector<std::uint16_t> &streams);
  void on_outgoing_reset(const std::vector<std::uint16_t> &streams);
  void on_streams_changed();

  const std::map<std::string, std::uint64_t> &dropped() const { return dropped_; }

 private:
  // channel_opening.cpp
  void open_waiting();
  void open_now(Channel &channel);
  bool claim_negotiated_stream(Channel &channel);
  bool claim_free_stream(Channel &channel);
  bool ask_for_stream(std::uint16_t stream);
  void fail_waiting(Channel &channel, Error error, const std::string &message);
  bool send_handshakes();
  bool send_handshake(Channel &channel);
  void announce_open(Channel &channel);
  void on_open_message(std::uint16_t stream, ByteView message);
  void accept(std::uint16_t stream, ChannelParameters parameters);
  void refuse(std::uint16_t stream, const char *reason);
  void on_stream_timer();
  void unblock(Channel &channel);

  // channel_closing.cpp
  void close_with_error(Channel &channel, Error error, const std::string &message);
  void finish_draining();
  void reset(Channel &channel);
  void request_resets();
  void finish_resets(const std::vector<std::uint16_t> &streams);
  void finish_reset(std::uint16_t stream);
  void on_reset_timer();
  void forget(Channel &channel);
  bool hand_over_stream(std::uint16_t stream);

  // channel_receiving.cpp
  void on_dcep(std::uint16_t stream, ByteView message);
  void on_stray_message(std::uint16_t stream, std::uint32_t ppid, ByteView message);
  void on_user_message(Channel &channel, std::uint32_t ppid, ByteView message);
  void on_whole(Channel &channel, bool is_text, ByteView message);
  void on_part(Channel &channel, bool is_text, ByteView part);
  void deliver(Channel &channel, bool is_text, PackedByteArray &&payload);

  // channel_table.cpp
  void pump();
  void on_stale_timer();
  void arm_stale_timer();
  void on_buffered_low(const Channel &channel) override;
  void on_message_failed(Channel &channel) override;
  void on_message_stale(const Channel &channel) override;

  bool is_peers(std::uint16_t stream) const { return (stream % 2 == 0) != dtls_client_; }
  void count(const char *reason) { ++dropped_[reason]; }

  static constexpr const char *kWithoutChannel = "message_without_channel";

  const Limits limits_;
  TimerQueue &timers_;
  ChannelTable::Listener &listener_;
  SctpAssociation *association_ = nullptr;
  bool dtls_client_ = false;

  ChannelRegistry channels_;
  SendScheduler scheduler_;
  StreamResets resets_;
  EarlyMessages early_;
  PartialMessages partials_;

  std::vector<ChannelKey>
      waiting_;  // For the association, or for a stream; in the order of creation.
  std::vector<ChannelKey> handshakes_;  // SCTP has not taken their DCEP message.
  std::vector<ChannelKey> draining_;    // Closed by ourselves, with messages left.
  ChannelKey next_incoming_key_ = 1;
  Timer reset_timer_;
  Timer stale_timer_;
  Timer stream_timer_;
  std::map<std::string, std::uint64_t> dropped_;
};

}  // namespace peerlane

#endif  // PEERLANE_CHANNEL_CHANNEL_TABLE_STATE_HPP
