// SPDX-License-Identifier: MIT
#include "transport/dtls/raw_dtls_peer.hpp"

#include <openssl/err.h>

#include <array>

#include "transport/dtls/certificate_native.hpp"
#include "transport/dtls/dtls_record.hpp"

namespace peerlane::test {

RawDtlsPeer::RawDtlsPeer(DtlsRole role, DatagramSink &below)
    : role_(role), below_(below), context_(SSL_CTX_new(DTLS_method())) {
  SSL_CTX_set_security_level(context_.get(), 0);
  SSL_CTX_set_min_proto_version(context_.get(), 0);
  SSL_CTX_set_options(context_.get(), SSL_OP_NO_QUERY_MTU);
}

void RawDtlsPeer::use(const Certificate &certificate) {
  SSL_CTX_use_certificate(context_.get(), certificate.native().certificate.get());
  SSL_CTX_use_PrivateKey(context_.get(), certificate.native().key.get());
}

SSL &RawDtlsPeer::ssl() {
  if (ssl_ == nullptr) {
    ssl_.reset(SSL_new(context_.get()));
    bio_.attach_to(*ssl_);
    bio_.set_output(&output_);
    SSL_set_mtu(ssl_.get(), 1200);
    if (role_ == DtlsRole::CLIENT) {
      SSL_set_connect_state(ssl_.get());
    } else {
      SSL_set_accept_state(ssl_.get());
    }
  }
  return *ssl_;
}

void RawDtlsPeer::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(&ssl());
  if (result == 1) {
    connected_ = true;
  } else if (SSL_get_error(&ssl(), result) != SSL_ERROR_WANT_READ) {
    note_errors();
  }
  flush();
}

void RawDtlsPeer::receive(ByteView datagram) {
  while (const auto record = take_record(datagram)) {
    bio_.set_input(record->bytes);
    if (!connected_) handshake();
    if (connected_) read();
    bio_.set_input({});
  }
  flush();
}

void RawDtlsPeer::read() {
  std::array<char, 16384> plaintext{};
  for (;;) {
    ERR_clear_error();
    const int size = SSL_read(&ssl(), plaintext.data(), static_cast<int>(plaintext.size()));
    if (size <= 0) {
      if (SSL_get_error(&ssl(), size) != SSL_ERROR_WANT_READ) note_errors();
      return;
    }
    data_.emplace_back(plaintext.data(), static_cast<std::size_t>(size));
  }
}

void RawDtlsPeer::note_errors() {
  const char *reason = ERR_reason_error_string(ERR_peek_error());
  errors_.emplace_back(reason != nullptr ? reason : "closed");
  ERR_clear_error();
}

void RawDtlsPeer::write(const std::string &text) {
  SSL_write(&ssl(), text.data(), static_cast<int>(text.size()));
  flush();
}

void RawDtlsPeer::flush() {
  if (output_.empty()) return;
  below_.send(output_.views());
  output_.clear();
}

}  // namespace peerlane::test
