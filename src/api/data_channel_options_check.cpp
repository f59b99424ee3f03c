// SPDX-License-Identifier: MIT
#include "api/data_channel_options_check.hpp"

#include <optional>
#include <utility>

#include "signaling/utf8.hpp"

namespace peerlane::internal {

namespace {

// RFC 8832 section 5.1: 16-bit lengths; 65535 is no stream (RFC 8832 section 6).
constexpr std::size_t kMaxTextBytes = 65535;
constexpr int kMaxId = 65534;
constexpr int kMaxReliability = 65535;

Failure unfit(std::string sentence) { return {Error::ERR_INVALID_PARAMETER, std::move(sentence)}; }

Status check_text(const char *name, const std::string &text) {
  if (text.size() > kMaxTextBytes) {
    return unfit(std::string("The ") + name + " has " + std::to_string(text.size()) +
                 " bytes; at most 65535 are allowed.");
  }
  if (!is_valid_utf8(text)) return unfit(std::string("The ") + name + " is not valid UTF-8.");
  return {};
}

Status check_reliability(const char *name, const std::optional<int> &value,
                         std::optional<std::uint16_t> &checked) {
  if (!value) return {};
  if (*value < 0 || *value > kMaxReliability) {
    return unfit(std::string(name) + " is " + std::to_string(*value) +
                 "; it has to be 0 to 65535.");
  }
  checked = static_cast<std::uint16_t>(*value);
  return {};
}

}  // namespace

Result<ChannelParameters> check_data_channel_options(const std::string &label,
                                                     const DataChannelOptions &options) {
  ChannelParameters parameters;
  for (const Status &status :
       {check_text("label", label), check_text("protocol", options.protocol),
        check_reliability("max_retransmits", options.max_retransmits, parameters.max_retransmits),
        check_reliability("max_packet_life_time", options.max_packet_life_time,
                          parameters.max_packet_life_time)}) {
    if (!status) return status.failure();
  }
  if (options.max_retransmits && options.max_packet_life_time) {
    return unfit(
        "max_retransmits and max_packet_life_time exclude each other; set one of them or none.");
  }
  if (options.negotiated) {
    if (!options.id) {
      return unfit("A negotiated channel needs an id, the same at both ends.");
    }
    if (*options.id < 0 || *options.id > kMaxId) {
      return unfit("The id is " + std::to_string(*options.id) + "; it has to be 0 to 65534.");
    }
    // W3C: without `negotiated` the id is ignored, whatever it is.
    parameters.id = static_cast<std::uint16_t>(*options.id);
  }
  parameters.label = label;
  parameters.protocol = options.protocol;
  parameters.ordered = options.ordered;
  parameters.negotiated = options.negotiated;
  return parameters;
}

}  // namespace peerlane::internal
