// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_TRANSPORT_DTLS_DTLS_PAIR_HPP
#define PEERLANE_TESTS_TRANSPORT_DTLS_DTLS_PAIR_HPP

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/pipe_pair.hpp"
#include "transport/dtls/certificate.hpp"
#include "transport/dtls/dtls_transport.hpp"

namespace peerlane::test {

using CertificatePtr = std::shared_ptr<const Certificate>;
using namespace std::chrono_literals;

constexpr std::size_t kMtu = 1200;

/// One certificate for all tests of an executable and end: making them is half of a handshake's
/// cost.
CertificatePtr client_certificate();
CertificatePtr server_certificate();
/// Of nobody.
Fingerprint wrong_fingerprint();

/// What a transport told the layer above, in order.
class DtlsRecorder final : public DtlsTransport::Listener {
 public:
  void on_dtls_connected() override;
  void on_dtls_data(ByteView plaintext) override;
  void on_dtls_closed(Error error, const std::string &reason) override;

  int connected = 0;
  std::vector<std::string> data;
  std::optional<Error> closed;
  std::string reason;
  // Run after it is recorded.
  std::function<void()> when_connected;
  std::function<void()> when_data;
};

/// Two transports over a path of 10 ms each way.
class DtlsPair {
 public:
  struct Options {
    PathProfile path{.delay = 10ms};
    std::uint64_t seed = 1;
    CertificatePtr client = client_certificate();
    CertificatePtr server = server_certificate();
    // What each end expects of the other; none: the right one.
    std::optional<std::vector<Fingerprint>> of_client = std::nullopt;
    std::optional<std::vector<Fingerprint>> of_server = std::nullopt;
    std::size_t mtu = kMtu;
  };
  DtlsPair() : DtlsPair(Options()) {}
  explicit DtlsPair(const Options &options);

  void start();
  bool both_connected() const { return client.connected() && server.connected(); }
  bool connect(Duration limit = 30s);
  /// Client to server; returns after it had the time to arrive.
  void send(const std::string &text);

  PipePair net;  // a is the client.
  VirtualStrand &strand = net.strand;
  LossyPipe &to_server = net.a_to_b;
  LossyPipe &to_client = net.b_to_a;
  DtlsRecorder at_client;
  DtlsRecorder at_server;
  DtlsTransport client;
  DtlsTransport server;
};

}  // namespace peerlane::test

#endif  // PEERLANE_TESTS_TRANSPORT_DTLS_DTLS_PAIR_HPP
