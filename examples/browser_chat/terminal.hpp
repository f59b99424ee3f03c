// SPDX-License-Identifier: MIT
#ifndef BROWSER_CHAT_TERMINAL_HPP
#define BROWSER_CHAT_TERMINAL_HPP

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

// To standard error: what happens.
void say(const std::string &text);

// To standard output: what the page's user said, each line after "> ".
void show_chat(std::string_view text);

// ", 2.0 MB in 0.1 s (20.1 MB/s)"
std::string rate_text(std::uint64_t bytes, std::chrono::steady_clock::time_point start);

#endif  // BROWSER_CHAT_TERMINAL_HPP
