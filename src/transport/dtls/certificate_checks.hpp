// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_DTLS_CERTIFICATE_CHECKS_HPP
#define PEERLANE_TRANSPORT_DTLS_CERTIFICATE_CHECKS_HPP

#include <openssl/x509.h>

#include <string>
#include <vector>

#include "core/fingerprint.hpp"

namespace peerlane {

/// The digest of the DER form; empty where the algorithm is none of sha-256, sha-384 and sha-512.
Fingerprint fingerprint_of(const X509 &certificate, const std::string &algorithm);

/// Whether this is the certificate that the peer's description announced. Where it names several
/// hash functions, the strongest that we know decides (RFC 8122 section 5.1); where we know none,
/// nothing matches.
bool matches_any(const X509 &certificate, const std::vector<Fingerprint> &announced);

/// RSA of at least 2048 bits, or ECDSA on P-256 or P-384.
bool has_strong_key(const X509 &certificate);

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_DTLS_CERTIFICATE_CHECKS_HPP
