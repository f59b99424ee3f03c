// SPDX-License-Identifier: MIT
#ifndef PEERLANE_API_LOG_HPP
#define PEERLANE_API_LOG_HPP

#include <string>

#include "peerlane/log.hpp"

namespace peerlane::internal {

/// Whether somebody hears lines of that level: ask before building an expensive one. Any thread.
bool is_logged(LogLevel level);

/// One line for the handler of `set_log_handler`, or for stderr. Any thread.
void write_log(LogLevel level, const std::string &line);

}  // namespace peerlane::internal

#endif  // PEERLANE_API_LOG_HPP
