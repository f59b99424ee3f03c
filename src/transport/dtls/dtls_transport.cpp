// SPDX-License-Identifier: MIT
#include "transport/dtls/dtls_transport.hpp"

#include <utility>

#include "transport/dtls/dtls_session.hpp"

namespace peerlane {

DtlsTransport::DtlsTransport(std::shared_ptr<const Certificate> certificate, DtlsRole role,
                             std::vector<Fingerprint> remote_fingerprints, std::size_t mtu,
                             TimerQueue &timers, TurnQueue &turn, DatagramSink &below,
                             Listener &above)
    : session_(std::make_unique<Session>(std::move(certificate), role,
                                         std::move(remote_fingerprints), mtu, timers, turn, below,
                                         above)) {}

DtlsTransport::~DtlsTransport() = default;

void DtlsTransport::start() { session_->start(); }
void DtlsTransport::receive(ByteView datagram) { session_->receive(datagram); }
void DtlsTransport::send(std::span<const ByteView> plaintexts) { session_->send(plaintexts); }
void DtlsTransport::close() { session_->close(); }
bool DtlsTransport::connected() const { return session_->connected(); }
const DtlsTransport::Counters &DtlsTransport::counters() const { return session_->counters(); }
Fingerprint DtlsTransport::remote_fingerprint() const { return session_->remote_fingerprint(); }

}  // namespace peerlane
