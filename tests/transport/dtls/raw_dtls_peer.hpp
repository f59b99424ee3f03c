// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_TRANSPORT_DTLS_RAW_DTLS_PEER_HPP
#define PEERLANE_TESTS_TRANSPORT_DTLS_RAW_DTLS_PEER_HPP

#include <string>
#include <vector>

#include "core/datagram_sink.hpp"
#include "transport/dtls/certificate.hpp"
#include "transport/dtls/datagram_bio.hpp"
#include "transport/dtls/dtls_transport.hpp"
#include "transport/dtls/openssl_handles.hpp"

namespace peerlane::test {

/// A peer that need not follow our profile: plain OpenSSL, as permissive as it goes, to be
/// configured by the test between construction and start(). Verifies nobody, retransmits nothing.
class RawDtlsPeer {
 public:
  RawDtlsPeer(DtlsRole role, DatagramSink &below);

  /// Configure it before ssl() is used.
  SSL_CTX &context() { return *context_; }
  SSL &ssl();
  void use(const Certificate &certificate);

  void start() { handshake(); }
  void receive(ByteView datagram);
  void write(const std::string &text);
  void flush();

  bool connected() const { return connected_; }
  /// OpenSSL's reasons of failures, alerts of the other end included.
  const std::vector<std::string> &errors() const { return errors_; }
  const std::vector<std::string> &data() const { return data_; }

 private:
  void handshake();
  void read();
  void note_errors();

  const DtlsRole role_;
  DatagramSink &below_;
  DatagramBio bio_{1200};
  RecordBuffer output_;
  SslContextHandle context_;
  SslHandle ssl_;
  bool connected_ = false;
  std::vector<std::string> errors_;
  std::vector<std::string> data_;
};

}  // namespace peerlane::test

#endif  // PEERLANE_TESTS_TRANSPORT_DTLS_RAW_DTLS_PEER_HPP
