// SPDX-License-Identifier: MIT
#include "options.hpp"

#include <charconv>
#include <string>
#include <string_view>

namespace {

template <class Number>
bool read_number(std::string_view text, Number &number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::optional<Options> options_from(int argc, char **argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view option = argv[i];
    if (i + 1 == argc) return std::nullopt;
    const char *const value = argv[i + 1];
    if (option == "--port") {
      if (!read_number(value, options.port)) return std::nullopt;
    } else if (option == "--folder") {
      options.folder = value;
    } else if (option == "--send") {
      options.files.emplace_back(value);
    } else if (option == "--limit") {
      std::uint32_t megabytes = 0;
      if (!read_number(value, megabytes)) return std::nullopt;
      options.size_limit = std::uint64_t{megabytes} << 20;
    } else {
      return std::nullopt;
    }
  }
  return options;
}
