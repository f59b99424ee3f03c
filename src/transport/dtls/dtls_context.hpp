// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_DTLS_DTLS_CONTEXT_HPP
#define PEERLANE_TRANSPORT_DTLS_DTLS_CONTEXT_HPP

#include "transport/dtls/openssl_handles.hpp"

namespace peerlane {

/// Before anything else of OpenSSL. Any thread, any number of times.
void initialize_openssl();

/// An association with our profile of DTLS 1.2 (RFC 8827 section 6.5) and this certificate. It
/// decides nothing about the peer's certificate: whoever makes one answers verify_peer(). Null
/// where OpenSSL refuses; its error queue says why. Any thread.
SslHandle make_dtls(X509 &certificate, EVP_PKEY &key);

/// Asked with the peer's leaf certificate, in the middle of a handshake: whether to go on.
class PeerVerifier {
 public:
  virtual bool verify_peer(const X509 &certificate) = 0;

 protected:
  ~PeerVerifier() = default;
};

/// Without one, the handshake fails.
void set_peer_verifier(SSL &ssl, PeerVerifier &verifier);

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_DTLS_DTLS_CONTEXT_HPP
