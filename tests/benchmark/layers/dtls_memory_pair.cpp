// SPDX-License-Identifier: MIT
#include "layers/dtls_memory_pair.hpp"

#include <stdexcept>

namespace peerlane::benchmark {

void DtlsMemoryPair::End::on_dtls_closed(Error, const std::string &reason) {
  throw std::runtime_error("the association ended: " + reason);
}

DtlsMemoryPair::DtlsMemoryPair()
    : certificate_(Certificate::generate().value()),
      client_(certificate_, DtlsRole::CLIENT, {certificate_->fingerprint()}, kMtu, timers_, turns_,
              client_end_.below, client_end_),
      server_(certificate_, DtlsRole::SERVER, {certificate_->fingerprint()}, kMtu, timers_, turns_,
              server_end_.below, server_end_) {
  server_.start();
  client_.start();
  const TimePoint deadline = clock_.now() + std::chrono::seconds(5);
  while (!client_.connected() || !server_.connected()) {
    timers_.run_expired();
    client_end_.below.deliver(server_);
    server_end_.below.deliver(client_);
    if (clock_.now() > deadline) throw std::runtime_error("the handshake did not end");
  }
}

void DtlsMemoryPair::encrypt(std::size_t size, std::size_t count) {
  if (plaintext_.size() != size) plaintext_.assign(size, 0x5A);
  plaintexts_.assign(count, ByteView(plaintext_));
  client_.send(plaintexts_);
}

void DtlsMemoryPair::decrypt() { client_end_.below.deliver(server_); }

}  // namespace peerlane::benchmark
