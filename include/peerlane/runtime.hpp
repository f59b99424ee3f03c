// SPDX-License-Identifier: MIT
#ifndef PEERLANE_RUNTIME_HPP
#define PEERLANE_RUNTIME_HPP

#include "peerlane/types.hpp"

namespace peerlane {

/// Number of network threads of the process, 1 to 64; the default is 1, which has the lowest
/// latency. More pay only for bulk transfer on several busy connections. Connections are spread
/// over them in the order of creation. ERR_PARAMETER_RANGE_ERROR outside 1 to 64;
/// ERR_ALREADY_IN_USE once a connection has been created. Any thread.
PEERLANE_API Error set_io_thread_count(int count);

}  // namespace peerlane

#endif  // PEERLANE_RUNTIME_HPP
