// SPDX-License-Identifier: MIT
#include "channel/stream_resets.hpp"

#include <algorithm>

namespace peerlane {

StreamResets::Entry *StreamResets::find(std::uint16_t stream) {
  const auto found = streams_.find(stream);
  return found == streams_.end() ? nullptr : &found->second;
}

const StreamResets::Entry *StreamResets::find(std::uint16_t stream) const {
  const auto found = streams_.find(stream);
  return found == streams_.end() ? nullptr : &found->second;
}

void StreamResets::start(std::uint16_t stream, std::optional<ChannelKey> channel, bool peer_done,
                         TimePoint now) {
  const auto [place, is_new] = streams_.emplace(stream, Entry{});
  Entry &entry = place->second;
  if (is_new) {
    to_request_.push_back(stream);
  } else {
    entry.once_more = entry.outgoing == Outgoing::REQUESTED;
  }
  entry.channel = channel;
  entry.incoming = peer_done;
  entry.started = now;
}

void StreamResets::on_outgoing_done(std::uint16_t stream) {
  Entry *entry = find(stream);
  if (entry == nullptr || entry->outgoing != Outgoing::REQUESTED) return;
  entry->outgoing = entry->once_more ? Outgoing::TO_REQUEST : Outgoing::DONE;
  if (entry->once_more) to_request_.push_back(stream);
  entry->once_more = false;
}

void StreamResets::on_incoming_done(std::uint16_t stream) {
  if (Entry *entry = find(stream)) entry->incoming = true;
}

void StreamResets::set_requested() {
  for (const std::uint16_t stream : to_request_) find(stream)->outgoing = Outgoing::REQUESTED;
  to_request_.clear();
}

bool StreamResets::done(std::uint16_t stream) const {
  const Entry *entry = find(stream);
  return entry != nullptr && entry->incoming && entry->outgoing == Outgoing::DONE;
}

bool StreamResets::only_answer_missing(std::uint16_t stream) const {
  const Entry *entry = find(stream);
  return entry != nullptr && entry->incoming && entry->outgoing == Outgoing::REQUESTED &&
         !entry->once_more;
}

std::optional<ChannelKey> StreamResets::channel_of(std::uint16_t stream) const {
  const Entry *entry = find(stream);
  return entry != nullptr ? entry->channel : std::nullopt;
}

void StreamResets::release_channel(std::uint16_t stream) {
  if (Entry *entry = find(stream)) entry->channel.reset();
}

void StreamResets::erase(std::uint16_t stream) {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  if (found->second.outgoing == Outgoing::TO_REQUEST) std::erase(to_request_, stream);
  streams_.erase(found);
}

void StreamResets::clear() {
  streams_.clear();
  to_request_.clear();
}

std::vector<StreamResets::Expired> StreamResets::take_expired(TimePoint now) {
  std::vector<Expired> expired;
  for (const auto &[stream, entry] : streams_) {
    if (entry.deadline() <= now) expired.push_back({stream, entry.channel});
  }
  for (const Expired &each : expired) erase(each.stream);
  return expired;
}

TimePoint StreamResets::next_deadline() const {
  TimePoint next = TimePoint::max();
  for (const auto &[stream, entry] : streams_) next = std::min(next, entry.deadline());
  return next;
}

}  // namespace peerlane
