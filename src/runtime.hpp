// SPDX-License-Identifier: MIT
#ifndef PEERLANE_RUNTIME_INTERNAL_HPP
#define PEERLANE_RUNTIME_INTERNAL_HPP

#include <memory>

#include "core/network_connection.hpp"
#include "core/result.hpp"

namespace peerlane {

/// A network connection on one of the process's network threads, which start with the first connection and end, by
/// themselves, some time after the last. ERR_CANT_CREATE where the system gives no thread or descriptor. Any thread.
Result<std::unique_ptr<NetworkConnection>> create_network_connection();

}  // namespace peerlane

#endif  // PEERLANE_RUNTIME_INTERNAL_HPP
