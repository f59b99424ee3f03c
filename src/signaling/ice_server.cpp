// SPDX-License-Identifier: MIT
#include "signaling/ice_server.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "signaling/ascii.hpp"
#include "signaling/ip_address.hpp"

namespace peerlane {
namespace {

constexpr std::uint16_t kDefaultPort = 3478;     // RFC 7064 section 3.2, RFC 7065 section 3.2.
constexpr std::uint16_t kDefaultTlsPort = 5349;  // RFC 7065 section 3.2.

Failure refused(std::string_view url, const std::string &why) {
  return {Error::ERR_INVALID_PARAMETER,
          "The ICE server URL " + ascii::quoted(url) + " " + why + "."};
}

std::optional<IceServerScheme> parse_scheme(std::string_view word) {
  if (ascii::equal_ignoring_case(word, "stun")) return IceServerScheme::STUN;
  if (ascii::equal_ignoring_case(word, "turn")) return IceServerScheme::TURN;
  if (ascii::equal_ignoring_case(word, "turns")) return IceServerScheme::TURNS;
  return std::nullopt;
}

// False where the text is no host. Brackets are off already.
bool read_host(std::string_view text, bool bracketed, IceServerAddress &server) {
  if (const auto literal = IpAddress::parse(text)) {
    server.host = literal->to_string();
    server.is_literal = true;
    return literal->is_v6() == bracketed;
  }
  const bool digits_and_dots =
      std::all_of(text.begin(), text.end(), [](char c) { return ascii::is_digit(c) || c == '.'; });
  if (bracketed || digits_and_dots || !ascii::is_host_name(text)) return false;
  server.host = ascii::lower(text);
  return true;
}

// host[:port] or [v6][:port]
Status read_authority(std::string_view url, std::string_view text, IceServerAddress &server) {
  const bool bracketed = text.starts_with('[');
  const std::size_t host_end = bracketed ? text.find(']') : std::min(text.find(':'), text.size());
  if (host_end == std::string_view::npos) return refused(url, "lacks the closing bracket");
  const std::string_view host = text.substr(bracketed ? 1 : 0, host_end - (bracketed ? 1 : 0));
  std::string_view rest = text.substr(bracketed ? host_end + 1 : host_end);
  if (!read_host(host, bracketed, server)) {
    return refused(
        url, rest.find(':', 1) != std::string_view::npos && !bracketed
                 ? "needs brackets around an IPv6 address, as in [::1]:3478"
                 : "has no valid host; behind the scheme it should look like example.org:3478");
  }
  if (rest.empty()) return {};
  const auto port = rest.front() == ':' ? ascii::parse_decimal(rest.substr(1)) : std::nullopt;
  if (!port || *port == 0 || *port > 65535) return refused(url, "needs a port from 1 to 65535");
  server.port = static_cast<std::uint16_t>(*port);
  return {};
}

Status read_query(std::string_view url, std::string_view query, IceServerAddress &server) {
  if (query == "transport=udp") {
    server.transport = IceServerTransport::UDP;
  } else if (query == "transport=tcp") {
    server.transport = IceServerTransport::TCP;
  } else {
    return refused(url, "may only have the query ?transport=udp or ?transport=tcp");
  }
  if (server.scheme == IceServerScheme::STUN && server.transport == IceServerTransport::TCP) {
    return refused(
        url,
        "asks for STUN over TCP, which finds no address that UDP could use; leave the query out");
  }
  if (server.tls() && server.transport == IceServerTransport::UDP) {
    return refused(url, "asks for TURN over DTLS, which is not supported; use ?transport=tcp");
  }
  return {};
}

}  // namespace

Result<IceServerAddress> parse_ice_server_url(std::string_view url) {
  const std::size_t colon = url.find(':');
  const std::string_view word = url.substr(0, colon);
  if (ascii::equal_ignoring_case(word, "stuns")) {
    return refused(url, "asks for STUN over TLS, which is not supported; use stun: or turn:");
  }
  const auto scheme = parse_scheme(word);
  if (colon == std::string_view::npos || !scheme) {
    return refused(url, "has to begin with stun:, turn: or turns:");
  }
  std::string_view rest = url.substr(colon + 1);
  if (rest.starts_with("//")) return refused(url, "must not have // behind the scheme");
  if (rest.find('@') != std::string_view::npos) {
    return refused(url, "must not hold the user name; set IceServer::username and credential");
  }
  IceServerAddress server;
  server.scheme = *scheme;
  server.port = server.tls() ? kDefaultTlsPort : kDefaultPort;
  server.transport = server.tls() ? IceServerTransport::TCP : IceServerTransport::UDP;
  const std::size_t question = rest.find('?');
  if (Status read = read_authority(url, rest.substr(0, question), server); !read)
    return read.failure();
  if (question != std::string_view::npos) {
    if (Status read = read_query(url, rest.substr(question + 1), server); !read)
      return read.failure();
  }
  return server;
}

Result<std::vector<IceServerAddress>> parse_ice_server(const IceServer &server) {
  if (server.urls.empty()) {
    return Failure{
        Error::ERR_INVALID_PARAMETER,
        "An ICE server has no URL; it needs at least one, for example stun:example.org:3478."};
  }
  std::vector<IceServerAddress> addresses;
  for (const std::string &url : server.urls) {
    Result<IceServerAddress> parsed = parse_ice_server_url(url);
    if (!parsed) return parsed.failure();
    IceServerAddress address = std::move(parsed).value();
    if (address.is_relay()) {
      // W3C: InvalidAccessError. Without them the server refuses every request and the reason would
      // stay hidden.
      if (server.username.empty() || server.credential.empty()) {
        return refused(url, "is of a TURN server, which needs both username and credential");
      }
      address.username = server.username;
      address.credential = server.credential;
    }
    addresses.push_back(std::move(address));
  }
  return addresses;
}

}  // namespace peerlane
