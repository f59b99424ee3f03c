// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_SUPPORT_TLS_SERVER_END_HPP
#define PEERLANE_TESTS_SUPPORT_TLS_SERVER_END_HPP

#include <string>

#include "peerlane/types.hpp"
#include "support/tls_authority.hpp"
#include "transport/dtls/openssl_handles.hpp"

namespace peerlane::test {

/// The other end of a TlsStream: plain OpenSSL between two memory BIOs, to be configured by the
/// test before it is used.
class TlsServerEnd {
 public:
  explicit TlsServerEnd(const TlsIdentity &identity);

  SSL_CTX &context() { return *context_; }
  SSL &ssl();

  void receive(ByteView bytes);
  void write(const std::string &text);
  void close();
  /// What it has to say; forgotten afterwards.
  std::string take_output();

  bool open() { return SSL_is_init_finished(&ssl()) != 0; }
  const std::string &received() const { return received_; }
  bool closed() const { return closed_; }
  /// OpenSSL's reason of the first failure, the client's alert for example.
  const std::string &error() const { return error_; }
  /// The name that the client asked for.
  std::string requested_name();

 private:
  void advance();

  SslContextHandle context_;
  SslHandle ssl_;
  std::string received_;
  std::string error_;
  bool closed_ = false;
};

}  // namespace peerlane::test

#endif  // PEERLANE_TESTS_SUPPORT_TLS_SERVER_END_HPP
