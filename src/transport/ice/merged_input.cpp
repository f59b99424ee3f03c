// SPDX-License-Identifier: MIT
#include "transport/ice/merged_input.hpp"

#include <algorithm>

#include "transport/ice/stun_header.hpp"

namespace peerlane {

namespace {

constexpr std::size_t kRecordHeader = 13;

/// The length of the DTLS record that the bytes begin with; all of them where it is none or is cut.
std::size_t record_size(ByteView bytes) {
  const bool is_record = bytes.size() >= kRecordHeader && bytes[0] >= 20 && bytes[0] <= 63;
  if (!is_record) return bytes.size();
  return std::min(bytes.size(), kRecordHeader + big_endian_16(bytes, kRecordHeader - 2));
}

}  // namespace

std::size_t stun_packet_size(ByteView bytes) {
  if (bytes.size() < kStunHeader || bytes[0] > 3) return 0;
  const bool has_cookie = std::equal(kStunCookie.begin(), kStunCookie.end(), bytes.begin() + 4);
  const std::size_t size = kStunHeader + big_endian_16(bytes, 2);
  return has_cookie && size <= bytes.size() ? size : 0;
}

bool contains_stun(ByteView bytes) {
  while (!bytes.empty()) {
    if (stun_packet_size(bytes) != 0) return true;
    bytes = bytes.subview(record_size(bytes));
  }
  return false;
}

MergedInput without_stun(ByteView bytes) {
  MergedInput result;
  std::size_t kept = 0;
  while (kept <= bytes.size()) {
    const ByteView left = bytes.subview(kept);
    const std::size_t stun = stun_packet_size(left);
    if (stun == 0 && !left.empty()) {
      kept += record_size(left);
      continue;
    }
    if (kept > 0) result.data.push_back(bytes.subview(0, kept));
    if (stun == 0) break;
    ++result.stun_packets;
    bytes = left.subview(stun);
    kept = 0;
  }
  return result;
}

}  // namespace peerlane
