// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_SUPPORT_PEM_SAMPLES_HPP
#define PEERLANE_TESTS_SUPPORT_PEM_SAMPLES_HPP

namespace peerlane::test {

/// Self-signed certificates of an application's own. The keys protect nothing.
struct PemSample {
  const char *certificate;
  const char *key;
};

extern const PemSample kRsa2048;
extern const PemSample kRsa1024;
extern const PemSample kP256;
extern const PemSample kP384;
extern const PemSample kSecp256k1;
/// The key of kP256 as `openssl ecparam -genkey` writes it.
extern const char *const kP256KeyWithParameters;
/// The key of kP384 under a passphrase.
extern const char *const kEncryptedKey;

}  // namespace peerlane::test

#endif  // PEERLANE_TESTS_SUPPORT_PEM_SAMPLES_HPP
