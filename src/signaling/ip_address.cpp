// SPDX-License-Identifier: MIT
#include "signaling/ip_address.hpp"

#include <algorithm>
#include <cstddef>

#include "signaling/ascii.hpp"

namespace peerlane {
namespace {

constexpr std::size_t kGroups = 8;
using Groups = std::array<std::uint16_t, kGroups>;

std::optional<std::uint16_t> parse_group(std::string_view text) {
  if (text.empty() || text.size() > 4) return std::nullopt;
  unsigned value = 0;
  for (const char c : text) {
    const int digit = ascii::hex_value(c);
    if (digit < 0) return std::nullopt;
    value = value * 16 + static_cast<unsigned>(digit);
  }
  return static_cast<std::uint16_t>(value);
}

std::string hex(std::uint16_t group) {
  std::string text;
  for (int shift = 12; shift >= 0; shift -= 4) {
    const unsigned digit = (group >> shift) & 15u;
    if (digit != 0 || !text.empty() || shift == 0) text.push_back("0123456789abcdef"[digit]);
  }
  return text;
}

struct Run {
  std::size_t begin = kGroups;
  std::size_t size = 0;
};

// RFC 5952 section 4.2: the longest run of zero groups, the first of equals, is shortened; a single
// group never is.
Run longest_zero_run(const Groups &groups) {
  Run best;
  for (std::size_t i = 0; i < kGroups;) {
    std::size_t end = i;
    while (end < kGroups && groups[end] == 0) ++end;
    if (end - i > std::max<std::size_t>(best.size, 1)) best = {i, end - i};
    i = end + 1;
  }
  return best;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  return text.find(':') == std::string_view::npos ? parse_v4(text) : parse_v6(text);
}

std::optional<IpAddress> IpAddress::parse_v4(std::string_view text) {
  IpAddress address;
  address.v4_ = true;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::size_t end = i < 3 ? text.find('.') : text.size();
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view part = text.substr(0, end);
    // "010" is 10 to some parsers and 8 to others (RFC 6943 section 3.1.1): refused.
    if (part.size() > 3 || (part.size() > 1 && part.front() == '0')) return std::nullopt;
    const auto value = ascii::parse_decimal(part);
    if (!value || *value > 255) return std::nullopt;
    address.bytes_[kV4Offset + i] = static_cast<std::uint8_t>(*value);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return address;
}

std::optional<IpAddress> IpAddress::parse_v6(std::string_view text) {
  Groups groups{};
  std::size_t count = 0;
  std::optional<std::size_t> gap;  // How many groups stand before "::".
  if (text.starts_with("::")) {
    gap = 0;
    text.remove_prefix(2);
  }
  while (!text.empty()) {
    const std::size_t colon = text.find(':');
    const bool last = colon == std::string_view::npos;
    const std::string_view piece = text.substr(0, colon);
    if (last && piece.find('.') != std::string_view::npos) {
      const auto v4 = parse_v4(piece);
      if (!v4 || count > kGroups - 2) return std::nullopt;
      groups[count++] = static_cast<std::uint16_t>(v4->v4_byte(0) << 8 | v4->v4_byte(1));
      groups[count++] = static_cast<std::uint16_t>(v4->v4_byte(2) << 8 | v4->v4_byte(3));
      break;
    }
    const auto group = parse_group(piece);
    if (!group || count == kGroups) return std::nullopt;
    groups[count++] = *group;
    if (last) break;
    text.remove_prefix(colon + 1);
    if (text.starts_with(':')) {
      if (gap) return std::nullopt;
      gap = count;
      text.remove_prefix(1);
    } else if (text.empty()) {
      return std::nullopt;
    }
  }
  // "::" stands for at least one group (RFC 4291 section 2.2, RFC 5952 section 4.2.2).
  if (gap ? count == kGroups : count != kGroups) return std::nullopt;
  IpAddress address;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t place = gap && i >= *gap ? kGroups - count + i : i;
    address.bytes_[2 * place] = static_cast<std::uint8_t>(groups[i] >> 8);
    address.bytes_[2 * place + 1] = static_cast<std::uint8_t>(groups[i] & 0xff);
  }
  return address;
}

std::string IpAddress::to_string() const {
  std::string text = v4_ ? "" : "::ffff:";
  if (holds_v4()) {
    for (std::size_t i = 0; i < 4; ++i) {
      text += std::to_string(v4_byte(i));
      if (i < 3) text.push_back('.');
    }
    return text;
  }
  Groups groups{};
  for (std::size_t i = 0; i < kGroups; ++i) {
    groups[i] = static_cast<std::uint16_t>(bytes_[2 * i] << 8 | bytes_[2 * i + 1]);
  }
  const Run run = longest_zero_run(groups);
  text.clear();
  for (std::size_t i = 0; i < kGroups;) {
    if (i == run.begin) {
      text += "::";
      i += run.size;
      continue;
    }
    if (!text.empty() && text.back() != ':') text.push_back(':');
    text += hex(groups[i++]);
  }
  return text;
}

bool IpAddress::is_v4_mapped() const {
  return !v4_ && std::all_of(bytes_.begin(), bytes_.begin() + 10, [](auto b) { return b == 0; }) &&
         bytes_[10] == 0xff && bytes_[11] == 0xff;
}

bool IpAddress::is_unspecified() const {
  if (holds_v4()) return v4_byte(0) == 0;
  return std::all_of(bytes_.begin(), bytes_.end(), [](auto b) { return b == 0; });
}

bool IpAddress::is_loopback() const {
  if (holds_v4()) return v4_byte(0) == 127;
  return std::all_of(bytes_.begin(), bytes_.end() - 1, [](auto b) { return b == 0; }) &&
         bytes_[15] == 1;
}

bool IpAddress::is_link_local() const {
  if (holds_v4()) return v4_byte(0) == 169 && v4_byte(1) == 254;
  return bytes_[0] == 0xfe && (bytes_[1] & 0xc0) == 0x80;
}

bool IpAddress::is_multicast() const {
  return holds_v4() ? (v4_byte(0) & 0xf0) == 0xe0 : bytes_[0] == 0xff;
}

bool IpAddress::is_broadcast() const {
  return holds_v4() &&
         std::all_of(bytes_.begin() + kV4Offset, bytes_.end(), [](auto b) { return b == 0xff; });
}

bool IpAddress::is_private() const {
  if (!holds_v4()) return (bytes_[0] & 0xfe) == 0xfc;
  const std::uint8_t first = v4_byte(0), second = v4_byte(1);
  return first == 10 || (first == 172 && (second & 0xf0) == 16) || (first == 192 && second == 168);
}

}  // namespace peerlane
