// SPDX-License-Identifier: MIT
#include "signaling/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace peerlane {
namespace {

void append(std::string &text, unsigned value) { text.push_back(static_cast<char>(value)); }

// RFC 3629 section 3, without any check.
std::string encode(unsigned point, int size) {
  std::string text;
  static constexpr unsigned kLead[] = {0, 0, 0xc0, 0xe0, 0xf0};
  if (size == 1) {
    append(text, point);
    return text;
  }
  append(text, kLead[size] | point >> 6 * (size - 1));
  for (int i = size - 2; i >= 0; --i) append(text, 0x80 | (point >> 6 * i & 0x3f));
  return text;
}

int shortest(unsigned point) {
  return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}

TEST(Utf8, AcceptsExactlyTheCharactersOfUnicodeInTheirShortestForm) {
  for (unsigned point = 0; point < 0x200000; ++point) {
    const bool character = point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
    ASSERT_EQ(is_valid_utf8(encode(point, shortest(point))), character) << std::hex << point;
  }
}

TEST(Utf8, RefusesOverlongForms) {
  for (unsigned point = 0; point < 0x10000; ++point) {
    for (int size = shortest(point) + 1; size <= 4; ++size) {
      ASSERT_FALSE(is_valid_utf8(encode(point, size))) << std::hex << point << " in " << size;
    }
  }
}

TEST(Utf8, RefusesStrayAndMissingContinuations) {
  for (unsigned byte = 0x80; byte <= 0xff; ++byte) {
    std::string text;
    append(text, byte);
    EXPECT_FALSE(is_valid_utf8(text)) << byte;
    EXPECT_FALSE(is_valid_utf8(text + "a")) << byte;
    EXPECT_FALSE(is_valid_utf8("abcdefgh" + text)) << byte;
  }
}

TEST(Utf8, FindsABadByteAtEveryPlaceOfABlock) {
  for (std::size_t size = 1; size <= 40; ++size) {
    const std::string text(size, 'x');
    EXPECT_TRUE(is_valid_utf8(text));
    for (std::size_t at = 0; at < size; ++at) {
      std::string bad = text;
      bad[at] = '\x80';
      EXPECT_FALSE(is_valid_utf8(bad)) << size << " " << at;
    }
    for (std::size_t at = 0; at + 4 <= size; ++at) {
      std::string good = text;
      good.replace(at, 4, "\xf0\x9f\x98\x80");
      EXPECT_TRUE(is_valid_utf8(good)) << size << " " << at;
      EXPECT_FALSE(is_valid_utf8(std::string_view(good).substr(0, at + 3))) << size << " " << at;
    }
  }
}

TEST(Utf8, AcceptsNothingAndNul) {
  EXPECT_TRUE(is_valid_utf8({}));
  EXPECT_TRUE(is_valid_utf8(std::string(9, '\0')));
}

}  // namespace
}  // namespace peerlane
