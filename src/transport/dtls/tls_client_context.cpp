// SPDX-License-Identifier: MIT
#include "transport/dtls/tls_client_context.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <climits>
#include <utility>

#include "transport/dtls/dtls_context.hpp"
#include "transport/dtls/openssl_handles.hpp"
#include "transport/dtls/openssl_tls_stream.hpp"

namespace peerlane {

namespace {

// Forward secret and authenticated-encryption only, for TLS 1.2; TLS 1.3 has no others.
constexpr char kTlsCipherSuites[] = "ECDHE+AESGCM:ECDHE+CHACHA20";
// A chain of several RSA certificates fits easily.
constexpr long kMaxChainBytes = 64 * 1024;

Failure unusable(const std::string &why) {
  ERR_clear_error();
  return {Error::ERR_INVALID_PARAMETER, why};
}

bool configure_client(SSL_CTX *context) {
  // RFC 8656 section 3.1 asks for TLS 1.2 at least (RFC 7525).
  if (!SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) ||
      !SSL_CTX_set_cipher_list(context, kTlsCipherSuites)) {
    return false;
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // Each connection proves itself anew; what tickets a server sends is read over.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_max_cert_list(context, kMaxChainBytes);
  return true;
}

/// How many certificates the text holds; all of them are trusted from now on.
int trust(SSL_CTX *context, const std::string &pem) {
  if (pem.size() > INT_MAX) return 0;
  const BioHandle reader(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (reader == nullptr) return 0;
  X509_STORE *store = SSL_CTX_get_cert_store(context);
  int count = 0;
  const auto next = [&reader] {
    return X509Handle(PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr));
  };
  while (const X509Handle authority = next()) {
    if (X509_STORE_add_cert(store, authority.get()) != 1) return 0;
    ++count;
  }
  // The end of the text looks like an error; so does a certificate that is cut off.
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  return at_end ? count : 0;
}

/// Whom the server has to be. Names are told to it (RFC 6066 section 3: without the dot at the end,
/// and no IP literals), since many may live at one address.
bool expect(SSL *ssl, const std::string &host) {
  X509_VERIFY_PARAM *parameters = SSL_get0_param(ssl);
  if (X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1) return true;
  ERR_clear_error();
  const std::string name = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
  X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return !name.empty() && X509_VERIFY_PARAM_set1_host(parameters, name.data(), name.size()) == 1 &&
         SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
}

}  // namespace

struct TlsClientContext::Native {
  SslContextHandle context;
};

TlsClientContext::TlsClientContext(std::unique_ptr<Native> native) : native_(std::move(native)) {}
TlsClientContext::~TlsClientContext() = default;

Result<std::shared_ptr<const TlsClientContext>> TlsClientContext::create(
    const std::string &authorities_pem) {
  initialize_openssl();
  ERR_clear_error();
  auto native = std::make_unique<Native>();
  native->context.reset(SSL_CTX_new(TLS_client_method()));
  if (native->context == nullptr || !configure_client(native->context.get())) {
    ERR_clear_error();
    return Failure{Error::ERR_CANT_CREATE, "OpenSSL could not set up TLS."};
  }
  if (!authorities_pem.empty()) {
    if (trust(native->context.get(), authorities_pem) == 0) {
      return unusable(
          "The certificate authorities are not PEM text of certificates, each starting with "
          "\"-----BEGIN CERTIFICATE-----\".");
    }
  } else {
    // A system without any is not an error: then no server is believed.
    SSL_CTX_set_default_verify_paths(native->context.get());
    ERR_clear_error();
  }
  return std::shared_ptr<const TlsClientContext>(new TlsClientContext(std::move(native)));
}

std::unique_ptr<TlsStream> TlsClientContext::connect(const std::string &host) const {
  ERR_clear_error();
  SslHandle ssl(SSL_new(native_->context.get()));
  if (ssl == nullptr || !expect(ssl.get(), host)) {
    ERR_clear_error();
    return nullptr;
  }
  return OpensslTlsStream::start(std::move(ssl));
}

}  // namespace peerlane
