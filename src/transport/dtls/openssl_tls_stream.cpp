// SPDX-License-Identifier: MIT
#include "transport/dtls/openssl_tls_stream.hpp"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>
#include <climits>
#include <utility>

namespace peerlane {

namespace {
// RFC 8446 section 5.1: the most that one record holds.
constexpr std::size_t kMaxTlsPlaintext = 16384;
}  // namespace

std::unique_ptr<TlsStream> OpensslTlsStream::start(SslHandle ssl) {
  BioHandle input(BIO_new(BIO_s_mem()));
  BioHandle written(BIO_new(BIO_s_mem()));
  if (input == nullptr || written == nullptr) return nullptr;
  // "Nothing to read yet" is no end.
  BIO_set_mem_eof_return(input.get(), -1);
  SSL_set_connect_state(ssl.get());
  BIO *const input_of_ssl = input.release();
  BIO *const written_by_ssl = written.release();
  SSL_set_bio(ssl.get(), input_of_ssl, written_by_ssl);
  std::unique_ptr<OpensslTlsStream> made(
      new OpensslTlsStream(std::move(ssl), input_of_ssl, written_by_ssl));
  made->advance_handshake();
  made->collect_output();
  return made;
}

OpensslTlsStream::OpensslTlsStream(SslHandle ssl, BIO *input, BIO *written)
    : ssl_(std::move(ssl)), input_(input), written_(written) {}

void OpensslTlsStream::receive(ByteView bytes, ByteQueue &plaintext) {
  if (state_ == State::CLOSED) return;
  while (!bytes.empty()) {
    const ByteView part = bytes.subview(0, INT_MAX);
    BIO_write(input_, part.data(), static_cast<int>(part.size()));
    bytes = bytes.subview(part.size());
  }
  if (state_ == State::HANDSHAKING) advance_handshake();
  if (state_ == State::OPEN) read(plaintext);
  collect_output();
}

void OpensslTlsStream::advance_handshake() {
  // A stale entry of somebody else would make "nothing to read" look like an error.
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) {
    state_ = State::OPEN;
  } else if (SSL_get_error(ssl_.get(), result) != SSL_ERROR_WANT_READ) {
    fail(take_failure("the TLS handshake failed"));
  }
}

void OpensslTlsStream::read(ByteQueue &plaintext) {
  std::array<std::uint8_t, kMaxTlsPlaintext> record;  // NOLINT: not initialized on purpose
  for (;;) {
    ERR_clear_error();
    const int size = SSL_read(ssl_.get(), record.data(), static_cast<int>(record.size()));
    if (size <= 0) {
      const int error = SSL_get_error(ssl_.get(), size);
      if (error == SSL_ERROR_ZERO_RETURN) return close();
      if (error != SSL_ERROR_WANT_READ) fail(take_failure("TLS failed"));
      return;
    }
    plaintext.append(ByteView(record.data(), static_cast<std::size_t>(size)));
  }
}

void OpensslTlsStream::send(ByteView plaintext) {
  while (!plaintext.empty() && state_ == State::OPEN) {
    const ByteView part = plaintext.subview(0, kMaxTlsPlaintext);
    ERR_clear_error();
    if (SSL_write(ssl_.get(), part.data(), static_cast<int>(part.size())) <= 0) {
      fail(take_failure("TLS failed"));
    }
    plaintext = plaintext.subview(part.size());
  }
  collect_output();
}

void OpensslTlsStream::close() {
  if (state_ == State::CLOSED) return;
  // In the middle of a handshake there is nothing to say goodbye to.
  ERR_clear_error();
  if (state_ == State::OPEN) SSL_shutdown(ssl_.get());
  ERR_clear_error();
  state_ = State::CLOSED;
  collect_output();
}

void OpensslTlsStream::collect_output() {
  char *bytes = nullptr;
  const long size = BIO_get_mem_data(written_, &bytes);
  if (size > 0) output_.append(ByteView(bytes, static_cast<std::size_t>(size)));
  static_cast<void>(BIO_reset(written_));
}

void OpensslTlsStream::fail(Failure failure) {
  state_ = State::CLOSED;
  failure_ = std::move(failure);
}

Failure OpensslTlsStream::take_failure(const std::string &doing) {
  const char *text = ERR_reason_error_string(ERR_peek_error());
  const std::string reason = text != nullptr ? text : "unknown reason";
  ERR_clear_error();
  const long verdict = SSL_get_verify_result(ssl_.get());
  if (verdict != X509_V_OK) {
    return {Error::ERR_UNAUTHORIZED, std::string("the server's certificate is refused: ") +
                                         X509_verify_cert_error_string(verdict)};
  }
  return {Error::ERR_CONNECTION_ERROR, doing + ": " + reason};
}

}  // namespace peerlane
