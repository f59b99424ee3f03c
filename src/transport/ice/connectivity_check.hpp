// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_ICE_CONNECTIVITY_CHECK_HPP
#define PEERLANE_TRANSPORT_ICE_CONNECTIVITY_CHECK_HPP

#include <string>

#include "peerlane/types.hpp"

namespace peerlane {

/// What a check is made of (RFC 8445 section 7.1).
struct ConnectivityCheck {
  std::string local_ufrag;
  std::string remote_ufrag, remote_pwd;
  bool controlling = true;
};

/// The Binding request, for a pair that has been selected: the controlling end nominates it again
/// (USE-CANDIDATE), which is how a peer that sees it come from a new address moves there. Empty
/// where the credentials are too long. Pure, but for the random transaction.
PackedByteArray write_connectivity_check(const ConnectivityCheck &check);

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_ICE_CONNECTIVITY_CHECK_HPP
