// SPDX-License-Identifier: MIT
#include "api/data_channel_core.hpp"

#include <algorithm>
#include <climits>
#include <string_view>
#include <utility>

#include "api/log.hpp"
#include "signaling/utf8.hpp"

namespace peerlane::internal {

namespace {

// Godot's answer where a number is unset or not yet known.
constexpr int kUnset = 65535;
constexpr std::size_t kKeptPackets = 16384;

int as_int(std::uint64_t number) {
  return static_cast<int>(std::min<std::uint64_t>(number, INT_MAX));
}

}  // namespace

DataChannelCore::DataChannelCore(std::shared_ptr<ChannelLink> link, const Limits &limits,
                                 std::weak_ptr<DataChannelOwner> owner)
    : link_(std::move(link)),
      send_buffer_limit_(limits.send_buffer),
      receive_buffer_limit_(limits.receive_buffer),
      packet_size_limit_(limits.packet_size),
      owner_(std::move(owner)),
      id_(link_->parameters.id ? *link_->parameters.id : kUnset) {}

void DataChannelCore::set_handle(DataChannel *handle) {
  handle_ = handle;
  // Nobody can read them any more, and they must not hold up the other channels.
  if (!handle_) drop_inbox();
}

// Sending: any thread.

Error DataChannelCore::note(Fault fault) {
  // The usual case, success after success, writes nothing that another thread reads.
  if (fault_.load(std::memory_order_relaxed) != fault) {
    fault_.store(fault, std::memory_order_relaxed);
  }
  return error_of(fault);
}

bool DataChannelCore::reserve(std::size_t size) {
  const std::uint64_t cost = size + kMessageOverhead;
  // Counted before it is known to fit: another thread sees too much for a moment, never too little.
  const std::uint64_t before = link_->buffered_cost.fetch_add(cost, std::memory_order_relaxed);
  if (before + cost > send_buffer_limit_) {
    link_->buffered_cost.fetch_sub(cost, std::memory_order_relaxed);
    return false;
  }
  link_->buffered.fetch_add(size, std::memory_order_relaxed);
  return true;
}

void DataChannelCore::release_reserved(std::size_t size) {
  link_->buffered_cost.fetch_sub(size + kMessageOverhead, std::memory_order_relaxed);
  link_->buffered.fetch_sub(size, std::memory_order_relaxed);
}

std::shared_ptr<NetworkConnection> DataChannelCore::network() const {
  const std::lock_guard guard(network_lock_);
  return network_;
}

template <class Payload>
Error DataChannelCore::put(Payload &&packet) {
  if (state() != DataChannel::STATE_OPEN) return note(Fault::NOT_OPEN);
  const std::size_t size = packet.size();
  if (size > packet_size_limit_.load(std::memory_order_relaxed)) return note(Fault::TOO_LARGE);
  const bool is_text = write_mode_.load(std::memory_order_relaxed) == DataChannel::WRITE_MODE_TEXT;
  if (is_text && size > 0 &&
      !is_valid_utf8({reinterpret_cast<const char *>(packet.data()), size})) {
    return note(Fault::NOT_UTF8);
  }
  if (!reserve(size)) {
    const bool never_fits = size + kMessageOverhead > send_buffer_limit_;
    return note(never_fits ? Fault::ABOVE_BUFFER : Fault::BUFFER_FULL);
  }
  // A copy: the connection may be closed by its thread meanwhile.
  const std::shared_ptr<NetworkConnection> network = this->network();
  if (!network) {
    release_reserved(size);
    return note(Fault::NOT_OPEN);
  }
  network->send(*link_, is_text, std::forward<Payload>(packet));
  return note(Fault::NONE);
}

Error DataChannelCore::put_packet(ByteView packet) { return put<const ByteView &>(packet); }
Error DataChannelCore::put_packet(PackedByteArray &&packet) { return put(std::move(packet)); }

int DataChannelCore::get_buffered_amount() const {
  return as_int(link_->buffered.load(std::memory_order_relaxed));
}

// Receiving.

void DataChannelCore::deliver(bool is_text, PackedByteArray &&payload) {
  if (!handle_ || state() == DataChannel::STATE_CLOSED) {
    const std::uint64_t cost = payload.size() + kMessageOverhead;
    if (connection_link_) {
      release_inbox(network().get(), *connection_link_, cost, 1, receive_buffer_limit_);
    }
    return;
  }
  inbox_.push_back({std::move(payload), is_text});
  has_news_ = true;
}

bool DataChannelCore::get_packet(PackedByteArray &packet) {
  if (next_packet_ == inbox_.size()) {
    packet_error_ = note(Fault::NO_PACKET);
    return false;
  }
  Packet &next = inbox_[next_packet_++];
  // The caller's buffer is freed here or used again, as the caller chose.
  packet.swap(next.payload);
  was_string_ = next.is_text;
  if (next_packet_ == inbox_.size()) {
    clear_inbox();
  } else if (next_packet_ >= 1024 && next_packet_ * 2 >= inbox_.size()) {
    inbox_.erase(inbox_.begin(), inbox_.begin() + static_cast<std::ptrdiff_t>(next_packet_));
    next_packet_ = 0;
  }
  if (connection_link_) {
    release_inbox(network_.get(), *connection_link_, packet.size() + kMessageOverhead, 1,
                  receive_buffer_limit_);
  }
  packet_error_ = note(Fault::NONE);
  return true;
}

int DataChannelCore::get_available_packet_count() const {
  return as_int(inbox_.size() - next_packet_);
}

void DataChannelCore::release_inbox(NetworkConnection *network, ConnectionLink &link,
                                    std::uint64_t cost, std::uint64_t messages, std::size_t limit) {
  const std::uint64_t left = link.inbox_cost.fetch_sub(cost) - cost;
  link.inbox_messages.fetch_sub(messages, std::memory_order_relaxed);
  if (left < (limit + 1) / 2 && link.reading_paused.load() && network &&
      link.reading_paused.exchange(false)) {
    network->execute(ResumeReading{});
  }
}

void DataChannelCore::clear_inbox() {
  inbox_.clear();
  next_packet_ = 0;
  // An idle channel must not pay for its largest burst.
  if (inbox_.capacity() > kKeptPackets) std::vector<Packet>().swap(inbox_);
}

void DataChannelCore::drop_inbox() {
  std::uint64_t cost = 0;
  const std::uint64_t messages = inbox_.size() - next_packet_;
  for (; next_packet_ < inbox_.size(); ++next_packet_) {
    cost += inbox_[next_packet_].payload.size() + kMessageOverhead;
  }
  clear_inbox();
  has_news_ = false;
  if (messages > 0 && connection_link_) {
    release_inbox(network_.get(), *connection_link_, cost, messages, receive_buffer_limit_);
  }
}

bool DataChannelCore::take_news() { return std::exchange(has_news_, false); }

// State.

void DataChannelCore::attach(std::shared_ptr<NetworkConnection> network) {
  connection_link_ = network->link();
  const std::lock_guard guard(network_lock_);
  network_ = std::move(network);
}

void DataChannelCore::detach() {
  set_state(DataChannel::STATE_CLOSED);
  owner_.reset();
  std::shared_ptr<NetworkConnection> last;  // Ends outside the lock.
  const std::lock_guard guard(network_lock_);
  last.swap(network_);
}

void DataChannelCore::wake_user() const {
  const std::shared_ptr<NetworkConnection> network = this->network();
  if (network && network->link()->events.set_local_pending(true)) network->post_wakeup();
}

void DataChannelCore::set_state(DataChannel::ChannelState state) {
  state_.store(state, std::memory_order_release);
}

void DataChannelCore::close() {
  switch (state()) {
    case DataChannel::STATE_CONNECTING:
      set_state(DataChannel::STATE_CLOSED);
      if (const auto owner = owner_.lock()) owner->on_unopened_channel_closed(*this);
      return;
    case DataChannel::STATE_OPEN:
      set_state(DataChannel::STATE_CLOSING);
      if (network_) network_->execute(CloseChannel{link_->key});
      return;
    case DataChannel::STATE_CLOSING:
    case DataChannel::STATE_CLOSED:
      return;
  }
}

void DataChannelCore::emit(ChannelSignal signal) {
  if (!handle_) return;
  switch (signal) {
    case ChannelSignal::OPENED:
      return SignalAccess::emit(handle_->opened);
    case ChannelSignal::CLOSED:
      if (std::exchange(closed_told_, true)) return;
      return SignalAccess::emit(handle_->closed);
    case ChannelSignal::PACKET_RECEIVED:
      return SignalAccess::emit(handle_->packet_received);
    case ChannelSignal::BUFFERED_AMOUNT_LOW:
      return SignalAccess::emit(handle_->buffered_amount_low);
  }
}

// Getters and setters.

int DataChannelCore::get_max_packet_size() const {
  return as_int(packet_size_limit_.load(std::memory_order_relaxed));
}

void DataChannelCore::set_packet_size_limit(std::size_t limit) {
  packet_size_limit_.store(limit, std::memory_order_relaxed);
}

void DataChannelCore::set_write_mode(DataChannel::WriteMode mode) {
  if (mode != DataChannel::WRITE_MODE_TEXT && mode != DataChannel::WRITE_MODE_BINARY) {
    write_log(LogLevel::WARNING,
              "DataChannel::set_write_mode: " + std::to_string(static_cast<int>(mode)) +
                  " is no write mode; it stays as it was.");
    return;
  }
  write_mode_.store(mode, std::memory_order_relaxed);
}

DataChannel::WriteMode DataChannelCore::get_write_mode() const {
  return write_mode_.load(std::memory_order_relaxed);
}

int DataChannelCore::get_max_packet_life_time() const {
  return link_->parameters.max_packet_life_time.value_or(kUnset);
}

int DataChannelCore::get_max_retransmits() const {
  return link_->parameters.max_retransmits.value_or(kUnset);
}

void DataChannelCore::set_buffered_amount_low_threshold(int threshold) {
  link_->low_threshold.store(static_cast<std::uint64_t>(std::max(threshold, 0)));
}

int DataChannelCore::get_buffered_amount_low_threshold() const {
  return as_int(link_->low_threshold.load());
}

Error DataChannelCore::error_of(Fault fault) {
  switch (fault) {
    case Fault::NONE:
      return Error::OK;
    case Fault::NOT_OPEN:
      return Error::ERR_UNCONFIGURED;
    case Fault::TOO_LARGE:
      return Error::ERR_INVALID_PARAMETER;
    case Fault::NOT_UTF8:
      return Error::ERR_INVALID_DATA;
    case Fault::BUFFER_FULL:
    case Fault::ABOVE_BUFFER:
      return Error::ERR_OUT_OF_MEMORY;
    case Fault::NO_PACKET:
      return Error::ERR_UNAVAILABLE;
  }
  return Error::ERR_BUG;
}

Error DataChannelCore::get_last_error() const {
  return error_of(fault_.load(std::memory_order_relaxed));
}

std::string DataChannelCore::get_last_error_message() const {
  switch (fault_.load(std::memory_order_relaxed)) {
    case Fault::NONE:
      break;
    case Fault::NOT_OPEN:
      return "The channel is not open; packets can be sent in STATE_OPEN only.";
    case Fault::TOO_LARGE:
      return "The packet is larger than get_max_packet_size(), which is " +
             std::to_string(get_max_packet_size()) + " bytes.";
    case Fault::NOT_UTF8:
      return "The packet is not valid UTF-8; WRITE_MODE_BINARY sends any bytes.";
    case Fault::BUFFER_FULL:
      return "More than send_buffer_limit (" + std::to_string(send_buffer_limit_) +
             " bytes, 64 for each packet included) would wait to be sent; try again after "
             "buffered_amount_low.";
    case Fault::ABOVE_BUFFER:
      return "The packet alone is above send_buffer_limit (" + std::to_string(send_buffer_limit_) +
             " bytes, 64 for each packet included); raise that, or send smaller packets.";
    case Fault::NO_PACKET:
      return "There is no packet; get_available_packet_count() tells how many there are.";
  }
  return {};
}

}  // namespace peerlane::internal
