// SPDX-License-Identifier: MIT
#include "transport/channel_events.hpp"

#include <utility>

#include "core/heap_for_messages.hpp"

namespace peerlane {

ChannelEvents::ChannelEvents(ConnectionLink &link, std::function<void()> on_event)
    : link_(link), on_event_(std::move(on_event)) {}

void ChannelEvents::emit(ControlEvent event) {
  if (muted_) return;
  link_.events.push(std::move(event));
  on_event_();
}

void ChannelEvents::on_channel_message(ChannelKey channel, bool is_text,
                                       PackedByteArray &&payload) {
  ++messages_received_;
  if (muted_) return;
  keep_heap_for_messages_of(payload.size());
  link_.inbox_cost.fetch_add(payload.size() + kMessageOverhead);
  link_.traffic.fetch_add(payload.size() + kMessageOverhead, std::memory_order_relaxed);
  link_.inbox_messages.fetch_add(1, std::memory_order_relaxed);
  Event event;
  event.channel = channel;
  event.is_text = is_text;
  event.payload = std::move(payload);
  link_.events.push(std::move(event));
  on_event_();
}

void ChannelEvents::on_channel_arrived(const std::shared_ptr<ChannelLink> &link,
                                       std::uint16_t stream) {
  emit(ChannelArrived{link, stream});
}
void ChannelEvents::on_channel_id(ChannelKey channel, std::uint16_t stream) {
  emit(ChannelIdAssigned{channel, stream});
}
void ChannelEvents::on_channel_opened(ChannelKey channel, std::uint16_t stream) {
  emit(ChannelOpened{channel, stream});
}
void ChannelEvents::on_channel_closing(ChannelKey channel) { emit(ChannelClosing{channel}); }
void ChannelEvents::on_channel_closed(ChannelKey channel) { emit(ChannelClosed{channel}); }
void ChannelEvents::on_buffered_amount_low(ChannelKey channel) {
  if (muted_) return;
  Event event;
  event.kind = Event::Kind::BUFFERED_AMOUNT_LOW;
  event.channel = channel;
  link_.events.push(std::move(event));
  on_event_();
}
void ChannelEvents::on_channel_error(Error error, const std::string &message) {
  emit(ErrorOccurred{error, message});
}

}  // namespace peerlane
