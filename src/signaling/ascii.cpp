// SPDX-License-Identifier: MIT
#include "signaling/ascii.hpp"

#include <algorithm>
#include <limits>

namespace peerlane::ascii {

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char low = to_lower(c);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char &c : result) c = to_lower(c);
  return result;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return to_lower(x) == to_lower(y); });
}

bool contains_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), is_control);
}

bool is_ice_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alnum(c) || c == '+' || c == '/'; });
}

bool is_host_name(std::string_view text) {
  constexpr std::size_t kMaxName = 253;
  constexpr std::size_t kMaxLabel = 63;
  if (text.empty() || text.size() > kMaxName) return false;
  std::size_t label = 0;
  for (const char c : text) {
    if (c == '.') {
      if (label == 0) return false;
      label = 0;
    } else if (!(is_alnum(c) || c == '-' || c == '_') || ++label > kMaxLabel) {
      return false;
    }
  }
  return label != 0;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string_view take_word(std::string_view &rest) {
  const std::size_t begin = std::min(rest.find_first_not_of(' '), rest.size());
  const std::size_t end = std::min(rest.find(' ', begin), rest.size());
  const std::string_view word = rest.substr(begin, end - begin);
  rest.remove_prefix(end);
  return word;
}

bool has_word(std::string_view text, std::string_view word) {
  for (std::string_view next = take_word(text); !next.empty(); next = take_word(text)) {
    if (next == word) return true;
  }
  return false;
}

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    value = value > (kMax - digit) / 10 ? kMax : value * 10 + digit;
  }
  return value;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t kMaxShown = 80;
  std::string result = "\"";
  for (const char c : text.substr(0, kMaxShown)) {
    const bool printable = c >= 0x20 && c < 0x7f;
    result.push_back(printable ? c : '?');
  }
  result += text.size() > kMaxShown ? "…\"" : "\"";
  return result;
}

}  // namespace peerlane::ascii
