// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_DTLS_CERTIFICATE_HPP
#define PEERLANE_TRANSPORT_DTLS_CERTIFICATE_HPP

#include <memory>
#include <string>

#include "core/fingerprint.hpp"
#include "core/result.hpp"

namespace peerlane {

/// A certificate and its private key: what this end is known by. Immutable. Any thread.
class Certificate {
 public:
  /// A fresh self-signed ECDSA P-256 certificate with random serial and name, valid from a day ago
  /// for 30 days (RFC 8827 section 6.5; W3C's default lifetime).
  static Result<std::shared_ptr<const Certificate>> generate();
  /// From PEM. ERR_INVALID_PARAMETER where they do not parse, do not belong together, are too weak,
  /// or are not valid now.
  static Result<std::shared_ptr<const Certificate>> from_pem(const std::string &certificate,
                                                             const std::string &private_key);
  ~Certificate();
  Certificate(const Certificate &) = delete;
  Certificate &operator=(const Certificate &) = delete;

  /// SHA-256 of the DER form.
  const Fingerprint &fingerprint() const { return fingerprint_; }

  /// OpenSSL's objects, for this folder only.
  struct Native;
  const Native &native() const { return *native_; }

 private:
  Certificate(std::unique_ptr<Native> native, Fingerprint fingerprint);
  const std::unique_ptr<Native> native_;
  const Fingerprint fingerprint_;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_DTLS_CERTIFICATE_HPP
