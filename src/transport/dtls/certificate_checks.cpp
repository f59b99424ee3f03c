// SPDX-License-Identifier: MIT
#include "transport/dtls/certificate_checks.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>

#include <array>
#include <cstddef>

namespace peerlane {

namespace {

struct HashFunction {
  const char *name;
  const EVP_MD *(*digest)();
};

// Weakest first. SHA-1 and MD5, which RFC 8122 still lists, are not collision resistant.
constexpr std::array<HashFunction, 3> kHashFunctions{
    {{"sha-256", EVP_sha256}, {"sha-384", EVP_sha384}, {"sha-512", EVP_sha512}}};

/// Higher is stronger; -1 for one that we do not know.
int strength_of(const std::string &algorithm) {
  for (std::size_t i = 0; i < kHashFunctions.size(); ++i) {
    if (algorithm == kHashFunctions[i].name) return static_cast<int>(i);
  }
  return -1;
}

bool equal_in_constant_time(const std::string &a, const std::string &b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

/// OpenSSL's number of the curve; NID_undef where the key is not on a named one.
int curve_of(const X509 &certificate) {
  X509_ALGOR *algorithm = nullptr;
  if (!X509_PUBKEY_get0_param(nullptr, nullptr, nullptr, &algorithm,
                              X509_get_X509_PUBKEY(&certificate))) {
    return NID_undef;
  }
  int type = V_ASN1_UNDEF;
  const void *value = nullptr;
  X509_ALGOR_get0(nullptr, &type, &value, algorithm);
  return type == V_ASN1_OBJECT ? OBJ_obj2nid(static_cast<const ASN1_OBJECT *>(value)) : NID_undef;
}

}  // namespace

Fingerprint fingerprint_of(const X509 &certificate, const std::string &algorithm) {
  const int strength = strength_of(algorithm);
  if (strength < 0) return {};
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const EVP_MD *function = kHashFunctions[static_cast<std::size_t>(strength)].digest();
  if (!X509_digest(&certificate, function, digest.data(), &size)) return {};
  static constexpr char kHex[] = "0123456789ABCDEF";
  Fingerprint fingerprint{algorithm, {}};
  for (unsigned int i = 0; i < size; ++i) {
    if (i != 0) fingerprint.value += ':';
    fingerprint.value += kHex[digest[i] >> 4];
    fingerprint.value += kHex[digest[i] & 15];
  }
  return fingerprint;
}

bool matches_any(const X509 &certificate, const std::vector<Fingerprint> &announced) {
  int strongest = -1;
  for (const Fingerprint &candidate : announced) {
    const int strength = strength_of(candidate.algorithm);
    if (strength > strongest) strongest = strength;
  }
  if (strongest < 0) return false;
  const Fingerprint actual =
      fingerprint_of(certificate, kHashFunctions[static_cast<std::size_t>(strongest)].name);
  if (actual.empty()) return false;
  bool matches = false;
  for (const Fingerprint &candidate : announced) {
    if (candidate.algorithm != actual.algorithm) continue;
    if (equal_in_constant_time(candidate.value, actual.value)) matches = true;
  }
  return matches;
}

bool has_strong_key(const X509 &certificate) {
  const EVP_PKEY *key = X509_get0_pubkey(&certificate);
  if (key == nullptr) return false;
  switch (EVP_PKEY_base_id(key)) {
    case EVP_PKEY_RSA:
      return EVP_PKEY_bits(key) >= 2048;
    case EVP_PKEY_EC: {
      const int curve = curve_of(certificate);
      return curve == NID_X9_62_prime256v1 || curve == NID_secp384r1;
    }
    default:
      return false;
  }
}

}  // namespace peerlane
