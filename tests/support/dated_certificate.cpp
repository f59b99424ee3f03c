// SPDX-License-Identifier: MIT
#include "support/dated_certificate.hpp"

#include <openssl/pem.h>

#include "transport/dtls/certificate.hpp"
#include "transport/dtls/certificate_native.hpp"

namespace peerlane::test {

namespace {

std::string content_of(BIO &memory) {
  const char *text = nullptr;
  const long size = BIO_get_mem_data(&memory, &text);
  return std::string(text, static_cast<std::size_t>(size));
}

}  // namespace

DatedCertificate dated_certificate(std::chrono::seconds since, std::chrono::seconds until) {
  const auto fresh = Certificate::generate().value();
  EVP_PKEY *key = fresh->native().key.get();
  const X509Handle dated(X509_dup(fresh->native().certificate.get()));
  X509_gmtime_adj(X509_getm_notBefore(dated.get()), static_cast<long>(since.count()));
  X509_gmtime_adj(X509_getm_notAfter(dated.get()), static_cast<long>(until.count()));
  X509_sign(dated.get(), key, EVP_sha256());
  const BioHandle certificate_memory(BIO_new(BIO_s_mem())), key_memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(certificate_memory.get(), dated.get());
  PEM_write_bio_PrivateKey(key_memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return {content_of(*certificate_memory), content_of(*key_memory)};
}

}  // namespace peerlane::test
