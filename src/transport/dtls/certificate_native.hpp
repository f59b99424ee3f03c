// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_DTLS_CERTIFICATE_NATIVE_HPP
#define PEERLANE_TRANSPORT_DTLS_CERTIFICATE_NATIVE_HPP

#include "transport/dtls/certificate.hpp"
#include "transport/dtls/openssl_handles.hpp"

namespace peerlane {

/// What OpenSSL knows of a certificate. Immutable, so that connections on any thread may share it:
/// the context is the larger part of an idle association's memory.
struct Certificate::Native {
  X509Handle certificate;
  KeyHandle key;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_DTLS_CERTIFICATE_NATIVE_HPP
