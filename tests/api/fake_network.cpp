// SPDX-License-Identifier: MIT
#include "api/fake_network.hpp"

namespace peerlane::test {

std::vector<ChannelKey> FakeWire::opened() const {
  std::vector<ChannelKey> keys;
  for (const OpenChannel &open : all<OpenChannel>()) keys.push_back(open.link->key);
  return keys;
}

std::vector<FakeWire::Sent> FakeWire::sent() const {
  const std::lock_guard guard(lock_);
  return sent_;
}

void FakeWire::publish() {
  if (link->events.publish()) link->events.wake();
}

void FakeWire::emit(ControlEvent event) {
  stage(std::move(event));
  publish();
}

void FakeWire::stage_buffered_amount_low(ChannelKey channel) {
  Event event;
  event.kind = Event::Kind::BUFFERED_AMOUNT_LOW;
  event.channel = channel;
  link->events.push(std::move(event));
}

void FakeWire::stage_message(ChannelKey channel, const std::string &payload, bool is_text) {
  link->inbox_cost += payload.size() + kMessageOverhead;
  ++link->inbox_messages;
  Event event;
  event.channel = channel;
  event.is_text = is_text;
  event.payload.assign(payload.begin(), payload.end());
  link->events.push(std::move(event));
}

void FakeWire::message(ChannelKey channel, const std::string &payload, bool is_text) {
  stage_message(channel, payload, is_text);
  publish();
}

void FakeWire::run_wakeups() {
  while (posted_wakeups > 0) {
    --posted_wakeups;
    link->events.wake();
  }
}

void FakeWire::open_channels() {
  const auto opens = all<OpenChannel>();
  for (; opened_so_far_ < opens.size(); ++opened_so_far_) {
    const ChannelLink &channel = *opens[opened_so_far_].link;
    const auto stream = channel.parameters.id.value_or(static_cast<std::uint16_t>(channel.key));
    stage(ChannelOpened{channel.key, stream});
  }
  publish();
}

std::shared_ptr<ChannelLink> FakeWire::arrive(const std::string &label, std::uint16_t stream) {
  ChannelParameters parameters;
  parameters.label = label;
  const auto arrived = std::make_shared<ChannelLink>(next_remote_key_, parameters);
  next_remote_key_ += 2;
  emit(ChannelArrived{arrived, stream});
  return arrived;
}

void FakeWire::candidate(std::uint32_t generation, std::uint16_t port) {
  Candidate candidate;
  candidate.foundation = "1";
  candidate.priority = 2130706431;
  candidate.address = "192.0.2.7";
  candidate.port = port;
  emit(LocalCandidateFound{candidate, generation});
}

void FakeNetwork::send(ChannelLink &channel, bool is_text, PackedByteArray &&payload) {
  const std::lock_guard guard(wire_->lock_);
  wire_->sent_.push_back({channel.key, is_text, std::move(payload)});
  payload.clear();
}

void FakeNetwork::send(ChannelLink &channel, bool is_text, ByteView payload) {
  const std::lock_guard guard(wire_->lock_);
  wire_->sent_.push_back({channel.key, is_text, PackedByteArray(payload.begin(), payload.end())});
}

void FakeNetwork::fill_stats(PeerConnectionStats &stats) const {
  stats.bytes_sent = 4711;
  stats.dropped["from_the_network"] = 3;
}

}  // namespace peerlane::test
