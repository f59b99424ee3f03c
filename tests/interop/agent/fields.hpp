// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_INTEROP_FIELDS_HPP
#define PEERLANE_TESTS_INTEROP_FIELDS_HPP

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace peerlane::interop {

using Json = nlohmann::json;

/// The member `key` of a line; null where it is absent, because runners write an unset value in
/// either way.
inline Json field(const Json &line, const char *key) {
  if (!line.is_object()) return {};
  const auto found = line.find(key);
  return found == line.end() ? Json() : *found;
}

template <typename Value>
Value field_or(const Json &line, const char *key, const Value &fallback) {
  const Json found = field(line, key);
  return found.is_null() ? fallback : found.get<Value>();
}

inline std::string text_field(const Json &line, const char *key) {
  return field_or<std::string>(line, key, "");
}

template <typename Value>
std::optional<Value> optional_field(const Json &line, const char *key) {
  const Json found = field(line, key);
  return found.is_null() ? std::nullopt : std::optional<Value>(found.get<Value>());
}

}  // namespace peerlane::interop

#endif  // PEERLANE_TESTS_INTEROP_FIELDS_HPP
