// SPDX-License-Identifier: MIT
#ifndef PEERLANE_API_PEER_CONNECTION_BACKEND_HPP
#define PEERLANE_API_PEER_CONNECTION_BACKEND_HPP

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "peerlane/peer_connection.hpp"

namespace peerlane::internal {

/// What a PeerConnection handle delegates to: the seam at which another implementation can be
/// plugged in, as Godot's `set_default_extension` does. One method for each of the handle's; the
/// same rules. Lives on the caller's thread.
class PeerConnectionBackend {
 public:
  virtual ~PeerConnectionBackend() = default;

  /// The handle whose signals are emitted; null once the handle is being destroyed: nothing may be
  /// emitted any more.
  virtual void set_handle(PeerConnection *handle) = 0;

  virtual Error initialize(const Configuration &configuration) = 0;
  virtual std::shared_ptr<DataChannel> create_data_channel(const std::string &label,
                                                           const DataChannelOptions &options) = 0;
  virtual Error create_offer() = 0;
  virtual Error set_local_description(const std::string &type, const std::string &sdp) = 0;
  virtual Error set_remote_description(const std::string &type, const std::string &sdp) = 0;
  virtual Error add_ice_candidate(const std::string &media, int index, const std::string &name) = 0;
  virtual Error poll() = 0;
  virtual void close() = 0;
  virtual PeerConnection::ConnectionState get_connection_state() const = 0;
  virtual PeerConnection::GatheringState get_gathering_state() const = 0;
  virtual PeerConnection::SignalingState get_signaling_state() const = 0;
  virtual Error restart_ice() = 0;
  virtual bool wait(std::chrono::milliseconds timeout) = 0;
  virtual void set_wakeup_handler(std::function<void()> handler) = 0;
  /// For the library's own PollGroup; runs as the wake-up handler does, beside it.
  virtual void set_group_handler(std::function<void()> handler) = 0;
  /// A connection is in one group at most.
  virtual bool has_group_handler() const = 0;
  virtual PeerConnectionStats get_stats() const = 0;
  virtual std::string get_local_description() const = 0;
  virtual std::string get_local_fingerprint() const = 0;
  virtual std::string get_remote_fingerprint() const = 0;
  virtual Error get_last_error() const = 0;
  virtual std::string get_last_error_message() const = 0;
};

/// Makes handles for a backend: the default one, or a given one.
struct PeerConnectionAccess {
  static std::shared_ptr<PeerConnection> make_handle(
      std::shared_ptr<PeerConnectionBackend> backend);
  static PeerConnectionBackend &backend(PeerConnection &connection);
};

}  // namespace peerlane::internal

#endif  // PEERLANE_API_PEER_CONNECTION_BACKEND_HPP
