// SPDX-License-Identifier: MIT
#include "signaling/sdp_grammar.hpp"

#include <algorithm>
#include <utility>

#include "signaling/ascii.hpp"
#include "signaling/limits.hpp"

namespace peerlane {

Failure malformed_sdp(std::string message) { return {Error::ERR_PARSE_ERROR, std::move(message)}; }

namespace {

SdpAttribute split_attribute(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {ascii::trim(text), {}};
  return {text.substr(0, colon), ascii::trim(text.substr(colon + 1))};
}

// CRLF and LF (RFC 8866 section 5); takes the line off the front.
std::string_view take_line(std::string_view &text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool is_line(std::string_view line) {
  return line.size() >= 2 && line[0] >= 'a' && line[0] <= 'z' && line[1] == '=';
}

bool has_bad_control(std::string_view line) {
  return std::any_of(line.begin(), line.end(),
                     [](char c) { return ascii::is_control(c) && c != '\t'; });
}

Status check_size(std::string_view text) {
  if (text.size() > kMaxDescriptionSize)
    return malformed_sdp("The description is longer than 64 KiB.");
  if (text.find('\0') != std::string_view::npos)
    return malformed_sdp("The description contains a NUL character.");
  return {};
}

void add_line(std::string_view line, SdpText &sdp) {
  const std::string_view value = ascii::trim(line.substr(2));
  switch (line.front()) {
    case 'o':
      if (sdp.origin.empty()) sdp.origin = value;
      break;
    case 'm':
      sdp.sections.push_back({value, {}});
      break;
    case 'a': {
      SdpLevel &level = sdp.sections.empty() ? sdp.session : sdp.sections.back();
      level.attributes.push_back(split_attribute(value));
      break;
    }
    default:
      break;
  }
}

}  // namespace

bool SdpLevel::has(std::string_view name) const { return find(name).has_value(); }

std::optional<std::string_view> SdpLevel::find(std::string_view name) const {
  for (const SdpAttribute &attribute : attributes) {
    if (attribute.name == name) return attribute.value;
  }
  return std::nullopt;
}

bool SdpLevel::contradicts_itself(std::string_view name) const {
  const auto first = find(name);
  return first &&
         std::any_of(attributes.begin(), attributes.end(), [&](const SdpAttribute &attribute) {
           return attribute.name == name && attribute.value != *first;
         });
}

Result<SdpText> SdpText::parse(std::string_view text) {
  if (Status size = check_size(text); !size) return size.failure();
  SdpText sdp;
  std::size_t count = 0;
  while (!ascii::trim(text).empty()) {
    const std::string_view line = take_line(text);
    if (++count > kMaxDescriptionLines)
      return malformed_sdp("The description has more than 1024 lines.");
    if (!is_line(line)) {
      return malformed_sdp("Line " + std::to_string(count) + " of the description, " +
                           ascii::quoted(line) + ", does not begin with a letter and '='.");
    }
    if (has_bad_control(line)) {
      return malformed_sdp("Line " + std::to_string(count) +
                           " of the description contains a control character.");
    }
    if (count == 1 && ascii::trim(line) != "v=0")
      return malformed_sdp("The description does not begin with v=0.");
    add_line(line, sdp);
  }
  if (count == 0) return malformed_sdp("The description is empty.");
  if (sdp.origin.empty()) return malformed_sdp("The description has no origin line (o=).");
  return sdp;
}

}  // namespace peerlane
