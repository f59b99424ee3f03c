// SPDX-License-Identifier: MIT
#include "channel/send_scheduler.hpp"

#include <algorithm>

namespace peerlane {

void SendScheduler::set_association(SctpAssociation *association) {
  association_ = association;
  refresh_room();
}

void SendScheduler::add(Channel &channel) {
  channel.place = idle_.insert(idle_.end(), &channel);
  channel.turn = Channel::Turn::IDLE;
}

void SendScheduler::remove(Channel &channel) {
  drop_queued(channel);
  list_of(channel.turn).erase(channel.place);
}

void SendScheduler::drop_queued(Channel &channel) {
  const std::size_t size = channel.queue.size();
  if (!channel.blocked) ready_ -= size;
  if (channel.expendable()) expendable_ -= size;
  queued_ -= size;
  channel.queue.clear();
  rest(channel);
}

void SendScheduler::set_blocked(Channel &channel, bool blocked) {
  if (channel.blocked == blocked) return;
  channel.blocked = blocked;
  if (blocked) {
    ready_ -= channel.queue.size();
    rest(channel);
  } else {
    ready_ += channel.queue.size();
    if (!channel.queue.empty()) activate(channel);
  }
}

bool SendScheduler::send_now(Channel &channel, const MessageQueue::Message &message, TimePoint now,
                             bool more_follows) {
  if (channel.blocked || !has_room()) return false;
  const std::size_t size = message.payload.size();
  if (channel.parameters().max_packet_life_time && channel.is_stale(message.queued_at, now)) {
    listener_.on_message_stale(channel);
    settle(channel, size);
    return true;
  }
  SctpMessage composed = channel.compose(message, now);
  composed.more_follows = more_follows && room_ > size + kMessageOverhead;
  return give(channel, composed, size) != SctpSendStatus::FULL;
}

void SendScheduler::push_front_of(MessageQueue &messages, Channel &channel, TimePoint now) {
  before_push(channel, now);
  channel.queue.move_front_from(messages);
}

void SendScheduler::refresh_room() {
  room_ = 0;
  no_room_ = association_ == nullptr;
  refused_ = SIZE_MAX;
}

void SendScheduler::pump(TimePoint now) {
  if (ready_ == 0) return;
  // First, so that no `more_follows` promises a message that is then dropped.
  if (expendable_ != 0) drop_stale(now);
  while (Channel *channel = next()) {
    const MessageQueue::Message message = channel->queue.front();
    const std::size_t size = message.payload.size();
    if (!has_room()) return send_ahead(now);
    if (size >= refused_) {
      // Small messages that come anew may still fit; the others wait for their turn.
      if (channel->turn != Channel::Turn::FRESH) return;
      move(*channel, Channel::Turn::ROTATING);
      continue;
    }
    SctpMessage composed = channel->compose(message, now);
    composed.more_follows = ready_ > 1 && room_ > size + kMessageOverhead;
    if (send_front(*channel, composed, now) == SctpSendStatus::FULL) {
      refused_ = size;
      continue;
    }
    room_ -= std::min(room_, size + kMessageOverhead);
  }
}

SctpSendStatus SendScheduler::send_front(Channel &channel, const SctpMessage &composed,
                                         TimePoint now) {
  const std::size_t size = channel.queue.front().payload.size();
  const SctpSendStatus status = association_->send(composed);
  if (status == SctpSendStatus::FULL) return status;
  channel.queue.pop();
  --ready_;
  --queued_;
  if (channel.expendable()) --expendable_;
  channel.last_taken = now;
  channel.deficit -= static_cast<std::int64_t>(size + kMessageOverhead);
  if (status == SctpSendStatus::SENT) channel.count_sent(size);
  settle(channel, size);
  if (status == SctpSendStatus::FAILED) listener_.on_message_failed(channel);
  return status;
}

void SendScheduler::send_ahead(TimePoint now) {
  if (association_ == nullptr || !association_->may_overtake()) return;
  for (std::list<Channel *> *list : {&fresh_, &rotating_}) {
    // Advanced before: a channel that fails may be removed.
    for (auto each = list->begin(); each != list->end();) {
      Channel &channel = **each++;
      if (channel.ahead_period != room_period_) {
        channel.ahead_period = room_period_;
        channel.ahead = 0;
      }
      while (!channel.queue.empty() && channel.ahead < kAhead) {
        const MessageQueue::Message message = channel.queue.front();
        if (message.payload.size() > kLargestAhead) break;
        channel.ahead += message.payload.size() + kMessageOverhead;
        const SctpSendStatus status = send_front(channel, channel.compose(message, now), now);
        if (status == SctpSendStatus::FULL) return;
        if (status == SctpSendStatus::FAILED) break;
      }
    }
  }
}

bool SendScheduler::drop_stale(TimePoint now) {
  if (expendable_ == 0) return false;
  for (std::list<Channel *> *list : {&fresh_, &rotating_}) {
    for (Channel *channel : *list) {
      if (!channel->expendable()) continue;
      while (!channel->queue.empty()) {
        const MessageQueue::Message message = channel->queue.front();
        if (!channel->is_stale(message.queued_at, now)) break;
        const std::size_t size = message.payload.size();
        channel->queue.pop();
        --ready_;
        --queued_;
        --expendable_;
        listener_.on_message_stale(*channel);
        settle(*channel, size);
      }
    }
  }
  return expendable_ != 0;
}

bool SendScheduler::has_room() {
  if (room_ != 0) return true;
  if (no_room_) return false;
  room_ = association_->send_room();
  no_room_ = room_ == 0;
  if (!no_room_) ++room_period_;
  return !no_room_;
}

SctpSendStatus SendScheduler::give(Channel &channel, SctpMessage message, std::size_t size) {
  const SctpSendStatus status = association_->send(message);
  if (status == SctpSendStatus::FULL) {
    refused_ = size;
    return status;
  }
  room_ -= std::min(room_, size + kMessageOverhead);
  if (status == SctpSendStatus::SENT) channel.count_sent(size);
  settle(channel, size);
  if (status == SctpSendStatus::FAILED) listener_.on_message_failed(channel);
  return status;
}

void SendScheduler::before_push(Channel &channel, TimePoint now) {
  ++queued_;
  if (channel.expendable()) ++expendable_;
  // Nothing has waited before: the wait for SCTP begins now.
  if (channel.queue.empty()) channel.last_taken = now;
  if (channel.blocked) return;
  ++ready_;
  activate(channel);
}

void SendScheduler::activate(Channel &channel) {
  if (channel.turn != Channel::Turn::IDLE) return;
  channel.deficit = kQuantum;
  move(channel, Channel::Turn::FRESH);
}

void SendScheduler::rest(Channel &channel) { move(channel, Channel::Turn::IDLE); }

void SendScheduler::move(Channel &channel, Channel::Turn turn) {
  std::list<Channel *> &to = list_of(turn);
  to.splice(to.end(), list_of(channel.turn), channel.place);
  channel.turn = turn;
}

std::list<Channel *> &SendScheduler::list_of(Channel::Turn turn) {
  switch (turn) {
    case Channel::Turn::FRESH:
      return fresh_;
    case Channel::Turn::ROTATING:
      return rotating_;
    case Channel::Turn::IDLE:
      break;
  }
  return idle_;
}

Channel *SendScheduler::next() {
  while (!fresh_.empty() || !rotating_.empty()) {
    Channel &channel = *(fresh_.empty() ? rotating_.front() : fresh_.front());
    if (ready_ == 0 || (channel.queue.empty() && channel.turn == Channel::Turn::ROTATING)) {
      // Where nothing is left, nobody is kept waiting, and all begin anew.
      rest(channel);
    } else if (channel.queue.empty()) {
      move(channel, Channel::Turn::ROTATING);
    } else if (channel.deficit > 0) {
      return &channel;
    } else {
      channel.deficit += kQuantum;
      move(channel, Channel::Turn::ROTATING);
    }
  }
  return nullptr;
}

void SendScheduler::settle(Channel &channel, std::size_t size) {
  if (channel.take_off_buffered(size)) listener_.on_buffered_low(channel);
}

}  // namespace peerlane
