// SPDX-License-Identifier: MIT
#include "transport/dtls/dtls_record.hpp"

namespace peerlane {

namespace {

constexpr std::uint16_t kDtls10 = 0xfeff;  // Also on a ClientHello that offers 1.2.
constexpr std::uint16_t kDtls12 = 0xfefd;
constexpr std::uint8_t kFatal = 2;
constexpr std::size_t kHandshakeHeaderSize = 12;
constexpr std::size_t kMaxHandshakeMessage = 16 * 1024;

std::uint16_t read_u16(ByteView bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

std::size_t read_u24(ByteView bytes, std::size_t at) {
  return static_cast<std::size_t>(bytes[at]) << 16 | static_cast<std::size_t>(bytes[at + 1]) << 8 |
         bytes[at + 2];
}

/// RFC 5246 section 7.4 and RFC 6347 section 4.3.2; without what our profile never negotiates.
bool is_sent_by_peer(std::uint8_t message, DtlsPhase phase) {
  switch (message) {
    case 11:  // Certificate
      return true;
    case 2:   // ServerHello
    case 3:   // HelloVerifyRequest
    case 12:  // ServerKeyExchange
    case 13:  // CertificateRequest
    case 14:  // ServerHelloDone
      return phase == DtlsPhase::CLIENT_HANDSHAKE;
    case 1:   // ClientHello
    case 15:  // CertificateVerify
    case 16:  // ClientKeyExchange
      return phase == DtlsPhase::SERVER_HANDSHAKE;
    default:
      return false;
  }
}

/// A record holds whole fragments of one or more messages.
bool holds_expected_messages(ByteView fragment, DtlsPhase phase) {
  if (fragment.empty()) return false;
  while (!fragment.empty()) {
    if (fragment.size() < kHandshakeHeaderSize) return false;
    const std::size_t message_size = read_u24(fragment, 1);
    const std::size_t offset = read_u24(fragment, 6);
    const std::size_t size = read_u24(fragment, 9);
    if (!is_sent_by_peer(fragment[0], phase)) return false;
    if (message_size > kMaxHandshakeMessage || offset + size > message_size) return false;
    if (size > fragment.size() - kHandshakeHeaderSize) return false;
    // OpenSSL takes an empty fragment of a message that is not empty as an error.
    if (size == 0 && message_size != 0) return false;
    fragment = fragment.subview(kHandshakeHeaderSize + size);
  }
  return true;
}

}  // namespace

std::optional<DtlsRecord> take_record(ByteView &datagram) {
  if (datagram.size() <= DtlsRecord::kHeaderSize) return std::nullopt;
  DtlsRecord record;
  record.type = datagram[0];
  // RFC 7983: other first bytes belong to STUN, TURN and RTP.
  if (record.type < 20 || record.type > 63) return std::nullopt;
  const std::uint16_t version = read_u16(datagram, 1);
  record.epoch = read_u16(datagram, 3);
  if (version != kDtls12 && (version != kDtls10 || !record.is_plaintext())) return std::nullopt;
  const std::size_t size = read_u16(datagram, 11);
  if (size == 0 || size > DtlsRecord::kMaxFragmentSize) return std::nullopt;
  if (size > datagram.size() - DtlsRecord::kHeaderSize) return std::nullopt;
  record.bytes = datagram.subview(0, DtlsRecord::kHeaderSize + size);
  datagram = datagram.subview(DtlsRecord::kHeaderSize + size);
  return record;
}

bool may_be_fed(const DtlsRecord &record, DtlsPhase phase, std::size_t overhead) {
  if (record.type > DtlsRecord::APPLICATION_DATA) return false;
  // Authenticated by OpenSSL, which drops in silence what does not pass.
  if (!record.is_plaintext()) {
    return record.type != DtlsRecord::CHANGE_CIPHER_SPEC && record.fragment().size() >= overhead;
  }
  if (phase == DtlsPhase::CONNECTED) return false;
  const ByteView fragment = record.fragment();
  if (record.type == DtlsRecord::CHANGE_CIPHER_SPEC)
    return fragment.size() == 1 && fragment[0] == 1;
  return record.type == DtlsRecord::HANDSHAKE && holds_expected_messages(fragment, phase);
}

std::optional<std::uint8_t> plaintext_fatal_alert(const DtlsRecord &record) {
  if (record.type != DtlsRecord::ALERT || !record.is_plaintext()) return std::nullopt;
  const ByteView alert = record.fragment();
  if (alert.size() != 2 || alert[0] != kFatal) return std::nullopt;
  return alert[1];
}

}  // namespace peerlane
