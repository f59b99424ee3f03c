// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_CHANNEL_EVENTS_HPP
#define PEERLANE_TRANSPORT_CHANNEL_EVENTS_HPP

#include <functional>
#include <memory>
#include <string>

#include "channel/channel_table.hpp"
#include "core/network_connection.hpp"

namespace peerlane {

/// Turns what happens to the channels into events for the API side, and counts what lies in its
/// inbox. Lives on the strand.
class ChannelEvents final : public ChannelTable::Listener {
 public:
  /// `on_event` is called for every event: the moment to mark the turn.
  ChannelEvents(ConnectionLink &link, std::function<void()> on_event);

  /// Nothing is emitted any more.
  void mute() { muted_ = true; }
  std::uint64_t messages_received() const { return messages_received_; }

 private:
  void on_channel_arrived(const std::shared_ptr<ChannelLink> &link, std::uint16_t stream) override;
  void on_channel_id(ChannelKey channel, std::uint16_t stream) override;
  void on_channel_opened(ChannelKey channel, std::uint16_t stream) override;
  void on_channel_message(ChannelKey channel, bool is_text, PackedByteArray &&payload) override;
  void on_channel_closing(ChannelKey channel) override;
  void on_channel_closed(ChannelKey channel) override;
  void on_buffered_amount_low(ChannelKey channel) override;
  void on_channel_error(Error error, const std::string &message) override;
  void emit(ControlEvent event);

  ConnectionLink &link_;
  const std::function<void()> on_event_;
  std::uint64_t messages_received_ = 0;
  bool muted_ = false;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_CHANNEL_EVENTS_HPP
