// SPDX-License-Identifier: MIT
#ifndef BROWSER_CHAT_TEXT_HPP
#define BROWSER_CHAT_TEXT_HPP

#include <cstdint>
#include <string>
#include <string_view>

// Text from a stranger that is safe to print: valid UTF-8, one line, and without characters that
// steer a terminal or turn its direction of writing.
std::string printable(std::string_view text);

// The name under which a file from a stranger may be stored in a folder: never empty, "." or "..",
// never hidden, without a path, and of at most 200 bytes, of which the extension is kept.
std::string safe_file_name(std::string_view name);

// "2.0 MB"
std::string size_text(std::uint64_t bytes);

#endif  // BROWSER_CHAT_TEXT_HPP
