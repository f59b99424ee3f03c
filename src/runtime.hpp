// SPDX-License-Identifier: MIT
#ifndef PEERLANE_RUNTIME_INTERNAL_HPP
#define PEERLANE_RUNTIME_INTERNAL_HPP

#include <cstddef>
#include <memory>

#include "core/network_connection.hpp"
#include "core/result.hpp"

namespace peerlane {

/// The place of a new PeerConnection in the order of creation, by which connections are spread over
/// the network threads. From the first one on the number of threads is fixed. Any thread.
std::size_t take_connection_ticket();

/// A network connection on one of the process's network threads, which start with the first
/// connection and end, by themselves, some time after the last. ERR_CANT_CREATE where the system
/// gives no thread or descriptor. Any thread.
Result<std::unique_ptr<NetworkConnection>> create_network_connection(std::size_t ticket);

}  // namespace peerlane

#endif  // PEERLANE_RUNTIME_INTERNAL_HPP
