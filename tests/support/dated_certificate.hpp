// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_SUPPORT_DATED_CERTIFICATE_HPP
#define PEERLANE_TESTS_SUPPORT_DATED_CERTIFICATE_HPP

#include <chrono>
#include <string>

namespace peerlane::test {

/// In PEM.
struct DatedCertificate {
  std::string certificate, key;
};

/// A self-signed ECDSA P-256 certificate that is valid between these times, counted from now.
DatedCertificate dated_certificate(std::chrono::seconds since, std::chrono::seconds until);

}  // namespace peerlane::test

#endif  // PEERLANE_TESTS_SUPPORT_DATED_CERTIFICATE_HPP
