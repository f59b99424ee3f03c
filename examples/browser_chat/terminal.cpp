// SPDX-License-Identifier: MIT
#include "terminal.hpp"

#include <algorithm>
#include <cstdio>

#include "text.hpp"

void say(const std::string &text) { std::fprintf(stderr, "%s\n", text.c_str()); }

void show_chat(std::string_view text) {
  while (true) {
    const std::size_t end = text.find('\n');
    std::printf("> %s\n", printable(text.substr(0, end)).c_str());
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  std::fflush(stdout);
}

std::string rate_text(std::uint64_t bytes, std::chrono::steady_clock::time_point start) {
  if (bytes == 0) return {};
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  const double seconds = std::max(elapsed.count(), 0.001);
  char text[32];
  std::snprintf(text, sizeof text, " in %.1f s (", seconds);
  return ", " + size_text(bytes) + text +
         size_text(static_cast<std::uint64_t>(static_cast<double>(bytes) / seconds)) + "/s)";
}
