// SPDX-License-Identifier: MIT
#include "api/configuration_check.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "signaling/ip_address.hpp"
#include "transport/dtls/tls_client_context.hpp"

namespace peerlane::internal {

namespace {

// The least that every IPv4 host takes (RFC 1122 section 3.3.2), and the size of a DTLS record.
constexpr std::size_t kMinMtu = 576;
constexpr std::size_t kMaxMtu = 16384;
// A message has to fit into SCTP's send buffer, whose size is an int.
constexpr std::size_t kMaxMessageSize = 1u << 30;
// For ever, without being near to where a deadline would overflow.
constexpr std::chrono::milliseconds kLongestTimeout = std::chrono::hours(24 * 365);

Failure refused(std::string sentence) {
  return {Error::ERR_INVALID_PARAMETER, std::move(sentence)};
}

Result<std::vector<IceServerAddress>> check_servers(const std::vector<IceServer> &servers) {
  std::vector<IceServerAddress> addresses;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    const std::string name = "ice_servers[" + std::to_string(i) + "]: ";
    auto parsed = parse_ice_server(servers[i]);
    if (!parsed) return Failure{Error::ERR_INVALID_PARAMETER, name + parsed.message()};
    for (IceServerAddress &address : parsed.value()) addresses.push_back(std::move(address));
  }
  return addresses;
}

Result<std::shared_ptr<const TlsConnector>> check_tls(const std::vector<IceServerAddress> &servers,
                                                      const std::string &authorities_pem) {
  const bool needed = std::any_of(servers.begin(), servers.end(),
                                  [](const IceServerAddress &each) { return each.tls(); });
  if (!needed && authorities_pem.empty()) return std::shared_ptr<const TlsConnector>();
  auto context = TlsClientContext::create(authorities_pem);
  if (!context) return Failure{context.error(), "ice_server_ca_pem: " + context.message()};
  return std::shared_ptr<const TlsConnector>(std::move(context).value());
}

Status check_addresses(Configuration &configuration) {
  switch (configuration.ice_transport_policy) {
    case IceTransportPolicy::ALL:
    case IceTransportPolicy::RELAY:
      break;
    default:
      return refused("ice_transport_policy is neither ALL nor RELAY.");
  }
  const int begin = configuration.port_range_begin, end = configuration.port_range_end;
  if ((begin == 0) != (end == 0)) {
    return refused(
        "port_range_begin and port_range_end have to be set both, or be both 0 for any port.");
  }
  if (begin > end) {
    return refused("port_range_begin " + std::to_string(begin) + " is above port_range_end " +
                   std::to_string(end) + ".");
  }
  if (configuration.bind_address.empty()) return {};
  const auto address = IpAddress::parse(configuration.bind_address);
  if (!address) {
    return refused("bind_address \"" + configuration.bind_address +
                   "\" is no IP address; it has to be a literal such as 192.0.2.1 or 2001:db8::1.");
  }
  if (address->is_multicast() || address->is_broadcast()) {
    return refused("bind_address " + configuration.bind_address + " is no address of a machine.");
  }
  // The sockets API's word for every interface.
  if (address->is_unspecified()) configuration.bind_address.clear();
  return {};
}

Status check_sizes(const Configuration &configuration) {
  const std::size_t mtu = configuration.mtu;
  if (mtu != 0 && (mtu < kMinMtu || mtu > kMaxMtu)) {
    return refused("mtu is " + std::to_string(mtu) +
                   "; it has to be 0 for the default, or 576 to 16384.");
  }
  if (configuration.max_message_size == 0 || configuration.max_message_size > kMaxMessageSize) {
    return refused("max_message_size is " + std::to_string(configuration.max_message_size) +
                   "; it has to be 1 to 1073741824.");
  }
  if (configuration.receive_buffer_limit == 0) {
    return refused("receive_buffer_limit has to be at least 1.");
  }
  if (configuration.send_buffer_limit == 0) {
    return refused("send_buffer_limit has to be at least 1.");
  }
  return {};
}

Status check_timeouts(Configuration &configuration) {
  if (configuration.disconnected_timeout <= std::chrono::milliseconds::zero()) {
    return refused("disconnected_timeout has to be above 0.");
  }
  if (configuration.failed_timeout < configuration.disconnected_timeout) {
    return refused("failed_timeout has to be at least disconnected_timeout, which is " +
                   std::to_string(configuration.disconnected_timeout.count()) + " ms.");
  }
  for (auto *timeout : {&configuration.disconnected_timeout, &configuration.failed_timeout}) {
    *timeout = std::min(*timeout, kLongestTimeout);
  }
  return {};
}

Result<std::shared_ptr<const Certificate>> check_certificate(const Configuration &configuration) {
  const std::string &certificate = configuration.certificate_pem;
  const std::string &key = configuration.private_key_pem;
  if (certificate.empty() && key.empty()) return std::shared_ptr<const Certificate>();
  if (certificate.empty() || key.empty()) {
    return refused("certificate_pem and private_key_pem have to be given both, or none.");
  }
  auto parsed = Certificate::from_pem(certificate, key);
  if (!parsed) return Failure{Error::ERR_INVALID_PARAMETER, parsed.message()};
  return parsed;
}

}  // namespace

Result<CheckedConfiguration> check_configuration(const Configuration &configuration) {
  CheckedConfiguration checked;
  checked.configuration = configuration;
  auto servers = check_servers(configuration.ice_servers);
  if (!servers) return servers.failure();
  checked.servers = std::move(servers).value();
  auto tls = check_tls(checked.servers, configuration.ice_server_ca_pem);
  if (!tls) return tls.failure();
  checked.tls = std::move(tls).value();
  for (const Status &status : {check_addresses(checked.configuration), check_sizes(configuration),
                               check_timeouts(checked.configuration)}) {
    if (!status) return status.failure();
  }
  auto certificate = check_certificate(configuration);
  if (!certificate) return certificate.failure();
  checked.certificate = std::move(certificate).value();
  return checked;
}

}  // namespace peerlane::internal
