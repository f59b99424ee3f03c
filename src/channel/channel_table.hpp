// SPDX-License-Identifier: MIT
#ifndef PEERLANE_CHANNEL_CHANNEL_TABLE_HPP
#define PEERLANE_CHANNEL_CHANNEL_TABLE_HPP

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/channel_link.hpp"
#include "core/message_queue.hpp"
#include "core/sctp_message.hpp"
#include "core/timer.hpp"

namespace peerlane {

/// The data channels of one connection: stream ids, the opening handshake of RFC 8832, closing by
/// stream reset (RFC 8831 section 6.7), and the order in which queued messages enter SCTP. Knows
/// SCTP only as `SctpAssociation`. Lives on the strand.
class ChannelTable {
 public:
  /// What the API side has to hear. It takes note: a call may neither destroy the table nor come
  /// back into it.
  class Listener {
   public:
    virtual void on_channel_arrived(const std::shared_ptr<ChannelLink> &link,
                                    std::uint16_t stream) = 0;
    virtual void on_channel_id(ChannelKey channel, std::uint16_t stream) = 0;
    virtual void on_channel_opened(ChannelKey channel, std::uint16_t stream) = 0;
    virtual void on_channel_message(ChannelKey channel, bool is_text,
                                    PackedByteArray &&payload) = 0;
    virtual void on_channel_closing(ChannelKey channel) = 0;
    virtual void on_channel_closed(ChannelKey channel) = 0;
    virtual void on_buffered_amount_low(ChannelKey channel) = 0;
    /// Concerns one channel or one message; the connection goes on.
    virtual void on_channel_error(Error error, const std::string &message) = 0;

   protected:
    ~Listener() = default;
  };

  struct Limits {
    std::size_t max_incoming_channels = 256;
    /// Labels and protocols of all incoming channels together.
    std::size_t max_label_bytes = 1u << 20;
    std::size_t max_message_size =
        262144;  ///< Of what arrives; partial messages of old peers included.
  };

  ChannelTable(const Limits &limits, TimerQueue &timers, Listener &listener);
  ~ChannelTable();
  ChannelTable(const ChannelTable &) = delete;
  ChannelTable &operator=(const ChannelTable &) = delete;

  /// A channel of the API side; it opens once the association is up.
  void open(std::shared_ptr<ChannelLink> link);
  /// What was accepted before is still sent.
  void close(ChannelKey channel);

  /// The association is up. The DTLS client uses the even streams (RFC 8832 section 6).
  void on_association_up(SctpAssociation &association, bool dtls_client);
  /// It is gone: every channel is closed.
  void on_association_down();

  /// Adds messages to the channels' queues and hands over what the association has room for.
  void enqueue(MessageQueue &messages);
  /// The same for one message, without queueing where the channel has nothing queued and there is
  /// room.
  void send(ChannelLink &channel, bool is_text, ByteView payload);
  void send(ChannelLink &channel, bool is_text, PackedByteArray &&payload);

  // From the association; see SctpTransport::Listener.
  void on_message(std::uint16_t stream, std::uint32_t ppid, ByteView message);
  void on_incoming_reset(const std::vector<std::uint16_t> &streams);
  void on_outgoing_reset(const std::vector<std::uint16_t> &streams);
  void on_streams_changed();
  /// Feeds the association: fairly among the channels, stale unreliable messages dropped first.
  void on_sendable();

  /// So many streams the negotiated channels need, which have theirs before there is an
  /// association.
  std::uint32_t streams_needed() const;
  /// Whether messages wait that the association has not taken.
  bool has_queued() const;
  const std::map<std::string, std::uint64_t> &dropped() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace peerlane

#endif  // PEERLANE_CHANNEL_CHANNEL_TABLE_HPP
