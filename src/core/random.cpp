// SPDX-License-Identifier: MIT
#include "core/random.hpp"

#include <cstdint>
#include <random>

namespace peerlane {

std::string random_ice_chars(std::size_t length) {
  static constexpr char kIceChars[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  // libstdc++ and libc++ read the operating system's source here, not a pseudo-random engine.
  // Opening it costs more than what is read.
  thread_local std::random_device source;
  std::string text;
  text.reserve(length);
  while (text.size() < length) {
    std::uint32_t bits = source();
    for (int i = 0; i < 5 && text.size() < length; ++i, bits >>= 6)
      text.push_back(kIceChars[bits & 63]);
  }
  return text;
}

}  // namespace peerlane
