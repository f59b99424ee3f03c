// SPDX-License-Identifier: MIT
#include "signaling/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace peerlane {
namespace {

// The size of the well-formed sequence at the front, which begins with a byte of 0x80 or above; 0
// where there is none. The second byte's range shuts out overlong forms, surrogates and what is
// above U+10FFFF (RFC 3629 section 4).
std::size_t sequence_size(const unsigned char *at, std::size_t left) {
  const unsigned lead = at[0];
  std::size_t size = 0;
  unsigned low = 0x80, high = 0xbf;
  if (lead >= 0xc2 && lead <= 0xdf) {
    size = 2;
  } else if (lead >= 0xe0 && lead <= 0xef) {
    size = 3;
    if (lead == 0xe0) low = 0xa0;
    if (lead == 0xed) high = 0x9f;
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    size = 4;
    if (lead == 0xf0) low = 0x90;
    if (lead == 0xf4) high = 0x8f;
  }
  if (size == 0 || size > left || at[1] < low || at[1] > high) return 0;
  for (std::size_t i = 2; i < size; ++i) {
    if ((at[i] & 0xc0) != 0x80) return 0;
  }
  return size;
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080u;
  const auto *bytes = reinterpret_cast<const unsigned char *>(text.data());
  const std::size_t size = text.size();
  std::size_t i = 0;
  while (i < size) {
    // Messages are mostly ASCII; eight bytes at a time.
    std::uint64_t block = 0;
    if (size - i >= sizeof block) {
      std::memcpy(&block, bytes + i, sizeof block);
      if ((block & kHighBits) == 0) {
        i += sizeof block;
        continue;
      }
    }
    if (bytes[i] < 0x80) {
      ++i;
      continue;
    }
    const std::size_t sequence = sequence_size(bytes + i, size - i);
    if (sequence == 0) return false;
    i += sequence;
  }
  return true;
}

}  // namespace peerlane
