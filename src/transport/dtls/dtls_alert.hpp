// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_DTLS_DTLS_ALERT_HPP
#define PEERLANE_TRANSPORT_DTLS_DTLS_ALERT_HPP

#include <cstdint>
#include <string>

#include "core/result.hpp"

namespace peerlane {

/// What a fatal alert of the peer means to the application.
Failure failure_of_alert(std::uint8_t description);

/// What the first entry of OpenSSL's error queue means to the application, `doing` for example
/// "DTLS handshake". Leaves the queue empty.
Failure take_openssl_failure(const std::string &doing);

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_DTLS_DTLS_ALERT_HPP
