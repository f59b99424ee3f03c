// SPDX-License-Identifier: MIT
#include "transport/dtls/dtls_context.hpp"

#include <openssl/x509_vfy.h>

namespace peerlane {

namespace {

// Forward secret and authenticated-encryption only; the first is the one that RFC 8827 requires.
constexpr char kCipherSuites[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
// P-384 is last and here only because a certificate's own curve has to be in the list.
constexpr char kGroups[] = "X25519:P-256:P-384";
// Peers with media offer these also where there are data channels only, and some end the connection
// if none is agreed (RFC 5764 section 4.1 lets them). Nothing uses the keys.
constexpr char kSrtpProfiles[] = "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80";
constexpr long kMaxCertificateBytes = 16 * 1024;
// Bounds OpenSSL's write buffer, which is otherwise 16 KiB for each association. No record of ours
// is larger than a UDP payload on any usual path.
constexpr long kMaxSendFragment = 2048;

/// Replaces the building of a chain up to an authority: peers of WebRTC sign for themselves, and
/// what counts is the fingerprint from the signaling.
int verify_leaf(X509_STORE_CTX *store, void *) {
  const auto *ssl = static_cast<const SSL *>(
      X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const X509 *leaf = X509_STORE_CTX_get0_cert(store);
  auto *verifier = static_cast<PeerVerifier *>(SSL_get_app_data(ssl));
  if (leaf != nullptr && verifier != nullptr && verifier->verify_peer(*leaf)) {
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
  }
  // The one that OpenSSL turns into the alert bad_certificate.
  X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
  return 0;
}

int accept_depth(int, X509_STORE_CTX *) { return 1; }

}  // namespace

void initialize_openssl() {
  // OpenSSL's own atexit handler would free its tables while the network thread may still encrypt.
  OPENSSL_init_ssl(OPENSSL_INIT_NO_ATEXIT, nullptr);
}

namespace {

bool configure(SSL_CTX *ctx) {
  SSL_CTX_set_security_level(ctx, 2);
  // No DTLS 1.0 (RFC 8827 section 6.5); no newer one either, since the record filter knows 1.2
  // only.
  if (!SSL_CTX_set_min_proto_version(ctx, DTLS1_2_VERSION) ||
      !SSL_CTX_set_max_proto_version(ctx, DTLS1_2_VERSION) ||
      !SSL_CTX_set_cipher_list(ctx, kCipherSuites) || !SSL_CTX_set1_groups_list(ctx, kGroups)) {
    return false;
  }
  // Unlike its neighbours it returns 0 for success.
  if (SSL_CTX_set_tlsext_use_srtp(ctx, kSrtpProfiles) != 0) return false;
  // The last one: the path's MTU is told, not guessed from a socket.
  SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                               SSL_OP_NO_QUERY_MTU);
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_max_cert_list(ctx, kMaxCertificateBytes);
  if (!SSL_CTX_set_max_send_fragment(ctx, kMaxSendFragment)) return false;
  SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, accept_depth);
  SSL_CTX_set_cert_verify_callback(ctx, verify_leaf, nullptr);
  return true;
}

/// Making one is costly, so all associations share it. Null where it cannot be made.
SSL_CTX *shared_context() {
  // Never freed: strands may outlive static objects.
  static SSL_CTX *const shared = [] {
    SslContextHandle context(SSL_CTX_new(DTLS_method()));
    const bool ready = context != nullptr && configure(context.get());
    return ready ? context.release() : nullptr;
  }();
  return shared;
}

}  // namespace

SslHandle make_dtls(X509 &certificate, EVP_PKEY &key) {
  SSL_CTX *context = shared_context();
  SslHandle ssl(context != nullptr ? SSL_new(context) : nullptr);
  if (ssl == nullptr || SSL_use_certificate(ssl.get(), &certificate) != 1 ||
      SSL_use_PrivateKey(ssl.get(), &key) != 1) {
    return nullptr;
  }
  return ssl;
}

void set_peer_verifier(SSL &ssl, PeerVerifier &verifier) {
  SSL_set_app_data(&ssl, static_cast<void *>(&verifier));
}

}  // namespace peerlane
