// SPDX-License-Identifier: MIT
#ifndef PEERLANE_CORE_RANDOM_HPP
#define PEERLANE_CORE_RANDOM_HPP

#include <cstddef>
#include <string>

namespace peerlane {

/// `length` characters from the 64 ice-chars of RFC 8839 section 5.4, from the operating system's
/// random source: six bits of entropy each. Any thread.
std::string random_ice_chars(std::size_t length);

}  // namespace peerlane

#endif  // PEERLANE_CORE_RANDOM_HPP
