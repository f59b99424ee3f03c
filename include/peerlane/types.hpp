// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TYPES_HPP
#define PEERLANE_TYPES_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#if __cplusplus >= 202002L
#include <version>
#ifdef __cpp_lib_span
#include <span>
#endif
#endif

#include "peerlane/export.hpp"

namespace peerlane {

/// Result of a call. Names and numbers are Godot's `Error` (only the members that this library
/// returns).
enum class Error : int {
  OK = 0,                ///< Done.
  FAILED = 1,            ///< The call does not fit the present state.
  ERR_UNAVAILABLE = 2,   ///< Nothing there to return, or not offered by the peer.
  ERR_UNCONFIGURED = 3,  ///< The object is closed, or not open yet.
  ERR_UNAUTHORIZED =
      4,  ///< The peer or a server refused our credentials, or failed to prove its own.
  ERR_PARAMETER_RANGE_ERROR = 5,  ///< A number is outside the range that its parameter allows.
  ERR_OUT_OF_MEMORY = 6,          ///< A limit of memory is reached; see `Configuration`.
  ERR_CANT_CREATE = 20,           ///< The operating system gave no socket, thread or descriptor.
  ERR_ALREADY_IN_USE = 22,        ///< The id, port or resource has an owner.
  ERR_TIMEOUT = 24,               ///< Nothing came in time.
  ERR_CANT_CONNECT = 25,          ///< No path to the peer was found.
  ERR_CANT_RESOLVE = 26,          ///< A host name has no address.
  ERR_CONNECTION_ERROR = 27,      ///< An established transport broke.
  ERR_INVALID_DATA = 30,          ///< Well-formed input that says something unusable.
  ERR_INVALID_PARAMETER = 31,     ///< An argument that no state would accept.
  ERR_ALREADY_EXISTS = 32,        ///< Added before.
  ERR_DOES_NOT_EXIST = 33,        ///< Not there.
  ERR_PARSE_ERROR = 43,           ///< Input that does not follow its grammar.
  ERR_BUSY = 44,                  ///< Called from inside itself, for example a nested `poll()`.
  ERR_BUG = 47,                   ///< An internal rule was broken; please report it.
};

/// The enumerator's name, for example "ERR_TIMEOUT"; "UNKNOWN" for a number that is not one. Any
/// thread.
PEERLANE_API const char *error_name(Error error) noexcept;

/// An owned packet. Named after Godot's type.
using PackedByteArray = std::vector<std::uint8_t>;

/// Bytes that somebody else owns; valid as long as the owner leaves them where they are.
///
/// A string literal counts without its terminating NUL, so that `put_packet("hi")` sends two bytes.
class ByteView {
 public:
  constexpr ByteView() noexcept = default;
  /// `size` bytes at `data`, which may be null where there are none.
  ByteView(const void *data, std::size_t size) noexcept
      : data_(static_cast<const std::uint8_t *>(data)), size_(size) {}
  /// All of a vector of bytes or characters.
  template <class Byte, class Allocator, class = std::enable_if_t<sizeof(Byte) == 1>>
  ByteView(const std::vector<Byte, Allocator> &bytes) noexcept
      : ByteView(bytes.data(), bytes.size()) {}
  /// All of an array.
  template <class Byte, std::size_t N, class = std::enable_if_t<sizeof(Byte) == 1>>
  ByteView(const std::array<Byte, N> &bytes) noexcept : ByteView(bytes.data(), N) {}
  /// The bytes of a text.
  ByteView(std::string_view text) noexcept : ByteView(text.data(), text.size()) {}
  /// The bytes of a text.
  ByteView(const std::string &text) noexcept : ByteView(text.data(), text.size()) {}
  /// A string literal, without its NUL.
  template <std::size_t N>
  ByteView(const char (&literal)[N]) noexcept : ByteView(literal, N - 1) {}
  /// All of an array.
  template <std::size_t N>
  ByteView(const std::uint8_t (&bytes)[N]) noexcept : ByteView(bytes, N) {}
#if defined(__cpp_lib_span)
  /// All of a span of bytes or characters.
  template <class Byte, std::size_t N, class = std::enable_if_t<sizeof(Byte) == 1>>
  ByteView(std::span<Byte, N> bytes) noexcept : ByteView(bytes.data(), bytes.size()) {}
#endif

  /// The first byte.
  constexpr const std::uint8_t *data() const noexcept { return data_; }
  /// Number of bytes.
  constexpr std::size_t size() const noexcept { return size_; }
  /// Whether there is none.
  constexpr bool empty() const noexcept { return size_ == 0; }
  /// For loops over the bytes.
  constexpr const std::uint8_t *begin() const noexcept { return data_; }
  /// For loops over the bytes.
  constexpr const std::uint8_t *end() const noexcept { return data_ + size_; }
  /// The byte at `index`, which is not checked.
  constexpr std::uint8_t operator[](std::size_t index) const noexcept { return data_[index]; }
  /// `count` bytes from `offset`; both are clamped to what is there.
  ByteView subview(std::size_t offset, std::size_t count = SIZE_MAX) const noexcept {
    const std::size_t from = offset < size_ ? offset : size_;
    const std::size_t left = size_ - from;
    return ByteView(data_ + from, count < left ? count : left);
  }

 private:
  const std::uint8_t *data_ = nullptr;
  std::size_t size_ = 0;
};

/// The bytes of a text, unchanged. Godot: `String.to_utf8_buffer()`. Any thread.
PEERLANE_API PackedByteArray to_utf8_buffer(std::string_view text);

/// The text in a packet, byte for byte. Godot: `PackedByteArray.get_string_from_utf8()`. Any
/// thread.
PEERLANE_API std::string get_string_from_utf8(const PackedByteArray &bytes);

}  // namespace peerlane

#endif  // PEERLANE_TYPES_HPP
