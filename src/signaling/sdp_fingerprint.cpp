// SPDX-License-Identifier: MIT
#include "signaling/sdp_fingerprint.hpp"

#include <string>

#include "signaling/ascii.hpp"

namespace peerlane {
namespace {

// Bytes of the digest; 0 for md5, sha-1 and whatever else is not to be trusted (RFC 8827
// section 6.5).
std::size_t digest_size(std::string_view algorithm) {
  if (algorithm == "sha-256") return 32;
  if (algorithm == "sha-384") return 48;
  if (algorithm == "sha-512") return 64;
  return 0;
}

// 2UHEX *(":" 2UHEX); lower case is written by some, too.
bool is_hex_with_colons(std::string_view text) {
  if (text.size() % 3 != 2) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i % 3 == 2 ? text[i] != ':' : ascii::hex_value(text[i]) < 0) return false;
  }
  return true;
}

}  // namespace

Result<std::optional<Fingerprint>> parse_sdp_fingerprint(std::string_view value) {
  std::string_view rest = value;
  Fingerprint fingerprint;
  fingerprint.algorithm = ascii::lower(ascii::take_word(rest));
  const std::size_t size = digest_size(fingerprint.algorithm);
  if (size == 0) return std::optional<Fingerprint>();
  const std::string_view digest = ascii::trim(rest);
  if (!is_hex_with_colons(digest)) {
    return Failure{Error::ERR_PARSE_ERROR,
                   "The fingerprint " + ascii::quoted(value) +
                       " is not made of hexadecimal bytes with colons between."};
  }
  if (digest.size() != size * 3 - 1) {
    return Failure{Error::ERR_INVALID_DATA, "The fingerprint " + ascii::quoted(value) +
                                                " has to be of " + std::to_string(size) +
                                                " bytes."};
  }
  for (const char c : digest) fingerprint.value.push_back(ascii::to_upper(c));
  return std::optional<Fingerprint>(std::move(fingerprint));
}

}  // namespace peerlane
