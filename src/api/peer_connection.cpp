// SPDX-License-Identifier: MIT
#include "peerlane/peer_connection.hpp"

#include <cstddef>
#include <utility>

#include "api/log.hpp"
#include "api/peer_connection_backend.hpp"
#include "api/peer_connection_core.hpp"
#include "runtime.hpp"

namespace peerlane {

// Each method's call of the backend is its last statement: a slot that runs inside may destroy this
// handle.

std::shared_ptr<PeerConnection> PeerConnection::create(const Configuration &configuration) {
  const auto ticket = std::make_shared<std::size_t>(0);
  const auto core = std::make_shared<internal::PeerConnectionCore>(
      [ticket] { return create_network_connection(*ticket); });
  if (core->initialize(configuration) != Error::OK) {
    internal::write_log(LogLevel::ERROR,
                        "PeerConnection::create: " + core->get_last_error_message());
    return nullptr;
  }
  // A refused one has no place in the order of creation.
  *ticket = take_connection_ticket();
  return internal::PeerConnectionAccess::make_handle(core);
}

PeerConnection::PeerConnection(std::shared_ptr<internal::PeerConnectionBackend> backend)
    : backend_(std::move(backend)) {
  backend_->set_handle(this);
}

PeerConnection::~PeerConnection() {
  backend_->set_handle(nullptr);
  backend_->close();
}

Error PeerConnection::initialize(const Configuration &configuration) {
  return backend_->initialize(configuration);
}
std::shared_ptr<DataChannel> PeerConnection::create_data_channel(
    const std::string &label, const DataChannelOptions &options) {
  return backend_->create_data_channel(label, options);
}
Error PeerConnection::create_offer() { return backend_->create_offer(); }
Error PeerConnection::set_local_description(const std::string &type, const std::string &sdp) {
  return backend_->set_local_description(type, sdp);
}
Error PeerConnection::set_remote_description(const std::string &type, const std::string &sdp) {
  return backend_->set_remote_description(type, sdp);
}
Error PeerConnection::add_ice_candidate(const std::string &media, int index,
                                        const std::string &name) {
  return backend_->add_ice_candidate(media, index, name);
}
Error PeerConnection::poll() { return backend_->poll(); }
void PeerConnection::close() { backend_->close(); }

PeerConnection::ConnectionState PeerConnection::get_connection_state() const {
  return backend_->get_connection_state();
}
PeerConnection::GatheringState PeerConnection::get_gathering_state() const {
  return backend_->get_gathering_state();
}
PeerConnection::SignalingState PeerConnection::get_signaling_state() const {
  return backend_->get_signaling_state();
}

Error PeerConnection::restart_ice() { return backend_->restart_ice(); }
bool PeerConnection::wait(std::chrono::milliseconds timeout) { return backend_->wait(timeout); }
void PeerConnection::set_wakeup_handler(std::function<void()> handler) {
  backend_->set_wakeup_handler(std::move(handler));
}
PeerConnectionStats PeerConnection::get_stats() const { return backend_->get_stats(); }
std::string PeerConnection::get_local_description() const {
  return backend_->get_local_description();
}
std::string PeerConnection::get_local_fingerprint() const {
  return backend_->get_local_fingerprint();
}
std::string PeerConnection::get_remote_fingerprint() const {
  return backend_->get_remote_fingerprint();
}
Error PeerConnection::get_last_error() const { return backend_->get_last_error(); }
std::string PeerConnection::get_last_error_message() const {
  return backend_->get_last_error_message();
}

}  // namespace peerlane
