// SPDX-License-Identifier: MIT
#include <utility>

#include "api/peer_connection_backend.hpp"

namespace peerlane::internal {

std::shared_ptr<PeerConnection> PeerConnectionAccess::make_handle(
    std::shared_ptr<PeerConnectionBackend> backend) {
  // Not make_shared: the constructor is private.
  return std::shared_ptr<PeerConnection>(new PeerConnection(std::move(backend)));
}

PeerConnectionBackend &PeerConnectionAccess::backend(PeerConnection &connection) {
  return *connection.backend_;
}

}  // namespace peerlane::internal
