// SPDX-License-Identifier: MIT
#include "transport/dtls/dtls_alert.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace peerlane {

namespace {

/// Alerts by which the peer says that our certificate is not the one that it expects.
bool refuses_us(std::uint8_t description) {
  switch (description) {
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
    case SSL_AD_CERTIFICATE_REVOKED:
    case SSL_AD_CERTIFICATE_EXPIRED:
    case SSL_AD_CERTIFICATE_UNKNOWN:
    case SSL_AD_UNKNOWN_CA:
    case SSL_AD_ACCESS_DENIED:
      return true;
    default:
      return false;
  }
}

}  // namespace

Failure failure_of_alert(std::uint8_t description) {
  const Error error =
      refuses_us(description) ? Error::ERR_UNAUTHORIZED : Error::ERR_CONNECTION_ERROR;
  return {error, std::string("the peer ended DTLS with the alert \"") +
                     SSL_alert_desc_string_long(description) + "\""};
}

Failure take_openssl_failure(const std::string &doing) {
  const unsigned long code = ERR_peek_error();
  const int reason = ERR_GET_REASON(code);
  const char *text = ERR_reason_error_string(code);
  ERR_clear_error();
  // OpenSSL numbers the alerts that it received from here on.
  if (reason > SSL_AD_REASON_OFFSET && reason <= SSL_AD_REASON_OFFSET + 255) {
    return failure_of_alert(static_cast<std::uint8_t>(reason - SSL_AD_REASON_OFFSET));
  }
  const bool is_unproven = reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE ||
                           reason == SSL_R_CERTIFICATE_VERIFY_FAILED;
  return {is_unproven ? Error::ERR_UNAUTHORIZED : Error::ERR_CONNECTION_ERROR,
          doing + " failed: " + (text != nullptr ? text : "unknown reason")};
}

}  // namespace peerlane
