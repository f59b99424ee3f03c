// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_SCTP_ASSOCIATION_HPP
#define PEERLANE_TRANSPORT_SCTP_ASSOCIATION_HPP

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "transport/sctp/flight_limit.hpp"
#include "transport/sctp/loss_repair.hpp"
#include "transport/sctp/message_assembly.hpp"
#include "transport/sctp/packet_filter.hpp"
#include "transport/sctp/retransmission_timer.hpp"
#include "transport/sctp/round_trip.hpp"
#include "transport/sctp/sctp_outbox.hpp"
#include "transport/sctp/sctp_ticker.hpp"
#include "transport/sctp/sctp_transport.hpp"
#include "transport/sctp/stream_requests.hpp"
#include "transport/sctp/stream_tables.hpp"
#include "transport/sctp/usrsctp_socket.hpp"

union sctp_notification;

namespace peerlane {

/// The inside of SctpTransport. Lives on the strand.
class SctpTransport::Association final : public TurnTask, public SctpOutbox::Owner {
 public:
  Association(const Options &options, TimerQueue &timers, TurnQueue &turn, DatagramSink &below,
              Listener &above);
  ~Association() override;

  void connect();
  void receive(ByteView packet);
  void set_reading(bool reading);
  void read_rest();
  void send_heartbeat();
  void close();

  SctpSendStatus send(const SctpMessage &message);
  bool reset_streams(const std::vector<std::uint16_t> &streams);
  bool request_streams(std::uint16_t total);
  std::uint16_t outgoing_streams() const;
  std::uint16_t incoming_streams() const { return tables_.incoming(); }
  bool interleaves() const { return interleaves_; }
  std::size_t send_room();
  bool may_overtake() { return state_ == State::CONNECTED && !stalled(); }

  bool connected() const { return state_ == State::CONNECTED; }
  void process();
  void schedule();
  SctpStatus status() const;
  Unread unread() const;
  const PacketFilter &filter() const { return filter_; }

  // TurnTask.
  void run_at_turn_end() override;

 private:
  enum class State { IDLE, CONNECTING, CONNECTED, CLOSED };

  // SctpOutbox::Owner.
  void on_stack_activity() override { schedule(); }
  void on_wall_clock_step() override;

  // association.cpp
  void open_socket();
  void reopen_socket();
  void feed(ByteView packet);
  void input(ByteView packet);
  void lend_buffer();
  void end(Error error, const std::string &reason);
  void let_go();
  bool closed() const { return state_ == State::CLOSED; }

  // association_input.cpp
  void drain();
  void on_data(const UsrsctpSocket::Piece &piece, ByteView data);
  void on_notification(const UsrsctpSocket::Piece &piece, ByteView data);
  void dispatch(const union sctp_notification &notification, std::size_t size);
  void on_association_change(std::uint16_t change);
  void on_up();
  void on_lost();

  // association_streams.cpp
  /// What the stack may see of the packet now.
  ByteView on_peer_init(ByteView packet);
  ByteView make_room(ByteView packet);
  /// To the table of its streams, by a request of its own.
  bool peer_has_added();
  void pump_requests();
  /// To the stack, whose request for more streams is not for the peer.
  void answer_addition();
  void set_established();
  void on_streams_reset(std::uint16_t flags, std::vector<std::uint16_t> streams);
  void on_streams_changed(bool refused);

  // association_output.cpp
  void flush();
  void flush_packets();
  void send_down(SctpOutbox::Packets &packets);
  void begin_burst();
  void send_repairs();
  bool repairs_losses() const;
  void add_copies(ByteView &packet, TimePoint now);
  /// True where it has data. Takes out what is not for the peer.
  bool inspect_outgoing(std::uint8_t *packet, std::size_t &size, TimePoint now);
  void on_data_sent(std::uint32_t tsn, TimePoint now);
  /// What the stack may see of the packet.
  ByteView take_acknowledgement(ByteView packet);
  bool stalled() const;
  void choose_coalescing();
  const UsrsctpSocket::Numbers &numbers();
  std::uint16_t retransmissions(const SctpMessage &message);

  // Constant after construction.
  const Options options_;
  TimerQueue &timers_;
  TurnQueue &turn_;
  DatagramSink &below_;
  Listener &above_;

  State state_ = State::IDLE;
  std::shared_ptr<SctpTicker> ticker_;
  std::shared_ptr<SctpOutbox> outbox_;
  PacketFilter filter_;
  StreamTables tables_;
  MessageAssembly assembly_;
  StreamRequests requests_;
  std::unique_ptr<UsrsctpSocket> socket_;
  std::vector<PackedByteArray> early_;
  PackedByteArray notification_;  // The pieces of one, where it came in pieces.
  bool reading_ = true;
  bool interleaves_ = false;
  bool lent_ = false;
  // What the stack has, once there is an association.
  std::uint16_t outgoing_table_ = 0;
  std::uint16_t incoming_table_ = 0;
  bool peer_added_ = false;  // And nobody was told yet.

  // Once asked for in a turn, they are kept up by send().
  UsrsctpSocket::Numbers numbers_;
  bool numbers_valid_ = false;

  RetransmissionTimer retransmission_timer_;
  LossRepair repair_;
  std::size_t burst_left_ = SIZE_MAX;  // Of this turn.
  RoundTrip round_trip_;
  FlightLimit flight_;
  std::uint32_t highest_tsn_ = 0;
  bool sent_data_ = false;
  bool data_in_batch_ = false;
  std::uint32_t batch_tsn_ = 0;  // The first new one of the batch.
  // Since then nothing was acknowledged, though something is to be.
  std::optional<TimePoint> waiting_since_;
  std::uint64_t retransmitted_packets_ = 0;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_SCTP_ASSOCIATION_HPP
