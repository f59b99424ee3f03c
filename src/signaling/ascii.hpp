// SPDX-License-Identifier: MIT
#ifndef PEERLANE_SIGNALING_ASCII_HPP
#define PEERLANE_SIGNALING_ASCII_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Characters and words as the text protocols of the Internet define them: ASCII, whatever the
// locale. Pure.
namespace peerlane::ascii {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_alnum(char c) { return is_digit(c) || is_alpha(c); }
constexpr bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
constexpr char to_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }
/// The value of a hexadecimal digit, or -1.
int hex_value(char c);

std::string lower(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);
bool contains_control(std::string_view text);
/// Only `ice-char` (RFC 8839 section 5.1): letters, digits, '+' and '/'.
bool is_ice_text(std::string_view text);
/// Dotted labels of letters, digits, '-' and '_', each of 1 to 63 characters, 253 together (RFC
/// 1123 section 2.1).
bool is_host_name(std::string_view text);

/// Without spaces, tabs and line ends on either side.
std::string_view trim(std::string_view text);
/// Takes the first word, delimited by spaces, off the front of `rest`; "" where there is none.
std::string_view take_word(std::string_view &rest);
/// Whether one of the words in `text` is `word`.
bool has_word(std::string_view text, std::string_view word);

/// Decimal digits only; a number that does not fit is clamped to 2^64 - 1.
std::optional<std::uint64_t> parse_decimal(std::string_view text);

/// For error messages: in quotes, printable and not too long, whatever a peer sent.
std::string quoted(std::string_view text);

}  // namespace peerlane::ascii

#endif  // PEERLANE_SIGNALING_ASCII_HPP
