// SPDX-License-Identifier: MIT
#include "support/tls_server_end.hpp"

#include <openssl/err.h>

#include <array>

namespace peerlane::test {

TlsServerEnd::TlsServerEnd(const TlsIdentity &identity) : context_(SSL_CTX_new(TLS_method())) {
  SSL_CTX_use_certificate(context_.get(), identity.certificate.get());
  SSL_CTX_use_PrivateKey(context_.get(), identity.key.get());
}

SSL &TlsServerEnd::ssl() {
  if (ssl_ == nullptr) {
    ssl_.reset(SSL_new(context_.get()));
    BIO *input = BIO_new(BIO_s_mem());
    BIO_set_mem_eof_return(input, -1);
    SSL_set_bio(ssl_.get(), input, BIO_new(BIO_s_mem()));
    SSL_set_accept_state(ssl_.get());
  }
  return *ssl_;
}

void TlsServerEnd::receive(ByteView bytes) {
  BIO_write(SSL_get_rbio(&ssl()), bytes.data(), static_cast<int>(bytes.size()));
  advance();
}

void TlsServerEnd::advance() {
  std::array<char, 16384> plaintext{};
  for (;;) {
    ERR_clear_error();
    const int size = SSL_read(&ssl(), plaintext.data(), static_cast<int>(plaintext.size()));
    if (size > 0) {
      received_.append(plaintext.data(), static_cast<std::size_t>(size));
      continue;
    }
    const int error = SSL_get_error(&ssl(), size);
    if (error == SSL_ERROR_ZERO_RETURN) closed_ = true;
    if (error == SSL_ERROR_SSL && error_.empty()) {
      error_ = ERR_reason_error_string(ERR_peek_error());
    }
    ERR_clear_error();
    return;
  }
}

void TlsServerEnd::write(const std::string &text) {
  SSL_write(&ssl(), text.data(), static_cast<int>(text.size()));
}

void TlsServerEnd::close() { SSL_shutdown(&ssl()); }

std::string TlsServerEnd::take_output() {
  BIO *written = SSL_get_wbio(&ssl());
  char *bytes = nullptr;
  const long size = BIO_get_mem_data(written, &bytes);
  const std::string output(bytes, static_cast<std::size_t>(size));
  static_cast<void>(BIO_reset(written));
  return output;
}

std::string TlsServerEnd::requested_name() {
  const char *name = SSL_get_servername(&ssl(), TLSEXT_NAMETYPE_host_name);
  return name != nullptr ? name : "";
}

}  // namespace peerlane::test
