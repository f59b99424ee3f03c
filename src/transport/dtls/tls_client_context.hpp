// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_DTLS_TLS_CLIENT_CONTEXT_HPP
#define PEERLANE_TRANSPORT_DTLS_TLS_CLIENT_CONTEXT_HPP

#include <memory>
#include <string>

#include "core/result.hpp"
#include "core/tls_stream.hpp"

namespace peerlane {

/// Whom we believe when a TURN server proves who it is: a set of certificate authorities, and TLS
/// 1.2 or later. Immutable. Any thread.
class TlsClientContext final : public TlsConnector {
 public:
  /// `authorities_pem`: certificates in PEM, one behind the other, that are trusted instead of the
  /// system's; "" = the system's, as OpenSSL finds them (SSL_CERT_FILE and SSL_CERT_DIR change
  /// where). ERR_INVALID_PARAMETER where the text holds none.
  static Result<std::shared_ptr<const TlsClientContext>> create(const std::string &authorities_pem);
  ~TlsClientContext() override;
  TlsClientContext(const TlsClientContext &) = delete;
  TlsClientContext &operator=(const TlsClientContext &) = delete;

  std::unique_ptr<TlsStream> connect(const std::string &host) const override;

 private:
  struct Native;
  explicit TlsClientContext(std::unique_ptr<Native> native);
  const std::unique_ptr<Native> native_;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_DTLS_TLS_CLIENT_CONTEXT_HPP
