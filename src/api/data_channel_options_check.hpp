// SPDX-License-Identifier: MIT
#ifndef PEERLANE_API_DATA_CHANNEL_OPTIONS_CHECK_HPP
#define PEERLANE_API_DATA_CHANNEL_OPTIONS_CHECK_HPP

#include <string>

#include "core/channel_link.hpp"
#include "core/result.hpp"
#include "peerlane/configuration.hpp"

namespace peerlane::internal {

/// What a channel of these options is to be; ERR_INVALID_PARAMETER with a sentence that names the
/// option. Pure.
Result<ChannelParameters> check_data_channel_options(const std::string &label,
                                                     const DataChannelOptions &options);

}  // namespace peerlane::internal

#endif  // PEERLANE_API_DATA_CHANNEL_OPTIONS_CHECK_HPP
