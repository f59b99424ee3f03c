// SPDX-License-Identifier: MIT
#include "transport/sctp/crc32c.hpp"

#include <array>
#include <atomic>
#include <cstring>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define PEERLANE_CRC32C_X86 1
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#define PEERLANE_CRC32C_ARM 1
#endif

namespace peerlane {

namespace {

constexpr std::uint32_t kPolynomial = 0x82f63b78;  // Reflected: bit 31 is x^0.

constexpr std::uint32_t times_x(std::uint32_t value) {
  return (value >> 1) ^ ((value & 1) != 0 ? kPolynomial : 0);
}

constexpr auto kTables = [] {
  std::array<std::array<std::uint32_t, 256>, 8> tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = times_x(value);
    tables[0][byte] = value;
  }
  for (std::size_t t = 1; t < 8; ++t) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[t - 1][byte];
      tables[t][byte] = (before >> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}();

std::uint32_t load_little_endian(const std::uint8_t *data) {
  return static_cast<std::uint32_t>(data[0]) | static_cast<std::uint32_t>(data[1]) << 8 |
         static_cast<std::uint32_t>(data[2]) << 16 | static_cast<std::uint32_t>(data[3]) << 24;
}

#if defined(PEERLANE_CRC32C_X86)

// A lane is a third of a block, in words of 8 bytes.
constexpr std::size_t kMaxLaneWords = 64;

// kShift[i] multiplied with a checksum without carries, and reduced by one CRC instruction, is what
// the checksum becomes after 8 i more zero bytes: x^(64 i - 33), since the reflected product is one
// bit short and the instruction multiplies by x^32.
constexpr auto kShift = [] {
  std::array<std::uint32_t, 2 * kMaxLaneWords + 1> shift{};
  std::uint32_t power = 1;  // x^31
  for (std::size_t i = 1; i < shift.size(); ++i) {
    shift[i] = power;
    for (int bit = 0; bit < 64; ++bit) power = times_x(power);
  }
  return shift;
}();

std::uint64_t load_word(const std::uint8_t *data) {
  std::uint64_t word;
  std::memcpy(&word, data, sizeof word);
  return word;
}

__attribute__((target("sse4.2,pclmul"))) std::uint64_t shifted(std::uint64_t crc,
                                                               std::size_t words) {
  const __m128i product =
      _mm_clmulepi64_si128(_mm_cvtsi64_si128(static_cast<long long>(crc)),
                           _mm_cvtsi32_si128(static_cast<int>(kShift[words])), 0);
  return static_cast<std::uint64_t>(_mm_cvtsi128_si64(product));
}

// The instruction takes one word per cycle but answers after three, so three lanes run side by side
// and are put together at the end of each block.
__attribute__((target("sse4.2,pclmul"))) std::uint32_t crc32c_x86(const std::uint8_t *data,
                                                                  std::size_t size) {
  std::uint64_t crc = 0xffffffff;
  while (size >= 3 * 8 * 2) {
    std::size_t words = size / 24;
    if (words > kMaxLaneWords) words = kMaxLaneWords;
    std::uint64_t second = 0, third = 0;
    const std::uint8_t *b = data + 8 * words, *c = data + 16 * words;
    for (std::size_t i = 0; i < words; ++i) {
      crc = _mm_crc32_u64(crc, load_word(data + 8 * i));
      second = _mm_crc32_u64(second, load_word(b + 8 * i));
      third = _mm_crc32_u64(third, load_word(c + 8 * i));
    }
    crc = third ^ _mm_crc32_u64(0, shifted(crc, 2 * words) ^ shifted(second, words));
    data += 24 * words;
    size -= 24 * words;
  }
  for (; size >= 8; data += 8, size -= 8) crc = _mm_crc32_u64(crc, load_word(data));
  auto result = static_cast<std::uint32_t>(crc);
  for (; size > 0; ++data, --size) result = _mm_crc32_u8(result, *data);
  return ~result;
}

bool detect() { return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul"); }
std::uint32_t crc32c_hardware(const std::uint8_t *data, std::size_t size) {
  return crc32c_x86(data, size);
}

#elif defined(PEERLANE_CRC32C_ARM)

bool detect() { return true; }
std::uint32_t crc32c_hardware(const std::uint8_t *data, std::size_t size) {
  std::uint32_t crc = 0xffffffff;
  for (; size >= 8; data += 8, size -= 8) {
    std::uint64_t word;
    std::memcpy(&word, data, sizeof word);
    crc = __crc32cd(crc, word);
  }
  for (; size > 0; ++data, --size) crc = __crc32cb(crc, *data);
  return ~crc;
}

#else

bool detect() { return false; }
std::uint32_t crc32c_hardware(const std::uint8_t *data, std::size_t size) {
  return crc32c_portable(data, size);
}

#endif

std::atomic<bool> &accelerated() {
  static std::atomic<bool> value{detect()};
  return value;
}

}  // namespace

std::uint32_t crc32c_portable(const std::uint8_t *data, std::size_t size) {
  std::uint32_t crc = 0xffffffff;
  for (; size >= 8; data += 8, size -= 8) {
    const std::uint32_t low = load_little_endian(data) ^ crc;
    const std::uint32_t high = load_little_endian(data + 4);
    crc = kTables[7][low & 0xff] ^ kTables[6][(low >> 8) & 0xff] ^ kTables[5][(low >> 16) & 0xff] ^
          kTables[4][low >> 24] ^ kTables[3][high & 0xff] ^ kTables[2][(high >> 8) & 0xff] ^
          kTables[1][(high >> 16) & 0xff] ^ kTables[0][high >> 24];
  }
  for (; size > 0; ++data, --size) crc = (crc >> 8) ^ kTables[0][(crc ^ *data) & 0xff];
  return ~crc;
}

std::uint32_t crc32c(const std::uint8_t *data, std::size_t size) {
  return accelerated().load(std::memory_order_relaxed) ? crc32c_hardware(data, size)
                                                       : crc32c_portable(data, size);
}

bool crc32c_is_accelerated() { return accelerated(); }

void force_portable_crc32c(bool forced) { accelerated() = !forced && detect(); }

void fill_in_checksum(std::uint8_t *packet, std::size_t size) {
  constexpr std::size_t kOffset = 8;
  if (size < kOffset + 4) return;
  std::memset(packet + kOffset, 0, 4);
  const std::uint32_t sum = crc32c(packet, size);
  // RFC 9260 appendix A: least significant byte first.
  for (std::size_t i = 0; i < 4; ++i) {
    packet[kOffset + i] = static_cast<std::uint8_t>(sum >> (8 * i));
  }
}

}  // namespace peerlane
