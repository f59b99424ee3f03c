// SPDX-License-Identifier: MIT
#include "text.hpp"

#include <algorithm>
#include <cstdio>
#include <iterator>

#include <glib.h>

namespace {

std::string valid_utf8(std::string_view text) {
  gchar *valid = g_utf8_make_valid(text.data(), static_cast<gssize>(text.size()));
  std::string result(valid);
  g_free(valid);
  return result;
}

// Control characters, C1 among them, and the marks that override the direction of writing.
bool is_steering(gunichar c) {
  return g_unichar_iscntrl(c) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

template <class Forbidden>
std::string replaced(std::string_view text, char by, Forbidden forbidden) {
  const std::string valid = valid_utf8(text);
  std::string result;
  for (const char *at = valid.c_str(); *at != '\0';) {
    const char *const next = g_utf8_next_char(at);
    if (forbidden(g_utf8_get_char(at))) {
      result += by;
    } else {
      result.append(at, static_cast<std::size_t>(next - at));
    }
    at = next;
  }
  return result;
}

// At most `size` bytes, and no half character at the end.
std::string shortened(const std::string &text, std::size_t size) {
  if (text.size() <= size) return text;
  const char *end = g_utf8_find_prev_char(text.c_str(), text.c_str() + size + 1);
  return {text.c_str(), end};
}

}  // namespace

std::string printable(std::string_view text) { return replaced(text, ' ', is_steering); }

std::string safe_file_name(std::string_view name) {
  const std::size_t slash = name.find_last_of("/\\");
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  // What other systems refuse in names is replaced too: folders are shared and sticks carried
  // about.
  std::string safe = replaced(name, '_', [](gunichar c) {
    return is_steering(c) ||
           (c < 128 &&
            std::string_view(R"(<>:"|?*)").find(static_cast<char>(c)) != std::string_view::npos);
  });
  safe.erase(0, safe.find_first_not_of(". "));
  safe.erase(safe.find_last_not_of(". ") + 1);
  if (safe.empty()) return "file";

  constexpr std::size_t kLongest = 200, kLongestExtension = 20;
  if (safe.size() <= kLongest) return safe;
  const std::size_t dot = safe.rfind('.');
  const bool has_extension = dot != std::string::npos && safe.size() - dot <= kLongestExtension;
  const std::string extension = has_extension ? safe.substr(dot) : "";
  return shortened(safe, kLongest - extension.size()) + extension;
}

std::string size_text(std::uint64_t bytes) {
  const char *const units[] = {"kB", "MB", "GB", "TB"};
  if (bytes < 1000) return std::to_string(bytes) + " bytes";
  double size = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  for (; size >= 999.95 && unit + 1 < std::size(units); ++unit) size /= 1000;
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %s", size, units[unit]);
  return text;
}
