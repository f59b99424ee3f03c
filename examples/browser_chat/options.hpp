// SPDX-License-Identifier: MIT
#ifndef BROWSER_CHAT_OPTIONS_HPP
#define BROWSER_CHAT_OPTIONS_HPP

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

// What the command line says.
struct Options {
  std::uint16_t port = 8080;
  // Where files from the page are stored; made when the first one comes.
  std::filesystem::path folder = "received";
  // Of one such file, in bytes.
  std::uint64_t size_limit = std::uint64_t{1} << 30;
  // Sent to every page that connects.
  std::vector<std::filesystem::path> files;
};

// None where the command line is wrong.
std::optional<Options> options_from(int argc, char **argv);

#endif  // BROWSER_CHAT_OPTIONS_HPP
