// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_SUPPORT_TLS_AUTHORITY_HPP
#define PEERLANE_TESTS_SUPPORT_TLS_AUTHORITY_HPP

#include <string>

#include "transport/dtls/openssl_handles.hpp"

namespace peerlane::test {

/// A certificate of a server, and its key.
struct TlsIdentity {
  X509Handle certificate;
  KeyHandle key;
};

/// A certificate authority that a test makes for itself. Any thread.
class TlsAuthority {
 public:
  explicit TlsAuthority(const std::string &name = "authority of a test");

  /// Its certificate, for those who are to trust it.
  std::string pem() const;
  /// For a server with these names, in OpenSSL's words: "DNS:example.org,IP:127.0.0.1". Valid from
  /// the first to the last second, counted from now.
  TlsIdentity issue(const std::string &names, long first = -3600, long last = 3600) const;

 private:
  TlsIdentity self_;
};

}  // namespace peerlane::test

#endif  // PEERLANE_TESTS_SUPPORT_TLS_AUTHORITY_HPP
