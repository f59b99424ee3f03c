// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_DTLS_OPENSSL_TLS_STREAM_HPP
#define PEERLANE_TRANSPORT_DTLS_OPENSSL_TLS_STREAM_HPP

#include <memory>
#include <string>

#include "core/tls_stream.hpp"
#include "transport/dtls/openssl_handles.hpp"

namespace peerlane {

/// A TlsStream by OpenSSL, between two memory BIOs. Whom the server has to be was told to the SSL
/// before. Lives on one thread at a time.
class OpensslTlsStream final : public TlsStream {
 public:
  /// Writes the ClientHello. Null where OpenSSL refuses.
  static std::unique_ptr<TlsStream> start(SslHandle ssl);

  State state() const override { return state_; }
  const Failure &failure() const override { return failure_; }
  void receive(ByteView bytes, ByteQueue &plaintext) override;
  void send(ByteView plaintext) override;
  void close() override;
  ByteQueue &output() override { return output_; }

 private:
  OpensslTlsStream(SslHandle ssl, BIO *input, BIO *written);
  void advance_handshake();
  void read(ByteQueue &plaintext);
  void collect_output();
  void fail(Failure failure);
  Failure take_failure(const std::string &doing);

  const SslHandle ssl_;
  BIO *const input_;    // Of `ssl_`.
  BIO *const written_;  // Of `ssl_`.
  State state_ = State::HANDSHAKING;
  Failure failure_{Error::OK, {}};
  ByteQueue output_;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_DTLS_OPENSSL_TLS_STREAM_HPP
