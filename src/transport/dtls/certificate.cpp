// SPDX-License-Identifier: MIT
#define OPENSSL_SUPPRESS_DEPRECATED  // For generate_key().
#include "transport/dtls/certificate.hpp"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include <array>
#include <climits>
#include <utility>

#include "transport/dtls/certificate_checks.hpp"
#include "transport/dtls/certificate_native.hpp"
#include "transport/dtls/dtls_context.hpp"

namespace peerlane {

namespace {

constexpr long kDay = 24 * 60 * 60;
// The peer's clock may be behind ours; the day before now counts towards the lifetime.
constexpr long kValidSince = -1 * kDay;
constexpr long kValidUntil = 29 * kDay;
constexpr int kSerialBits = 127;  // Positive in at most 20 octets (RFC 5280 section 4.1.2.2).

/// OpenSSL's reason for the last failure; leaves its error queue empty.
std::string last_openssl_error() {
  const char *reason = ERR_reason_error_string(ERR_peek_error());
  std::string text = reason != nullptr ? reason : "unknown reason";
  ERR_clear_error();
  return text;
}

Failure cannot_generate() {
  return {Error::ERR_CANT_CREATE,
          "OpenSSL could not generate a certificate: " + last_openssl_error()};
}

#ifdef OPENSSL_NO_DEPRECATED_3_0
KeyHandle generate_key() { return KeyHandle(EVP_EC_gen("P-256")); }
#else
// By the older interface, since OpenSSL 3 puts a key of the newer one into a certificate by
// encoding and decoding it, which takes longer than all the rest of making one.
KeyHandle generate_key() {
  EC_KEY *curve_key = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1);
  KeyHandle key(EVP_PKEY_new());
  if (curve_key == nullptr || key == nullptr || EC_KEY_generate_key(curve_key) != 1 ||
      EVP_PKEY_assign_EC_KEY(key.get(), curve_key) != 1) {
    EC_KEY_free(curve_key);
    return nullptr;
  }
  return key;
}
#endif

bool set_random_serial(X509 &certificate) {
  const BignumHandle serial(BN_new());
  return serial != nullptr &&
         BN_rand(serial.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) &&
         BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(&certificate)) != nullptr;
}

// Says nothing about who we are: the name is readable by anyone on the path.
bool set_random_name(X509 &certificate) {
  std::array<unsigned char, 8> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) return false;
  std::array<unsigned char, 2 * random.size()> text{};
  for (std::size_t i = 0; i < random.size(); ++i) {
    text[2 * i] = static_cast<unsigned char>('a' + (random[i] >> 4));
    text[2 * i + 1] = static_cast<unsigned char>('a' + (random[i] & 15));
  }
  X509_NAME *name = X509_get_subject_name(&certificate);
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text.data(),
                                    static_cast<int>(text.size()), -1, 0) &&
         X509_set_issuer_name(&certificate, name);
}

X509Handle self_sign(EVP_PKEY &key) {
  X509Handle certificate(X509_new());
  if (certificate == nullptr || !X509_set_version(certificate.get(), 2) ||  // 2 stands for v3.
      !set_random_serial(*certificate) || !set_random_name(*certificate) ||
      X509_gmtime_adj(X509_getm_notBefore(certificate.get()), kValidSince) == nullptr ||
      X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kValidUntil) == nullptr ||
      !X509_set_pubkey(certificate.get(), &key) ||
      X509_sign(certificate.get(), &key, EVP_sha256()) <= 0) {
    return nullptr;
  }
  return certificate;
}

/// OpenSSL asks on the terminal where no callback answers.
int no_passphrase(char *, int, int, void *) { return 0; }

BioHandle reader_of(const std::string &text) {
  if (text.size() > INT_MAX) return nullptr;
  return BioHandle(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Failure refused(const std::string &why) {
  ERR_clear_error();
  return {Error::ERR_INVALID_PARAMETER, why};
}

std::string text_of(const ASN1_TIME &time) {
  const BioHandle memory(BIO_new(BIO_s_mem()));
  if (memory == nullptr || ASN1_TIME_print(memory.get(), &time) != 1) return "an unreadable time";
  const char *text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

// W3C: RTCPeerConnection's constructor refuses an expired certificate. Peers look at the
// fingerprint alone, so nothing else would ever tell.
Status check_is_valid_now(const X509 &certificate) {
  const ASN1_TIME *since = X509_get0_notBefore(&certificate);
  const ASN1_TIME *until = X509_get0_notAfter(&certificate);
  // 0 where the time cannot be read.
  if (X509_cmp_current_time(until) <= 0) {
    return refused("The certificate expired at " + text_of(*until) +
                   "; give one that is valid now, or none for a fresh one.");
  }
  if (X509_cmp_current_time(since) >= 0) {
    return refused("The certificate is not valid before " + text_of(*since) +
                   "; give one that is valid now, or look at the machine's clock.");
  }
  return {};
}

}  // namespace

Certificate::Certificate(std::unique_ptr<Native> native, Fingerprint fingerprint)
    : native_(std::move(native)), fingerprint_(std::move(fingerprint)) {}

Certificate::~Certificate() = default;

Result<std::shared_ptr<const Certificate>> Certificate::generate() {
  initialize_openssl();
  auto native = std::make_unique<Native>();
  native->key = generate_key();
  if (native->key == nullptr) return cannot_generate();
  native->certificate = self_sign(*native->key);
  if (native->certificate == nullptr) return cannot_generate();
  Fingerprint fingerprint = fingerprint_of(*native->certificate, "sha-256");
  return std::shared_ptr<const Certificate>(
      new Certificate(std::move(native), std::move(fingerprint)));
}

Result<std::shared_ptr<const Certificate>> Certificate::from_pem(const std::string &certificate,
                                                                 const std::string &private_key) {
  initialize_openssl();
  auto native = std::make_unique<Native>();
  const BioHandle certificate_reader = reader_of(certificate);
  const BioHandle key_reader = reader_of(private_key);
  if (certificate_reader == nullptr || key_reader == nullptr) {
    return refused("The certificate or its key is not PEM text.");
  }
  native->certificate.reset(
      PEM_read_bio_X509(certificate_reader.get(), nullptr, no_passphrase, nullptr));
  if (native->certificate == nullptr) {
    return refused(
        "The certificate is not PEM text that starts with \"-----BEGIN CERTIFICATE-----\".");
  }
  native->key.reset(PEM_read_bio_PrivateKey(key_reader.get(), nullptr, no_passphrase, nullptr));
  if (native->key == nullptr) {
    return refused("The private key is not PEM text of an unencrypted key.");
  }
  if (!X509_check_private_key(native->certificate.get(), native->key.get())) {
    return refused("The private key does not belong to the certificate.");
  }
  if (!has_strong_key(*native->certificate)) {
    return refused("The key must be ECDSA on P-256 or P-384, or RSA of at least 2048 bits.");
  }
  if (const Status valid = check_is_valid_now(*native->certificate); !valid) return valid.failure();
  if (make_dtls(*native->certificate, *native->key) == nullptr) {
    return refused("OpenSSL refuses the certificate: " + last_openssl_error() + ".");
  }
  Fingerprint fingerprint = fingerprint_of(*native->certificate, "sha-256");
  return std::shared_ptr<const Certificate>(
      new Certificate(std::move(native), std::move(fingerprint)));
}

}  // namespace peerlane
