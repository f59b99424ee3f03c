// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_SCTP_SCTP_TRANSPORT_HPP
#define PEERLANE_TRANSPORT_SCTP_SCTP_TRANSPORT_HPP

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/datagram_sink.hpp"
#include "core/sctp_message.hpp"
#include "core/timer.hpp"
#include "core/turn_queue.hpp"

namespace peerlane {

/// One SCTP association over DTLS (RFC 8261, RFC 8831), on usrsctp. Lives on the strand.
///
/// Nothing is handled at once: `receive` feeds a packet to the stack and marks the transport; at
/// the end of the turn it reads what has become complete, lets the layer above send, and hands all
/// packets down as one batch.
class SctpTransport final : public SctpAssociation {
 public:
  /// What the association tells the layer above, always at the end of a turn or inside `connect`,
  /// never from inside the stack. The object may not be destroyed inside a call; everything else
  /// may be called.
  class Listener {
   public:
    virtual void on_sctp_connected() = 0;
    /// One whole message, borrowed for the duration of the call. An empty message is its one filler
    /// byte.
    virtual void on_sctp_message(std::uint16_t stream, std::uint32_t ppid, ByteView message) = 0;
    /// The peer has reset its side of the streams (RFC 6525): it sends nothing more on them.
    virtual void on_sctp_incoming_reset(const std::vector<std::uint16_t> &streams) = 0;
    /// Our own reset of the streams has been carried out.
    virtual void on_sctp_outgoing_reset(const std::vector<std::uint16_t> &streams) = 0;
    /// The number of streams has grown as asked for by `request_streams`, or did not (RFC 6525
    /// section 5.2.5).
    virtual void on_sctp_streams_changed() = 0;
    /// Once for each turn in which something happened: the time to hand messages to `send`.
    virtual void on_sctp_sendable() = 0;
    /// The association has ended. OK: a clean end by the peer; else the reason. Nothing follows.
    virtual void on_sctp_closed(Error error, const std::string &reason) = 0;

   protected:
    ~Listener() = default;
  };

  struct Options {
    std::uint16_t local_port = 5000;
    std::uint16_t remote_port = 5000;
    std::size_t max_packet_size = 1200 - 48 - 37;  ///< SCTP packet, common header included.
    std::size_t max_message_size = 262144;         ///< A longer message ends the association.
    std::size_t receive_window = 4u << 20;
    std::size_t send_buffer =
        0;  ///< Bytes inside the stack at most; 0 = as much as the path needs and one message.
    std::uint16_t streams = 65535;  ///< Announced for each direction (RFC 8831 section 6.2).
    /// With a peer that has no stream reconfiguration (RFC 6525).
    std::uint16_t fixed_streams = 256;
    bool interleaving = true;   ///< Offer message interleaving (RFC 8260).
    bool repair_losses = true;  ///< On long paths: see LossRepair and EarlyCopies.
    /// Tells the owning strand, from any thread, that the transport has something to do: call
    /// `schedule` there. Needed only where several strands have transports.
    std::function<void()> wake;
  };

  SctpTransport(const Options &options, TimerQueue &timers, TurnQueue &turn, DatagramSink &below,
                Listener &above);
  ~SctpTransport();

  /// Begins the four-way handshake; both ends do (RFC 8841 section 9.3). Packets that came earlier
  /// are kept, a few, and fed afterwards.
  void connect();
  /// One SCTP packet, from the DTLS layer.
  void receive(ByteView packet);
  /// While false, messages stay in the stack and its window closes.
  void set_reading(bool reading);
  /// Delivers at once whatever has come in: for a layer below that has ended.
  void read_rest();
  /// Asks the peer for a sign of life (RFC 9260 section 8.3).
  void send_heartbeat();
  /// Sends ABORT and ends; the listener hears nothing more.
  void close();

  // SctpAssociation.
  SctpSendStatus send(const SctpMessage &message) override;
  bool reset_streams(const std::vector<std::uint16_t> &streams) override;
  bool request_streams(std::uint16_t total) override;
  std::uint16_t outgoing_streams() const override;
  std::uint16_t incoming_streams() const override;
  bool interleaves() const override;
  std::size_t send_room() override;
  bool may_overtake() override;

  bool connected() const;
  /// Does now what else waits for the end of the turn: reads, sends, acknowledges.
  void process();
  /// Marks the transport, so that `on_sctp_sendable` comes at the end of this turn.
  void schedule();
  SctpStatus status() const;
  /// What came in while reading is stopped, retransmissions included: the most that may wait in the
  /// stack.
  struct Unread {
    std::size_t messages = 0;
    std::size_t bytes = 0;
  };
  Unread unread() const;
  /// Packets and chunks that were dropped before they reached the stack, by reason.
  const std::map<std::string, std::uint64_t> &dropped() const;

 private:
  class Association;
  std::unique_ptr<Association> association_;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_SCTP_SCTP_TRANSPORT_HPP
