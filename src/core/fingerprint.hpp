// SPDX-License-Identifier: MIT
#ifndef PEERLANE_CORE_FINGERPRINT_HPP
#define PEERLANE_CORE_FINGERPRINT_HPP

#include <string>

namespace peerlane {

/// Digest of a certificate as an SDP `a=fingerprint` carries it (RFC 8122 section 5). Pure value.
struct Fingerprint {
  std::string algorithm;  ///< Lower case, for example "sha-256".
  std::string value;      ///< "AB:CD:…", upper case.

  bool empty() const { return value.empty(); }
  /// "sha-256 AB:CD:…", or "" where empty.
  std::string to_string() const { return empty() ? std::string() : algorithm + " " + value; }
  bool operator==(const Fingerprint &) const = default;
};

}  // namespace peerlane

#endif  // PEERLANE_CORE_FINGERPRINT_HPP
