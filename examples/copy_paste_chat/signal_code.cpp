// SPDX-License-Identifier: MIT
#include "signal_code.hpp"

#include <cstdint>
#include <cstdio>

namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string to_base64(std::string_view bytes) {
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char byte : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(byte);
    for (count += 8; count >= 6; count -= 6) text += kDigits[bits >> (count - 6) & 63];
  }
  if (count > 0) text += kDigits[bits << (6 - count) & 63];
  while (text.size() % 4 != 0) text += '=';
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == '=' || c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>(bits >> count & 255);
    }
  }
  return bytes;
}

std::string to_json_string(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      (json += '\\') += c;
    } else if (c == '\r') {
      json += "\\r";
    } else if (c == '\n') {
      json += "\\n";
    } else if (static_cast<unsigned char>(c) < ' ') {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      json += escape;
    } else {
      json += c;
    }
  }
  return json += '"';
}

// Reads an object whose values are strings, which is all that a description is.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  bool skip(char wanted) {
    while (!text_.empty() &&
           std::string_view(" \t\r\n").find(text_.front()) != std::string_view::npos) {
      text_.remove_prefix(1);
    }
    if (text_.empty() || text_.front() != wanted) return false;
    text_.remove_prefix(1);
    return true;
  }

  std::optional<std::string> string() {
    if (!skip('"')) return std::nullopt;
    std::string value;
    while (!text_.empty()) {
      const char c = take();
      if (c == '"') return value;
      if (c != '\\') {
        value += c;
        continue;
      }
      if (text_.empty()) break;
      const char escaped = take();
      const std::size_t known = kEscapes.find(escaped);
      if (known != std::string_view::npos) {
        value += kMeanings[known];
      } else if (escaped != 'u' || !take_code_point(value)) {
        return std::nullopt;
      }
    }
    return std::nullopt;
  }

 private:
  static constexpr std::string_view kEscapes = "\"\\/nrt", kMeanings = "\"\\/\n\r\t";

  char take() {
    const char c = text_.front();
    text_.remove_prefix(1);
    return c;
  }

  // Descriptions are ASCII.
  bool take_code_point(std::string &value) {
    const std::string hex(text_.substr(0, 4));
    unsigned code = 0;
    if (hex.size() != 4 || std::sscanf(hex.c_str(), "%4x", &code) != 1 || code > 0x7f) return false;
    text_.remove_prefix(4);
    value += static_cast<char>(code);
    return true;
  }

  std::string_view text_;
};

}  // namespace

std::string encode(const Description &description) {
  return to_base64("{\"type\":" + to_json_string(description.type) +
                   ",\"sdp\":" + to_json_string(description.sdp) + "}");
}

std::optional<Description> decode(std::string_view code) {
  const std::optional<std::string> json = from_base64(code);
  if (!json) return std::nullopt;
  Description description;
  JsonReader reader(*json);
  if (!reader.skip('{')) return std::nullopt;
  do {
    const std::optional<std::string> key = reader.string();
    if (!key || !reader.skip(':')) return std::nullopt;
    std::optional<std::string> value = reader.string();
    if (!value) return std::nullopt;
    if (*key == "type") description.type = std::move(*value);
    if (*key == "sdp") description.sdp = std::move(*value);
  } while (reader.skip(','));
  if (!reader.skip('}') || description.type.empty() || description.sdp.empty()) return std::nullopt;
  return description;
}
