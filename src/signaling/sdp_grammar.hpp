// SPDX-License-Identifier: MIT
#ifndef PEERLANE_SIGNALING_SDP_GRAMMAR_HPP
#define PEERLANE_SIGNALING_SDP_GRAMMAR_HPP

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace peerlane {

/// Of a text that breaks the grammar; one that keeps it may still be unusable.
Failure malformed_sdp(std::string message);

/// `a=name:value`, or `a=name`. Views into the text.
struct SdpAttribute {
  std::string_view name, value;
};

/// The attributes of one level: the session's, or one m-line's. Views into the text.
struct SdpLevel {
  std::string_view media;  ///< What follows `m=`; "" at session level.
  std::vector<SdpAttribute> attributes;

  bool has(std::string_view name) const;
  /// The value of the first attribute of that name.
  std::optional<std::string_view> find(std::string_view name) const;
  /// Whether the name occurs with two different values: then nobody can say which one counts.
  bool contradicts_itself(std::string_view name) const;
};

/// An SDP text taken apart by RFC 8866 section 5, without asking what it means; lines that are
/// neither origin nor m-line nor attribute are skipped. Views into the text. Pure.
struct SdpText {
  std::string_view origin;  ///< What follows `o=`.
  SdpLevel session;
  std::vector<SdpLevel> sections;

  static Result<SdpText> parse(std::string_view text);
};

}  // namespace peerlane

#endif  // PEERLANE_SIGNALING_SDP_GRAMMAR_HPP
