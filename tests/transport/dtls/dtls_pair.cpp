// SPDX-License-Identifier: MIT
#include "transport/dtls/dtls_pair.hpp"

namespace peerlane::test {

CertificatePtr client_certificate() {
  static const CertificatePtr certificate = Certificate::generate().value();
  return certificate;
}

CertificatePtr server_certificate() {
  static const CertificatePtr certificate = Certificate::generate().value();
  return certificate;
}

Fingerprint wrong_fingerprint() {
  Fingerprint fingerprint = client_certificate()->fingerprint();
  fingerprint.value.back() = fingerprint.value.back() == '0' ? '1' : '0';
  return fingerprint;
}

void DtlsRecorder::on_dtls_connected() {
  ++connected;
  if (when_connected) when_connected();
}

void DtlsRecorder::on_dtls_data(ByteView plaintext) {
  data.emplace_back(plaintext.begin(), plaintext.end());
  if (when_data) when_data();
}

void DtlsRecorder::on_dtls_closed(Error error, const std::string &why) {
  closed = error;
  reason = why;
}

DtlsPair::DtlsPair(const Options &options)
    : net(options.path, options.seed),
      client(options.client, DtlsRole::CLIENT,
             options.of_server.value_or(std::vector{options.server->fingerprint()}), options.mtu,
             strand.timers, strand.turns, to_server, at_client),
      server(options.server, DtlsRole::SERVER,
             options.of_client.value_or(std::vector{options.client->fingerprint()}), options.mtu,
             strand.timers, strand.turns, to_client, at_server) {
  net.wire(client, server);
}

void DtlsPair::start() {
  server.start();
  client.start();
}

bool DtlsPair::connect(Duration limit) {
  start();
  return strand.drive_until([this] { return both_connected(); }, limit);
}

void DtlsPair::send(const std::string &text) {
  const ByteView view(text);
  client.send({&view, 1});
  strand.drive_for(20ms);
}

}  // namespace peerlane::test
