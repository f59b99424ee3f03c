// SPDX-License-Identifier: MIT
#ifndef PEERLANE_CHANNEL_CHANNEL_HPP
#define PEERLANE_CHANNEL_CHANNEL_HPP

#include <cstdint>
#include <list>
#include <memory>
#include <optional>

#include "core/channel_link.hpp"
#include "core/clock.hpp"
#include "core/message_queue.hpp"
#include "core/sctp_message.hpp"

namespace peerlane {

/// One channel as the strand sees it: how far it has come, what it still has to send, and what its
/// parameters mean for SCTP. Lives on the strand.
class Channel {
 public:
  enum class State : std::uint8_t {
    WAITING,  ///< For the association, for a stream, or for SCTP to take its OPEN.
    OPEN,
    CLOSING,  ///< A closed channel does not exist any more.
  };
  /// A message of DCEP that SCTP has not taken yet.
  enum class Handshake : std::uint8_t { NONE, SEND_OPEN, SEND_ACK };

  /// How long a message of a channel with max_retransmits = 0 may wait while SCTP takes none of
  /// that channel's; and how long at all. Multiplied by max_retransmits + 1: who allows more
  /// attempts has more patience.
  ///
  /// usrsctp abandons only what it has sent once, however long an outage lasts. So an outage longer
  /// than the first figure drops what has piled up, a burst that the link works off does not, and
  /// the second figure bounds the delay on a link that is too slow for what it is given.
  static constexpr Duration kStalePatience = std::chrono::milliseconds(200);
  static constexpr Duration kMaxPatience = std::chrono::seconds(2);

  Channel(std::shared_ptr<ChannelLink> channel_link, bool opened_by_peer);

  ChannelKey key() const { return link->key; }
  const ChannelParameters &parameters() const { return link->parameters; }
  /// Messages of the application are still taken: open, or closed by ourselves and not sent out
  /// yet.
  bool takes_messages() const { return state == State::OPEN || draining; }
  bool drained() const { return queue.empty() && handshake == Handshake::NONE; }

  /// May be dropped before it is sent.
  bool expendable() const { return reliability_ != SctpMessage::Reliability::RELIABLE; }
  bool is_stale(TimePoint queued_at, TimePoint now) const;
  /// One message for SCTP. The payload is borrowed.
  SctpMessage compose(bool is_text, ByteView payload) const;
  /// The same for one that has waited.
  SctpMessage compose(const MessageQueue::Message &message, TimePoint now) const;

  /// SCTP has taken the message, or it was dropped. True where `buffered` has fallen to the
  /// threshold by it.
  bool take_off_buffered(std::size_t size);
  void count_sent(std::size_t size);
  void count_received(std::size_t size);

  const std::shared_ptr<ChannelLink> link;
  const bool by_peer;
  State state = State::WAITING;
  Handshake handshake = Handshake::NONE;
  /// Until the peer has answered, it may not know the channel: all is sent in order behind the OPEN
  /// (RFC 8832 section 6).
  bool answered = false;
  /// Nothing may be sent on the stream: its former reset is under way, or we have too few streams.
  bool blocked = false;
  bool draining = false;        ///< Closed by ourselves; what was accepted before is still sent.
  bool incoming_reset = false;  ///< The peer has closed its side.
  std::optional<std::uint16_t> stream;

  // The scheduler's.
  MessageQueue queue;
  TimePoint last_taken{};
  std::int64_t deficit = 0;
  std::size_t ahead = 0;  ///< Sent ahead in `ahead_period`.
  std::uint32_t ahead_period = 0;
  std::list<Channel *>::iterator place;
  enum class Turn : std::uint8_t { IDLE, FRESH, ROTATING } turn = Turn::IDLE;

 private:
  SctpMessage::Reliability reliability_ = SctpMessage::Reliability::RELIABLE;
  std::uint32_t reliability_value_ = 0;
};

}  // namespace peerlane

#endif  // PEERLANE_CHANNEL_CHANNEL_HPP
