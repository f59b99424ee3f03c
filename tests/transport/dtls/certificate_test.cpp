// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <openssl/pem.h>

#include <string>

#include "support/dated_certificate.hpp"
#include "support/pem_samples.hpp"
#include "transport/dtls/certificate.hpp"
#include "transport/dtls/certificate_checks.hpp"
#include "transport/dtls/certificate_native.hpp"

namespace peerlane::test {
namespace {

using namespace std::chrono_literals;

std::string key_pem(const Certificate &certificate) {
  const BioHandle memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(memory.get(), certificate.native().key.get(), nullptr, nullptr, 0,
                           nullptr, nullptr);
  const char *text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

TEST(Certificate, IsValidFromADayAgoForThirtyDays) {
  const auto certificate = Certificate::generate().value();
  const X509 *x509 = certificate->native().certificate.get();
  int days = 0;
  int seconds = 0;
  ASSERT_TRUE(ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(x509), nullptr));
  EXPECT_EQ(days, 1);
  EXPECT_LE(seconds, 60);
  ASSERT_TRUE(ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(x509), X509_get0_notAfter(x509)));
  EXPECT_EQ(days, 30);
  EXPECT_EQ(seconds, 0);
}

TEST(Certificate, IsSignedByItsOwnP256Key) {
  const auto certificate = Certificate::generate().value();
  const Certificate::Native &native = certificate->native();
  EXPECT_EQ(X509_verify(native.certificate.get(), native.key.get()), 1);
  EXPECT_TRUE(has_strong_key(*native.certificate));
  EXPECT_EQ(EVP_PKEY_bits(native.key.get()), 256);
}

TEST(Certificate, EachHasItsOwnKeySerialAndName) {
  const auto one = Certificate::generate().value();
  const auto two = Certificate::generate().value();
  const X509 *a = one->native().certificate.get();
  const X509 *b = two->native().certificate.get();
  EXPECT_NE(one->fingerprint(), two->fingerprint());
  EXPECT_NE(EVP_PKEY_eq(X509_get0_pubkey(a), X509_get0_pubkey(b)), 1);
  EXPECT_NE(ASN1_INTEGER_cmp(X509_get0_serialNumber(a), X509_get0_serialNumber(b)), 0);
  EXPECT_NE(X509_NAME_cmp(X509_get_subject_name(a), X509_get_subject_name(b)), 0);
  EXPECT_GE(ASN1_STRING_length(X509_get0_serialNumber(a)), 8);
}

TEST(Certificate, FingerprintIsSha256InUpperCaseWithColons) {
  // `openssl x509 -fingerprint -sha256` of the sample.
  const auto certificate = Certificate::from_pem(kRsa2048.certificate, kRsa2048.key).value();
  EXPECT_EQ(certificate->fingerprint().to_string(),
            "sha-256 "
            "AB:EA:65:54:0C:24:D0:D3:06:12:3B:F8:31:20:D1:BD:F5:C6:19:EC:A1:1A:D6:B2:65:35:C8:6D:"
            "33:56:B9:02");
  const X509 &x509 = *certificate->native().certificate;
  EXPECT_EQ(fingerprint_of(x509, "sha-384").value.size(), 48 * 3 - 1);
  EXPECT_EQ(fingerprint_of(x509, "sha-512").value.size(), 64 * 3 - 1);
  EXPECT_TRUE(fingerprint_of(x509, "sha-1").empty());
  EXPECT_TRUE(fingerprint_of(x509, "SHA-256").empty());
}

TEST(Certificate, FromPemTakesRsa2048AndP384) {
  EXPECT_TRUE(Certificate::from_pem(kRsa2048.certificate, kRsa2048.key).ok());
  EXPECT_TRUE(Certificate::from_pem(kP384.certificate, kP384.key).ok());
}

TEST(Certificate, FromPemRefusesWhatIsWeakBrokenOrMismatched) {
  const std::string other_key = key_pem(*Certificate::generate().value());
  const DatedCertificate expired = dated_certificate(-2 * 24h, -1s);
  const DatedCertificate future = dated_certificate(1h, 24h);
  const struct {
    const char *what;
    std::string certificate;
    std::string key;
    const char *message;
  } cases[] = {
      {"nothing", "", "", "not PEM text"},
      {"no PEM", "hello", kP384.key, "not PEM text"},
      {"swapped", kP384.key, kP384.certificate, "not PEM text"},
      {"cut certificate", std::string(kP384.certificate).substr(0, 200), kP384.key, "not PEM text"},
      {"no key", kP384.certificate, "", "unencrypted key"},
      {"encrypted key", kP384.certificate, kEncryptedKey, "unencrypted key"},
      {"other key", kP384.certificate, other_key, "does not belong"},
      {"key of other kind", kP384.certificate, kRsa2048.key, "does not belong"},
      {"RSA 1024", kRsa1024.certificate, kRsa1024.key, "at least 2048 bits"},
      {"expired", expired.certificate, expired.key, "expired at"},
      {"not valid yet", future.certificate, future.key, "not valid before"},
      {"other curve", kSecp256k1.certificate, kSecp256k1.key, "P-256 or P-384"},
  };
  for (const auto &c : cases) {
    const auto result = Certificate::from_pem(c.certificate, c.key);
    EXPECT_EQ(result.error(), Error::ERR_INVALID_PARAMETER) << c.what;
    EXPECT_NE(result.message().find(c.message), std::string::npos)
        << c.what << ": " << result.message();
  }
}

TEST(CertificateFingerprint, StrongestAnnouncedHashDecides) {
  const auto certificate = Certificate::generate().value();
  const X509 &x509 = *certificate->native().certificate;
  const Fingerprint sha256 = fingerprint_of(x509, "sha-256");
  const Fingerprint sha384 = fingerprint_of(x509, "sha-384");
  const Fingerprint sha512 = fingerprint_of(x509, "sha-512");
  Fingerprint wrong256 = sha256;
  wrong256.value[0] = wrong256.value[0] == 'A' ? 'B' : 'A';
  Fingerprint wrong512 = sha512;
  wrong512.value[0] = wrong512.value[0] == 'A' ? 'B' : 'A';
  const Fingerprint sha1{"sha-1", "00:11"};
  const Fingerprint cut{"sha-256", sha256.value.substr(0, 92)};
  const Fingerprint empty{"sha-256", ""};
  EXPECT_TRUE(matches_any(x509, {sha256}));
  EXPECT_TRUE(matches_any(x509, {sha384}));
  EXPECT_TRUE(matches_any(x509, {wrong256, sha256}));
  EXPECT_TRUE(matches_any(x509, {sha1, sha256}));
  EXPECT_TRUE(matches_any(x509, {wrong256, sha512}));
  EXPECT_FALSE(matches_any(x509, {sha256, wrong512}));
  EXPECT_FALSE(matches_any(x509, {wrong256}));
  EXPECT_FALSE(matches_any(x509, {cut}));
  EXPECT_FALSE(matches_any(x509, {empty}));
  EXPECT_FALSE(matches_any(x509, {sha1}));
  EXPECT_FALSE(matches_any(x509, {}));
}

}  // namespace
}  // namespace peerlane::test
