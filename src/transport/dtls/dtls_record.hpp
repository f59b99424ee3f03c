// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_DTLS_DTLS_RECORD_HPP
#define PEERLANE_TRANSPORT_DTLS_DTLS_RECORD_HPP

#include <cstddef>
#include <cstdint>
#include <optional>

#include "peerlane/types.hpp"

namespace peerlane {

/// One DTLS 1.2 record of a datagram, still encrypted (RFC 6347 section 4.1). Pure value; borrowed
/// bytes.
///
///   0      1         3       5                 11       13
///  ┌──────┬─────────┬───────┬─────────────────┬────────┬──────────┐
///  │ type │ fe fd   │ epoch │ sequence number │ length │ fragment │
///  └──────┴─────────┴───────┴─────────────────┴────────┴──────────┘
struct DtlsRecord {
  enum Type : std::uint8_t {
    CHANGE_CIPHER_SPEC = 20,
    ALERT = 21,
    HANDSHAKE = 22,
    APPLICATION_DATA = 23
  };
  static constexpr std::size_t kHeaderSize = 13;
  /// RFC 5246 section 6.2.3 allows 2048 more than the plaintext; authenticated encryption adds 24.
  static constexpr std::size_t kMaxFragmentSize = 16384 + 256;

  /// What AES-GCM puts around a plaintext: nonce and tag (RFC 5288 section 3).
  static constexpr std::size_t kGcmOverhead = 8 + 16;
  /// ChaCha20-Poly1305 has a tag only (RFC 7905 section 2).
  static constexpr std::size_t kChaChaOverhead = 16;

  ByteView bytes;  ///< Header and fragment.
  std::uint8_t type = 0;
  std::uint16_t epoch = 0;

  ByteView fragment() const { return bytes.subview(kHeaderSize); }
  /// Not authenticated: anybody who reaches our port can have written it.
  bool is_plaintext() const { return epoch == 0; }
};

/// How far an association is, as far as it matters to what may be fed to OpenSSL.
enum class DtlsPhase { CLIENT_HANDSHAKE, SERVER_HANDSHAKE, CONNECTED };

/// Cuts the first record off the datagram. None where what is left does not start with a whole one;
/// nothing after it can be trusted to be a record then.
std::optional<DtlsRecord> take_record(ByteView &datagram);

/// Whether OpenSSL may see it. Before the handshake is done OpenSSL ends it for one malformed or
/// unexpected plaintext record, which anybody can forge; so only those pass that it expects:
/// ChangeCipherSpec, and well-formed handshake messages that the other role sends. After it,
/// nothing in plaintext passes. A record that is too short for the cipher's `overhead` ends a
/// connection too, up to OpenSSL 3.0.19.
bool may_be_fed(const DtlsRecord &record, DtlsPhase phase, std::size_t overhead);

/// The description of a fatal alert in plaintext.
std::optional<std::uint8_t> plaintext_fatal_alert(const DtlsRecord &record);

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_DTLS_DTLS_RECORD_HPP
