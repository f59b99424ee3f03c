// SPDX-License-Identifier: MIT
#ifndef PEERLANE_SIGNALING_UTF8_HPP
#define PEERLANE_SIGNALING_UTF8_HPP

#include <string_view>

namespace peerlane {

/// Whether the bytes are UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing
/// above U+10FFFF. NUL is an ordinary character. Pure.
bool is_valid_utf8(std::string_view text);

}  // namespace peerlane

#endif  // PEERLANE_SIGNALING_UTF8_HPP
