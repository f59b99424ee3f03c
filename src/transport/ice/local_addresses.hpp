// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_ICE_LOCAL_ADDRESSES_HPP
#define PEERLANE_TRANSPORT_ICE_LOCAL_ADDRESSES_HPP

#include <string>
#include <vector>

#include "transport/ice/socket_address.hpp"

namespace peerlane {

/// One address of one interface that is up. Pure value.
struct InterfaceAddress {
  std::string interface;
  SocketAddress address;
};

/// What the system has; empty where it cannot say.
std::vector<InterfaceAddress> list_interface_addresses();

/// The addresses to gather host candidates on, at most 64 (libnice takes no more).
///
/// Loopback counts if asked for or if there is nothing else: a machine with only `lo` is a machine
/// that tests run on. Link-local addresses (RFC 3927, RFC 4291 section 2.5.6) count only on an
/// interface that has no better one, such as a cable between two machines: elsewhere they double
/// the pairs to check and never win.
///
/// `bind_address` restricts the result to that address; 0.0.0.0 and :: restrict it to their family.
/// One that no interface has is returned as it is, so that binding to it says what is wrong. Pure.
std::vector<SocketAddress> choose_local_addresses(const std::vector<InterfaceAddress> &present,
                                                  const std::string &bind_address,
                                                  bool enable_loopback);

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_ICE_LOCAL_ADDRESSES_HPP
