// SPDX-License-Identifier: MIT
#include "transport/ice/stun_binding.hpp"

#include <arpa/inet.h>
#include <sys/random.h>

#include <algorithm>
#include <cstring>

#include "transport/ice/stun_header.hpp"

namespace peerlane {

namespace {

constexpr unsigned kBindingRequest = 0x0001;
constexpr unsigned kBindingSuccess = 0x0101;
constexpr unsigned kBindingFailure = 0x0111;
constexpr unsigned kMappedAddress = 0x0001;
constexpr unsigned kXorMappedAddress = 0x0020;

/// The value of (XOR-)MAPPED-ADDRESS: a zero, the family, the port, the address; XORed with the
/// cookie and the transaction, which follow each other in the header.
std::optional<SocketAddress> read_address(ByteView value, ByteView mask) {
  if (value.size() < 8) return std::nullopt;
  const std::size_t size = value[1] == 1 ? 4 : 16;
  if ((value[1] != 1 && value[1] != 2) || value.size() < 4 + size) return std::nullopt;
  std::array<std::uint8_t, 18> plain{};
  for (std::size_t i = 0; i < 2 + size; ++i) {
    // The port has the cookie's first half as its mask, the address the cookie again.
    const std::size_t at = i < 2 ? i : i - 2;
    plain[i] = static_cast<std::uint8_t>(value[2 + i] ^ (mask.empty() ? 0 : mask[at]));
  }
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (size == 4) {
    v4.sin_family = AF_INET;
    std::memcpy(&v4.sin_port, plain.data(), 2);
    std::memcpy(&v4.sin_addr, plain.data() + 2, 4);
    return SocketAddress::from_native(reinterpret_cast<const sockaddr *>(&v4));
  }
  v6.sin6_family = AF_INET6;
  std::memcpy(&v6.sin6_port, plain.data(), 2);
  std::memcpy(&v6.sin6_addr, plain.data() + 2, 16);
  return SocketAddress::from_native(reinterpret_cast<const sockaddr *>(&v6));
}

}  // namespace

StunTransaction random_stun_transaction() {
  StunTransaction transaction{};
  // Never short and never interrupted for up to 256 bytes, once the system has booted.
  [[maybe_unused]] const ssize_t size = getrandom(transaction.data(), transaction.size(), 0);
  return transaction;
}

std::array<std::uint8_t, 20> write_stun_binding_request(const StunTransaction &transaction) {
  std::array<std::uint8_t, 20> packet{};
  packet[1] = kBindingRequest;
  std::copy(kStunCookie.begin(), kStunCookie.end(), packet.begin() + 4);
  std::copy(transaction.begin(), transaction.end(), packet.begin() + 8);
  return packet;
}

bool is_stun_binding_response(ByteView packet, const StunTransaction &transaction) {
  if (packet.size() < kStunHeader) return false;
  const unsigned type = big_endian_16(packet, 0);
  return (type == kBindingSuccess || type == kBindingFailure) &&
         std::equal(kStunCookie.begin(), kStunCookie.end(), packet.begin() + 4) &&
         std::equal(transaction.begin(), transaction.end(), packet.begin() + 8);
}

std::optional<SocketAddress> read_mapped_address(ByteView response) {
  if (response.size() < kStunHeader || big_endian_16(response, 0) != kBindingSuccess)
    return std::nullopt;
  const ByteView mask = response.subview(4, 16);
  ByteView left = response.subview(kStunHeader, big_endian_16(response, 2));
  std::optional<SocketAddress> plain;
  while (left.size() >= 4) {
    const unsigned type = big_endian_16(left, 0);
    const std::size_t size = big_endian_16(left, 2);
    if (size > left.size() - 4) break;
    const ByteView value = left.subview(4, size);
    if (type == kXorMappedAddress) return read_address(value, mask);
    // Servers of RFC 3489 know no other.
    if (type == kMappedAddress) plain = read_address(value, {});
    left = left.subview(4 + (size + 3) / 4 * 4);
  }
  return plain;
}

}  // namespace peerlane
