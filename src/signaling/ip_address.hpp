// SPDX-License-Identifier: MIT
#ifndef PEERLANE_SIGNALING_IP_ADDRESS_HPP
#define PEERLANE_SIGNALING_IP_ADDRESS_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace peerlane {

/// An IPv4 or IPv6 address. The system's parsers are not used: they differ by platform, and some
/// take "127.1" or a zone. Pure.
class IpAddress {
 public:
  /// A strict dotted quad, or the text forms of RFC 4291 section 2.2; no zone, no brackets, no
  /// leading zeros in a quad.
  static std::optional<IpAddress> parse(std::string_view text);

  bool is_v4() const { return v4_; }
  bool is_v6() const { return !v4_; }
  /// The canonical text: RFC 5952 for IPv6.
  std::string to_string() const;

  /// ::ffff:a.b.c.d. The questions below are answered for the IPv4 address inside.
  bool is_v4_mapped() const;
  bool is_unspecified() const;  ///< 0.0.0.0/8 (RFC 1122 section 3.2.1.3), ::
  bool is_loopback() const;     ///< 127.0.0.0/8, ::1
  bool is_link_local() const;   ///< 169.254.0.0/16, fe80::/10
  bool is_multicast() const;    ///< 224.0.0.0/4, ff00::/8
  bool is_broadcast() const;    ///< 255.255.255.255
  bool is_private() const;      ///< RFC 1918, fc00::/7

  bool operator==(const IpAddress &) const = default;

 private:
  // Where the four bytes of an IPv4 address lie in bytes_, mapped or not.
  static constexpr std::size_t kV4Offset = 12;
  bool holds_v4() const { return v4_ || is_v4_mapped(); }
  std::uint8_t v4_byte(std::size_t index) const { return bytes_[kV4Offset + index]; }
  static std::optional<IpAddress> parse_v4(std::string_view text);
  static std::optional<IpAddress> parse_v6(std::string_view text);

  std::array<std::uint8_t, 16> bytes_{};
  bool v4_ = false;
};

}  // namespace peerlane

#endif  // PEERLANE_SIGNALING_IP_ADDRESS_HPP
