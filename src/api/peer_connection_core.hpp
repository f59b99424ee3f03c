// SPDX-License-Identifier: MIT
#ifndef PEERLANE_API_PEER_CONNECTION_CORE_HPP
#define PEERLANE_API_PEER_CONNECTION_CORE_HPP

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "api/channel_set.hpp"
#include "api/configuration_check.hpp"
#include "api/data_channel_core.hpp"
#include "api/delivery_queue.hpp"
#include "api/dropped_handles.hpp"
#include "api/negotiation.hpp"
#include "api/peer_connection_backend.hpp"
#include "core/network_connection.hpp"
#include "core/result.hpp"

namespace peerlane::internal {

/// The API half of a connection, and the backend that handles have by default: mirrors of the
/// states, offer and answer, and the dispatch of events to signals and channels. Lives on the
/// caller's thread.
class PeerConnectionCore final : public PeerConnectionBackend,
                                 public DataChannelOwner,
                                 public std::enable_shared_from_this<PeerConnectionCore> {
 public:
  using NetworkFactory = std::function<Result<std::unique_ptr<NetworkConnection>>()>;

  /// Usable after the first successful `initialize`. The network is made when it is first needed.
  explicit PeerConnectionCore(NetworkFactory factory) : factory_(std::move(factory)) {}
  ~PeerConnectionCore() override;

  // PeerConnectionBackend.
  void set_handle(PeerConnection *handle) override { handle_ = handle; }
  Error initialize(const Configuration &configuration) override;
  std::shared_ptr<DataChannel> create_data_channel(const std::string &label,
                                                   const DataChannelOptions &options) override;
  Error create_offer() override;
  Error set_local_description(const std::string &type, const std::string &sdp) override;
  Error set_remote_description(const std::string &type, const std::string &sdp) override;
  Error add_ice_candidate(const std::string &media, int index, const std::string &name) override;
  Error poll() override;
  void close() override;
  PeerConnection::ConnectionState get_connection_state() const override {
    return connection_state_;
  }
  PeerConnection::GatheringState get_gathering_state() const override { return gathering_state_; }
  PeerConnection::SignalingState get_signaling_state() const override {
    return negotiation_.state();
  }
  Error restart_ice() override;
  bool wait(std::chrono::milliseconds timeout) override;
  void set_wakeup_handler(std::function<void()> handler) override;
  void set_group_handler(std::function<void()> handler) override;
  bool has_group_handler() const override { return group_handler_ != nullptr; }
  PeerConnectionStats get_stats() const override;
  std::string get_local_description() const override { return negotiation_.local_description(); }
  std::string get_local_fingerprint() const override;
  std::string get_remote_fingerprint() const override;
  Error get_last_error() const override { return last_failure_.error; }
  std::string get_last_error_message() const override { return last_failure_.message; }

  // DataChannelOwner.
  void on_unopened_channel_closed(DataChannelCore &channel) override;

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;
  class PollScope;

  // Calls.
  Error done();
  Error refuse(Failure failure);
  Error conclude(const Result<NegotiationOutcome> &outcome);
  Status check_alive() const;
  Status prepare();
  Status create_network();
  void carry_out(const NegotiationOutcome &outcome);
  void execute(Command command);
  DataChannelCore::Limits channel_limits() const;
  void set_gathering_state(PeerConnection::GatheringState state);
  void release();

  // Delivery: peer_connection_delivery.cpp.
  void push(LocalEvent event);
  void announce_pending();
  void finish_poll();
  void deliver_message(Event &&event);
  void announce_packets();
  void note_time(SteadyTime now);
  void resume_reading_if_due();
  void close_channel(const std::shared_ptr<DataChannelCore> &channel);

  void on_network(Event &event);
  void on_network(LocalCandidateFound &event);
  void on_network(GatheringDone &event);
  void on_network(TransportStateChanged &event);
  void on_network(RemoteFingerprintVerified &event);
  void on_network(ErrorOccurred &event);
  void on_network(ChannelArrived &event);
  void on_network(ChannelOpened &event);
  void on_network(ChannelIdAssigned &event);
  void on_network(ChannelClosing &event);
  void on_network(ChannelClosed &event);
  void on_buffered_amount_low(ChannelKey key);

  void deliver(DescriptionCreated &event);
  void deliver(CandidateAnnounced &event);
  void deliver(ChannelReceived &event);
  void deliver(ChannelSignalled &event);
  void deliver(ConnectionStateReached &event);
  void deliver(GatheringStateReached &event);
  void deliver(SignalingStateReached &event);
  void deliver(ClosedByPeer &event);
  void deliver(ErrorReported &event);

  const NetworkFactory factory_;
  PeerConnection *handle_ = nullptr;
  CheckedConfiguration checked_;
  Negotiation negotiation_;
  ChannelSet channels_;
  const std::shared_ptr<DroppedHandles> handles_ = std::make_shared<DroppedHandles>();
  DeliveryQueue queue_;
  PeerConnection::ConnectionState connection_state_ = PeerConnection::STATE_CLOSED;
  PeerConnection::GatheringState gathering_state_ = PeerConnection::GATHERING_STATE_NEW;
  Fingerprint verified_fingerprint_;
  Failure last_failure_{Error::OK, {}};
  bool had_channel_ = false;

  // Null until needed, and after close().
  std::shared_ptr<NetworkConnection> network_;
  std::shared_ptr<ConnectionLink> link_;

  std::function<void()> wakeup_handler_, group_handler_;
  bool handlers_told_ =
      false;  // Of what is queued, while there is no network that could tell them.
  bool polling_ = false;
  SteadyTime last_poll_{};
  SteadyTime description_emitted_{};  // The one that still waits for set_local_description.
  bool reminded_ = false;
};

}  // namespace peerlane::internal

#endif  // PEERLANE_API_PEER_CONNECTION_CORE_HPP
