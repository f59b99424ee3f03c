// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_TRANSPORT_STACK_HPP
#define PEERLANE_TRANSPORT_TRANSPORT_STACK_HPP

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "channel/channel_table.hpp"
#include "core/datagram_sink.hpp"
#include "core/network_connection.hpp"
#include "io/strand.hpp"
#include "transport/acknowledgements.hpp"
#include "transport/channel_events.hpp"
#include "transport/dtls/dtls_transport.hpp"
#include "transport/ice/ice_transport.hpp"
#include "transport/liveness.hpp"
#include "transport/sctp/sctp_transport.hpp"

namespace peerlane {

/// Everything that one connection has on the network side: ICE, DTLS, SCTP and the channels, and
/// the only class that knows them all. Executes commands and emits events. Lives on the strand.
class TransportStack final : public std::enable_shared_from_this<TransportStack>,
                             private IceTransport::Listener,
                             private DtlsTransport::Listener,
                             private SctpTransport::Listener,
                             private Liveness::Listener,
                             private DatagramSink,
                             private TurnTask {
 public:
  /// `life` is kept until everything is given back: a strand ends some time after the last of them.
  TransportStack(std::shared_ptr<Strand> strand, std::shared_ptr<ConnectionLink> link,
                 std::shared_ptr<void> life);
  ~TransportStack() override;

  void execute(Command &&command);
  void send(ChannelLink &channel, bool is_text, ByteView payload);
  void send(ChannelLink &channel, bool is_text, PackedByteArray &&payload);
  void enqueue(MessageQueue &messages);

  /// Says goodbye to the peer and gives everything back; the stack keeps itself alive until that is
  /// done.
  void close();
  /// Into `ConnectionLink::stats`.
  void publish_stats();
  Strand &strand() { return *strand_; }
  /// Where the sockets are; null until there are some, then the same for good.
  LoopContext *loop() const { return loop_; }

 private:
  using State = TransportStateChanged::State;

  void run_command(Command &&command);
  void run(StartGathering &&command);
  void run(RestartIce &&command);
  void run(SetRemote &&command);
  void run(AddRemoteCandidate &&command);
  void run(RemoteGatheringDone &&command);
  void run(OpenChannel &&command);
  void run(CloseChannel &&command);
  void run(ResumeReading &&command);

  // IceTransport::Listener.
  void on_ice_candidate(const Candidate &candidate) override;
  void on_ice_gathering_done() override;
  void on_ice_state(IceTransport::State state) override;
  void on_ice_data(ByteView data) override;
  void on_ice_error(Error error, const std::string &message) override;
  // DtlsTransport::Listener.
  void on_dtls_connected() override;
  void on_dtls_data(ByteView plaintext) override;
  void on_dtls_closed(Error error, const std::string &reason) override;
  // SctpTransport::Listener.
  void on_sctp_connected() override;
  void on_sctp_message(std::uint16_t stream, std::uint32_t ppid, ByteView message) override;
  void on_sctp_incoming_reset(const std::vector<std::uint16_t> &streams) override;
  void on_sctp_outgoing_reset(const std::vector<std::uint16_t> &streams) override;
  void on_sctp_streams_changed() override;
  void on_sctp_sendable() override;
  void on_sctp_closed(Error error, const std::string &reason) override;
  // Liveness::Listener.
  void on_liveness(Liveness::Verdict verdict) override;
  void on_quiet(unsigned unanswered) override;
  // DatagramSink: from DTLS, on the way to ICE.
  void send(std::span<const ByteView> datagrams) override;
  // TurnTask: makes the events of this turn visible.
  void run_at_turn_end() override;

  void fill_stats(PeerConnectionStats &stats) const;
  void process_input(std::size_t bytes);
  void emit(ControlEvent event);
  void set_state(State state);
  void fail(Error error, const std::string &message);
  void fail_to_gather(const Failure &failure);
  void start_dtls_if_ready();
  void start_sctp();
  void end_association();
  void pause_reading_if_full();
  void look_for_acknowledgements(ByteView plaintext);

  const std::shared_ptr<void> life_;
  const std::shared_ptr<Strand> strand_;
  const std::shared_ptr<ConnectionLink> link_;
  Configuration configuration_;
  std::shared_ptr<const Certificate> certificate_;
  std::optional<SetRemote> remote_;

  ChannelEvents channel_events_;
  LoopContext *loop_ = nullptr;  // Of `ice_`.
  std::unique_ptr<IceTransport> ice_;
  TimePoint asked_at_{};                              // For an acknowledgement.
  std::optional<Acknowledgements> acknowledgements_;  // Only while ICE wants them.
  std::unique_ptr<DtlsTransport> dtls_;
  std::unique_ptr<ChannelTable> channels_;
  std::unique_ptr<SctpTransport> sctp_;
  std::unique_ptr<Liveness> liveness_;

  // Commands that came before StartGathering.
  std::vector<Command> before_start_;
  // A peer that is faster than our signalling sends its first flight before its description is
  // here.
  std::vector<PackedByteArray> early_datagrams_;
  std::uint32_t ice_generation_ = 0;
  State state_ = State::CONNECTING;
  bool started_ = false;
  bool ice_was_connected_ = false;
  bool dtls_started_ = false;
  bool stats_due_ = false;
  bool gathers_ = true;  // Or there is no socket to be reached through.
  bool dead_ = false;    // The association ended for good; only a new connection helps.
  bool closed_ = false;  // By our own side: nothing is emitted any more.

  std::uint64_t bytes_sent_ = 0, packets_sent_ = 0, bytes_received_ = 0, packets_received_ = 0;
  std::uint64_t early_dropped_ = 0;
  std::size_t unprocessed_bytes_ = 0;  // Of this turn, or of the last ones.
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_TRANSPORT_STACK_HPP
