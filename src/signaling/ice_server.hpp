// SPDX-License-Identifier: MIT
#ifndef PEERLANE_SIGNALING_ICE_SERVER_HPP
#define PEERLANE_SIGNALING_ICE_SERVER_HPP

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "peerlane/configuration.hpp"

namespace peerlane {

enum class IceServerScheme { STUN, TURN, TURNS };
enum class IceServerTransport { UDP, TCP };

/// One URL of an IceServer, taken apart (RFC 7064, RFC 7065). Pure value.
struct IceServerAddress {
  IceServerScheme scheme = IceServerScheme::STUN;
  std::string host;  ///< A name in lower case, or a canonical IP literal without brackets.
  bool is_literal = false;
  std::uint16_t port = 3478;
  IceServerTransport transport = IceServerTransport::UDP;
  std::string username, credential;  ///< TURN only.

  bool is_relay() const { return scheme != IceServerScheme::STUN; }
  /// TURN over TLS.
  bool tls() const { return scheme == IceServerScheme::TURNS; }
  bool operator==(const IceServerAddress &) const = default;
};

/// One URL, without credentials. ERR_INVALID_PARAMETER with a sentence that names the URL.
Result<IceServerAddress> parse_ice_server_url(std::string_view url);
/// Every URL of a server, with its credentials. ERR_INVALID_PARAMETER also where there is no URL,
/// and where a TURN server lacks user name or credential.
Result<std::vector<IceServerAddress>> parse_ice_server(const IceServer &server);

}  // namespace peerlane

#endif  // PEERLANE_SIGNALING_ICE_SERVER_HPP
