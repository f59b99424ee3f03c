// SPDX-License-Identifier: MIT
#include "api/real_pair.hpp"

namespace peerlane::test {

Configuration local_configuration() {
  Configuration configuration;
  configuration.bind_address = "127.0.0.1";
  return configuration;
}

RealPair::RealPair(const Configuration &configuration) : RealPair(configuration, configuration) {}

RealPair::RealPair(const Configuration &a_configuration, const Configuration &b_configuration)
    : a(PeerConnection::create(a_configuration)), b(PeerConnection::create(b_configuration)) {
  wire();
}

RealPair::~RealPair() {
  for (const auto &each : {a, b}) {
    if (each) each->set_wakeup_handler(nullptr);
  }
}

void RealPair::wire() {
  for (const auto &[from, to] : {std::pair(a, b), std::pair(b, a)}) {
    from->session_description_created.connect(from, &PeerConnection::set_local_description);
    from->session_description_created.connect(to, &PeerConnection::set_remote_description);
    from->ice_candidate_created.connect(to, &PeerConnection::add_ice_candidate);
    from->error_occurred.connect([this](Error error, const std::string &message) {
      errors.push_back(std::string(error_name(error)) + ": " + message);
    });
    from->set_wakeup_handler([this] { wake(); });
  }
  a->data_channel_received.connect(
      [this](const std::shared_ptr<DataChannel> &channel) { received_by_a.push_back(channel); });
  b->data_channel_received.connect(
      [this](const std::shared_ptr<DataChannel> &channel) { received_by_b.push_back(channel); });
}

void RealPair::wake() {
  const std::lock_guard guard(lock_);
  awake_ = true;
  signal_.notify_one();
}

bool RealPair::drive_until(const std::function<bool()> &done) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  for (;;) {
    for (const auto &each : {a, b}) {
      if (each) each->poll();
    }
    if (done()) return true;
    std::unique_lock guard(lock_);
    // What `done` asks for may change without an event, for example a counter of the strand.
    if (!awake_) signal_.wait_for(guard, std::chrono::milliseconds(20), [this] { return awake_; });
    awake_ = false;
    if (std::chrono::steady_clock::now() > deadline) return false;
  }
}

bool RealPair::connect() {
  if (a->create_offer() != Error::OK) return false;
  return drive_until([this] {
    return a->get_connection_state() == PeerConnection::STATE_CONNECTED &&
           b->get_connection_state() == PeerConnection::STATE_CONNECTED;
  });
}

void RealPair::make_lane(int id, const DataChannelOptions &options) {
  DataChannelOptions negotiated = options;
  negotiated.negotiated = true;
  negotiated.id = id;
  lane_a = a->create_data_channel("lane", negotiated);
  lane_b = b->create_data_channel("lane", negotiated);
}

bool RealPair::open_lane() {
  if (!lane_a) make_lane(1);
  return connect() && drive_until([this] {
           return lane_a->get_ready_state() == DataChannel::STATE_OPEN &&
                  lane_b->get_ready_state() == DataChannel::STATE_OPEN;
         });
}

}  // namespace peerlane::test
