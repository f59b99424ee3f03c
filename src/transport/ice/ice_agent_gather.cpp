// SPDX-License-Identifier: MIT
// Gathering: host candidates from libnice at once, the others as servers answer.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "transport/ice/ice_agent.hpp"
#include "transport/ice/local_addresses.hpp"

namespace peerlane {

namespace {

// NICE_CANDIDATE_MAX_TURN_SERVERS of libnice, which counts addresses.
constexpr std::size_t kMaxRelays = 8;

/// The first IPv4 and the first IPv6 address: more would be the same server again.
std::vector<std::string> one_of_each_family(const std::vector<std::string> &addresses) {
  std::vector<std::string> chosen;
  for (const char *mark : {".", ":"}) {
    const bool is_v6 = *mark == ':';
    const auto found =
        std::find_if(addresses.begin(), addresses.end(), [is_v6](const std::string &address) {
          return (address.find(':') != std::string::npos) == is_v6;
        });
    if (found != addresses.end()) chosen.push_back(*found);
  }
  return chosen;
}

std::string name_of(const IceServerAddress &server) {
  const bool is_v6 = server.host.find(':') != std::string::npos;
  const std::string host = is_v6 ? "[" + server.host + "]" : server.host;
  const char *scheme = server.tls() ? "turns:" : server.is_relay() ? "turn:" : "stun:";
  return scheme + host + ":" + std::to_string(server.port);
}

void hide_related_address(Candidate &candidate) {
  candidate.related_address = candidate.address.find(':') == std::string::npos ? "0.0.0.0" : "::";
  candidate.related_port = 0;
}

}  // namespace

Status IceTransport::Agent::gather() {
  if (closing_ || gathering_ || gathered_) return {};
  if (Status added = add_local_addresses(); !added) return added;
  if (options_.port_range_begin != 0) {
    nice_agent_set_port_range(nice_.get(), stream_, kComponent, options_.port_range_begin,
                              options_.port_range_end);
  }
  gathering_ = true;
  gathering_timer_.arm_in(options_.gathering_limit);
  bool started = false;
  context_->run_inside([this, &started] {
    // Counted as one lookup, so that gathering does not end before the servers are known.
    ++server_lookups_;
    look_up_servers();
    started = nice_agent_gather_candidates(nice_.get(), stream_) != FALSE;
    if (started && !closing_) adopt_sockets();
    --server_lookups_;
  });
  if (!started) {
    gathering_ = false;
    gathering_timer_.cancel();
    resolver_.cancel_all();
    server_lookups_ = 0;
    return explain_gathering_failure();
  }
  check_gathering_done();
  return {};
}

Status IceTransport::Agent::add_local_addresses() {
  const auto addresses = choose_local_addresses(list_interface_addresses(), options_.bind_address,
                                                options_.enable_loopback);
  if (addresses.empty()) {
    return Failure{Error::ERR_CANT_CREATE,
                   "no network interface is up that has a usable IP address"};
  }
  for (const SocketAddress &address : addresses) {
    NiceAddress converted = to_nice(address);
    nice_agent_add_local_address(nice_.get(), &converted);
    if (!address.is_link_local()) (address.is_v4() ? has_v4_ : has_v6_) = true;
  }
  return {};
}

/// libnice says only that it failed. One more try, on any port of the first address, tells the
/// causes apart.
Status IceTransport::Agent::explain_gathering_failure() const {
  const auto addresses = choose_local_addresses(list_interface_addresses(), options_.bind_address,
                                                options_.enable_loopback);
  if (addresses.empty()) return Failure{Error::ERR_CANT_CREATE, "the network interfaces went away"};
  const SocketAddress &first = addresses.front();
  const int probe = socket(first.native()->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const bool bound = probe >= 0 && bind(probe, first.native(), first.native_size()) == 0;
  const std::string reason = std::strerror(errno);
  if (probe >= 0) ::close(probe);
  if (!bound)
    return Failure{Error::ERR_CANT_CREATE,
                   "cannot bind a socket to " + first.literal() + ": " + reason};
  if (options_.port_range_begin == 0)
    return Failure{Error::ERR_CANT_CREATE, "libnice could not bind a socket"};
  return Failure{Error::ERR_ALREADY_IN_USE,
                 "every port from " + std::to_string(options_.port_range_begin) + " to " +
                     std::to_string(options_.port_range_end) +
                     " is in use; widen port_range_begin and port_range_end"};
}

void IceTransport::Agent::look_up_servers() {
  for (const IceServerAddress &server : options_.servers) {
    // With the relay policy our address must not be seen, not even by a STUN server.
    if (!server.is_relay() && options_.policy == IceTransportPolicy::RELAY) continue;
    if (server.is_literal) {
      use_server(server, {server.host});
      continue;
    }
    ++server_lookups_;
    resolver_.resolve(server.host, options_.gathering_limit, [this, server](const auto &addresses) {
      --server_lookups_;
      use_server(server, one_of_each_family(addresses));
      check_gathering_done();
    });
  }
}

void IceTransport::Agent::use_server(const IceServerAddress &server,
                                     const std::vector<std::string> &addresses) {
  if (addresses.empty()) {
    owner_.on_agent_error(
        *this, Error::ERR_CANT_RESOLVE,
        name_of(server) + ": the host name has no address, or DNS does not answer");
  }
  if (server.tls()) return add_tls_relay(server, addresses);
  for (const std::string &address : addresses) {
    if (server.is_relay()) {
      add_relay(server, address);
    } else if (const auto parsed = SocketAddress::parse(address, server.port)) {
      server_reflexive_.add_server(*parsed);
    }
  }
}

void IceTransport::Agent::add_relay(const IceServerAddress &server, const std::string &address) {
  const auto parsed = SocketAddress::parse(address, server.port);
  if (relays_.size() >= kMaxRelays || !parsed) return;
  relays_.push_back({server, nullptr});
  const bool over_tcp = server.transport == IceServerTransport::TCP;
  tell_nice_of_relay(server, *parsed,
                     over_tcp ? NICE_RELAY_TYPE_TURN_TCP : NICE_RELAY_TYPE_TURN_UDP);
}

void IceTransport::Agent::add_tls_relay(const IceServerAddress &server,
                                        const std::vector<std::string> &addresses) {
  if (relays_.size() >= kMaxRelays || addresses.empty() || gathered_) return;
  TlsTunnel::Options tunnel;
  tunnel.limit = options_.gathering_limit;
  for (const std::string &address : addresses) {
    if (const auto parsed = SocketAddress::parse(address, server.port))
      tunnel.servers.push_back(*parsed);
  }
  if (!options_.bind_address.empty())
    tunnel.bind_address = SocketAddress::parse(options_.bind_address, 0);
  auto stream = options_.tls ? options_.tls->connect(server.host) : nullptr;
  if (!stream) {
    return owner_.on_agent_error(*this, Error::ERR_CANT_CREATE,
                                 name_of(server) + ": there is no TLS");
  }
  auto relay =
      TlsRelay::create(*context_, timers_, has_v4_, std::move(tunnel), std::move(stream), *this);
  if (!relay)
    return owner_.on_agent_error(*this, relay.error(), name_of(server) + ": " + relay.message());
  const SocketAddress address = relay.value()->address();
  relays_.push_back({server, std::move(relay).value()});
  tell_nice_of_relay(server, address, NICE_RELAY_TYPE_TURN_TCP);
}

void IceTransport::Agent::tell_nice_of_relay(const IceServerAddress &server,
                                             const SocketAddress &address, NiceRelayType type) {
  // A server that comes late makes libnice gather again, and say so again, where a socket of its
  // family exists.
  if (address.is_v4() ? has_v4_ : has_v6_) nice_gathered_ = false;
  context_->run_inside([&] {
    nice_agent_set_relay_info(nice_.get(), stream_, kComponent, address.literal().c_str(),
                              address.port(), server.username.c_str(), server.credential.c_str(),
                              type);
  });
}

void IceTransport::Agent::on_tls_relay_failed(const TlsRelay &relay, const Failure &failure) {
  const auto found = std::find_if(relays_.begin(), relays_.end(),
                                  [&relay](const Relay &each) { return each.tls.get() == &relay; });
  if (closing_ || found == relays_.end()) return;
  found->failed = true;
  owner_.on_agent_error(*this, failure.error, name_of(found->server) + ": " + failure.message);
}

void IceTransport::Agent::adopt_sockets() {
  if (options_.policy == IceTransportPolicy::RELAY) return;
  GPtrArray *sockets = nice_agent_get_sockets(nice_.get(), stream_, kComponent);
  if (sockets == nullptr) return;
  for (guint i = 0; i < sockets->len; ++i) {
    auto *socket = static_cast<GSocket *>(g_ptr_array_index(sockets, i));
    if (socket != nullptr) server_reflexive_.add_base(GObjectPtr<GSocket>::share(socket));
  }
  g_ptr_array_unref(sockets);
}

void IceTransport::Agent::signal_candidate(Candidate candidate) {
  if (closing_) return;
  const bool is_relay = candidate.type == CandidateType::RELAY;
  if (is_relay) ++relay_candidates_;
  if (options_.policy == IceTransportPolicy::RELAY) {
    if (!is_relay) return;
    // The related address is ours.
    hide_related_address(candidate);
  }
  // What libnice takes for the server of a TlsRelay is nobody's business, and nothing to others.
  const auto related = SocketAddress::parse(candidate.related_address, candidate.related_port);
  if (is_relay && related && related->is_loopback()) hide_related_address(candidate);
  const auto address = SocketAddress::parse(candidate.address, candidate.port);
  if (address && candidate.type == CandidateType::HOST &&
      candidate.transport == CandidateTransport::UDP) {
    hosts_.emplace_back(*address, candidate.priority);
  }
  candidate.ufrag = local_ufrag_;
  local_candidates_.push_back(candidate);
  owner_.on_agent_candidate(*this, candidate);
}

void IceTransport::Agent::on_server_reflexive(const SocketAddress &base,
                                              const SocketAddress &mapped) {
  const auto host = std::find_if(hosts_.begin(), hosts_.end(),
                                 [&base](const auto &each) { return each.first == base; });
  // RFC 8445 section 5.1.3: redundant where there is no NAT.
  if (closing_ || host == hosts_.end() || base == mapped) return;
  Candidate candidate;
  candidate.type = CandidateType::SRFLX;
  // RFC 8445 section 5.1.1.3: one foundation for one type, base address and server; libnice counts
  // in plain numbers.
  candidate.foundation = "srflx" + std::to_string(host - hosts_.begin());
  // RFC 8445 section 5.1.2.1: the type preference 100 in place of the host's, the local preference
  // as it is.
  candidate.priority = 100u << 24 | (host->second & 0xffffff);
  candidate.address = mapped.literal();
  candidate.port = mapped.port();
  candidate.related_address = base.literal();
  candidate.related_port = base.port();
  const bool known = std::any_of(
      local_candidates_.begin(), local_candidates_.end(),
      [&candidate](const Candidate &other) { return is_same_candidate(candidate, other); });
  if (!known) signal_candidate(std::move(candidate));
}

void IceTransport::Agent::check_gathering_done() {
  if (!closing_ && gathering_ && nice_gathered_ && server_lookups_ == 0 && server_reflexive_.done())
    end_gathering(true);
}

void IceTransport::Agent::end_gathering(bool in_time) {
  gathering_ = false;
  gathered_ = true;
  gathering_timer_.cancel();
  for (const Relay &relay : relays_) {
    if (relay.tls) relay.tls->end_gathering();
  }
  report_missing_relay(in_time);
  if (!closing_) owner_.on_agent_gathering_done(*this);
}

void IceTransport::Agent::report_missing_relay(bool in_time) {
  if (relays_.empty() && options_.policy == IceTransportPolicy::RELAY) {
    owner_.on_agent_error(*this, Error::ERR_UNCONFIGURED,
                          "ice_transport_policy is RELAY, and there is no TURN server to relay; "
                          "nobody can be reached");
  }
  // libnice does not say which server gave nothing, nor why. It ends early where a server refused
  // and waits where none answered.
  const auto silent = std::find_if(relays_.begin(), relays_.end(),
                                   [](const Relay &relay) { return !relay.failed; });
  if (silent == relays_.end() || relay_candidates_ > 0) return;
  const bool reached = std::any_of(relays_.begin(), relays_.end(), [](const Relay &relay) {
    return relay.server.transport == IceServerTransport::UDP ||
           (relay.tls && relay.tls->was_open());
  });
  const std::string name = name_of(silent->server);
  if (!in_time) {
    owner_.on_agent_error(*this, Error::ERR_TIMEOUT, name + ": the TURN server does not answer");
  } else if (reached) {
    owner_.on_agent_error(*this, Error::ERR_UNAUTHORIZED,
                          name + ": the TURN server refused us; check user name and credential");
  } else {
    owner_.on_agent_error(
        *this, Error::ERR_CANT_CONNECT,
        name + ": no connection to the TURN server, or it refused user name or credential");
  }
}

}  // namespace peerlane
