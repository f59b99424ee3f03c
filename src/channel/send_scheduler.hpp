// SPDX-License-Identifier: MIT
#ifndef PEERLANE_CHANNEL_SEND_SCHEDULER_HPP
#define PEERLANE_CHANNEL_SEND_SCHEDULER_HPP

#include <cstddef>
#include <cstdint>
#include <list>
#include <utility>

#include "channel/channel.hpp"
#include "core/message_queue.hpp"
#include "core/sctp_message.hpp"

namespace peerlane {

/// Decides whose message enters SCTP next, and hands over no more than the association wants: what
/// waits, waits here, where it can still be overtaken and dropped. Lives on the strand.
///
/// Deficit round robin by bytes over the channels that have something queued. A channel that comes
/// with a first message goes ahead once, by one quantum, as in RFC 8290 section 4.1: a small
/// message then waits for one message of a bulk transfer at most. A channel that is worked off
/// stays in the round until its turn comes, lest it go ahead for ever.
class SendScheduler {
 public:
  class Listener {
   public:
    virtual void on_buffered_low(const Channel &channel) = 0;
    /// SCTP does not take the message at all. It is lost; the channel is not touched afterwards and
    /// may be removed.
    virtual void on_message_failed(Channel &channel) = 0;
    virtual void on_message_stale(const Channel &channel) = 0;

   protected:
    ~Listener() = default;
  };

  explicit SendScheduler(Listener &listener) : listener_(listener) {}
  SendScheduler(const SendScheduler &) = delete;
  SendScheduler &operator=(const SendScheduler &) = delete;

  /// Null: nothing can be sent.
  void set_association(SctpAssociation *association);
  void add(Channel &channel);
  /// Its queued messages are dropped; `buffered` stays as it is.
  void remove(Channel &channel);
  void drop_queued(Channel &channel);
  void set_blocked(Channel &channel, bool blocked);

  /// No channel has anything queued that could be sent.
  bool idle() const { return ready_ == 0; }
  bool has_expendable() const { return expendable_ != 0; }
  /// Messages in all queues, blocked channels included.
  std::size_t queued() const { return queued_; }

  /// One message straight into SCTP, past the queues. Only while idle. False where it has to be
  /// queued.
  bool send_now(Channel &channel, const MessageQueue::Message &message, TimePoint now,
                bool more_follows);
  /// Takes over the oldest message of `messages`.
  void push_front_of(MessageQueue &messages, Channel &channel, TimePoint now);
  template <class Payload>
  void push(Channel &channel, bool is_text, TimePoint now, Payload &&payload) {
    before_push(channel, now);
    channel.queue.push(channel.key(), is_text, now, std::forward<Payload>(payload));
  }

  /// The association may have room again.
  void refresh_room();
  void pump(TimePoint now);
  /// Drops what has waited too long. True where messages are left that may become stale.
  bool drop_stale(TimePoint now);

 private:
  // Small, so that the round comes back soon; a large message is paid for over several rounds.
  static constexpr std::int64_t kQuantum = 4096;

  // So much of each channel, in messages that fit a packet, may go ahead of what fills the room
  // until there is room again: on a slow path a large message is under way for long.
  static constexpr std::size_t kAhead = 4096;
  static constexpr std::size_t kLargestAhead = 1100;

  bool has_room();
  void send_ahead(TimePoint now);
  /// The first message of the queue, composed. After FAILED the channel may be gone.
  SctpSendStatus send_front(Channel &channel, const SctpMessage &composed, TimePoint now);
  SctpSendStatus give(Channel &channel, SctpMessage message, std::size_t payload_size);
  void before_push(Channel &channel, TimePoint now);
  void activate(Channel &channel);
  void rest(Channel &channel);
  void move(Channel &channel, Channel::Turn turn);
  std::list<Channel *> &list_of(Channel::Turn turn);
  Channel *next();
  void settle(Channel &channel, std::size_t size);

  Listener &listener_;
  SctpAssociation *association_ = nullptr;

  // One node for each channel, moved between the lists without allocation.
  std::list<Channel *> idle_, fresh_, rotating_;
  std::size_t ready_ = 0;       // Messages of channels that are not blocked.
  std::size_t queued_ = 0;      // Of all.
  std::size_t expendable_ = 0;  // Of those that may become stale.

  std::size_t room_ = 0;
  std::uint32_t room_period_ = 0;  // Counts how often there was room again.
  bool no_room_ = true;            // The association has said so; until `refresh_room`.
  std::size_t refused_ =
      SIZE_MAX;  // Size of the message that was last found too large; until `refresh_room`.
};

}  // namespace peerlane

#endif  // PEERLANE_CHANNEL_SEND_SCHEDULER_HPP
