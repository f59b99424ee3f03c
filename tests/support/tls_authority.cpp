// SPDX-License-Identifier: MIT
#include "support/tls_authority.hpp"

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "transport/dtls/dtls_context.hpp"

namespace peerlane::test {

namespace {

KeyHandle make_key() {
  const KeyContextHandle context(EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nullptr));
  EVP_PKEY *key = nullptr;
  EVP_PKEY_keygen_init(context.get());
  EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context.get(), NID_X9_62_prime256v1);
  EVP_PKEY_keygen(context.get(), &key);
  return KeyHandle(key);
}

void add_extension(X509 &certificate, int kind, const std::string &value) {
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
  X509_add_ext(&certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

/// Everything but the extensions, the issuer and the signature.
X509Handle make_certificate(const std::string &name, EVP_PKEY &key, long first, long last) {
  X509Handle made(X509_new());
  X509_set_version(made.get(), 2);
  long serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char *>(&serial), 4);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), first);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), last);
  X509_set_pubkey(made.get(), &key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char *>(name.c_str()), -1, -1, 0);
  return made;
}

}  // namespace

TlsAuthority::TlsAuthority(const std::string &name) {
  initialize_openssl();
  self_.key = make_key();
  self_.certificate = make_certificate(name, *self_.key, -7200, 7200);
  X509_set_issuer_name(self_.certificate.get(), X509_get_subject_name(self_.certificate.get()));
  add_extension(*self_.certificate, NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(self_.certificate.get(), self_.key.get(), EVP_sha256());
}

std::string TlsAuthority::pem() const {
  const BioHandle memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(memory.get(), self_.certificate.get());
  const char *text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

TlsIdentity TlsAuthority::issue(const std::string &names, long first, long last) const {
  TlsIdentity issued;
  issued.key = make_key();
  issued.certificate = make_certificate("server of a test", *issued.key, first, last);
  X509_set_issuer_name(issued.certificate.get(), X509_get_subject_name(self_.certificate.get()));
  add_extension(*issued.certificate, NID_subject_alt_name, names);
  X509_sign(issued.certificate.get(), self_.key.get(), EVP_sha256());
  return issued;
}

}  // namespace peerlane::test
