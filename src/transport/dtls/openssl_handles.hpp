// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_DTLS_OPENSSL_HANDLES_HPP
#define PEERLANE_TRANSPORT_DTLS_OPENSSL_HANDLES_HPP

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>

namespace peerlane {

/// Frees an object of OpenSSL by its own function.
template <auto free_function>
struct OpensslDeleter {
  template <class T>
  void operator()(T *object) const {
    free_function(object);
  }
};

using BioHandle = std::unique_ptr<BIO, OpensslDeleter<BIO_free>>;
using BignumHandle = std::unique_ptr<BIGNUM, OpensslDeleter<BN_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, OpensslDeleter<EVP_PKEY_free>>;
using KeyContextHandle = std::unique_ptr<EVP_PKEY_CTX, OpensslDeleter<EVP_PKEY_CTX_free>>;
using X509Handle = std::unique_ptr<X509, OpensslDeleter<X509_free>>;
using SslContextHandle = std::unique_ptr<SSL_CTX, OpensslDeleter<SSL_CTX_free>>;
using SslHandle = std::unique_ptr<SSL, OpensslDeleter<SSL_free>>;

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_DTLS_OPENSSL_HANDLES_HPP
