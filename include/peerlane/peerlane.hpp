// SPDX-License-Identifier: MIT
#ifndef PEERLANE_PEERLANE_HPP
#define PEERLANE_PEERLANE_HPP

// The whole of the library.
#include "peerlane/configuration.hpp"
#include "peerlane/data_channel.hpp"
#include "peerlane/log.hpp"
#include "peerlane/peer_connection.hpp"
#include "peerlane/poll_group.hpp"
#include "peerlane/runtime.hpp"
#include "peerlane/signal.hpp"
#include "peerlane/stats.hpp"
#include "peerlane/types.hpp"
#include "peerlane/version.hpp"

#endif  // PEERLANE_PEERLANE_HPP
