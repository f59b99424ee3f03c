// SPDX-License-Identifier: MIT
#ifndef PEERLANE_API_CONFIGURATION_CHECK_HPP
#define PEERLANE_API_CONFIGURATION_CHECK_HPP

#include <memory>
#include <vector>

#include "core/result.hpp"
#include "core/tls_stream.hpp"
#include "peerlane/configuration.hpp"
#include "signaling/ice_server.hpp"
#include "transport/dtls/certificate.hpp"

namespace peerlane::internal {

/// A configuration that was found good, with what had to be parsed to find that. Pure value.
struct CheckedConfiguration {
  Configuration configuration;
  std::vector<IceServerAddress> servers;
  std::shared_ptr<const TlsConnector> tls;         ///< Null where no server needs it.
  std::shared_ptr<const Certificate> certificate;  ///< Null where one has to be made.
};

/// ERR_INVALID_PARAMETER with a sentence that names the member. Reads the system's certificate
/// authorities where a server needs them.
Result<CheckedConfiguration> check_configuration(const Configuration &configuration);

}  // namespace peerlane::internal

#endif  // PEERLANE_API_CONFIGURATION_CHECK_HPP
