// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_SIGNALING_SDP_SAMPLES_HPP
#define PEERLANE_TESTS_SIGNALING_SDP_SAMPLES_HPP

#include <string>
#include <string_view>
#include <vector>

#include "signaling/sdp.hpp"

namespace peerlane::test {

/// What real peers wrote, each file of tests/signaling/data.
std::vector<std::string> golden_names();
std::string golden(const std::string &name);

/// A small offer that parses; tests break one thing in it.
std::string plain_offer();
/// `text` with the first `from` replaced. Adds a failure where `from` is not there: the test would
/// test nothing.
std::string replaced(std::string text, std::string_view from, std::string_view to);
/// `text` without the first line that begins so.
std::string without_line(std::string text, std::string_view begin);
/// What a text that parses says.
SessionDescription parsed(const std::string &text);

inline constexpr std::string_view kSha256 =
    "00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:"
    "1F";

}  // namespace peerlane::test

#endif  // PEERLANE_TESTS_SIGNALING_SDP_SAMPLES_HPP
