// SPDX-License-Identifier: MIT
#ifndef PEERLANE_LOG_HPP
#define PEERLANE_LOG_HPP

#include <functional>
#include <string_view>

#include "peerlane/types.hpp"

namespace peerlane {

/// How much a line of the log matters; a handler hears its level and the ones above it.
enum class LogLevel {
  NONE,     ///< Nothing at all.
  ERROR,    ///< Something that this library could not do, though it was asked properly.
  WARNING,  ///< Something that the programmer or the operator may want to change.
  INFO,     ///< States of connections and channels.
  DEBUG,    ///< Every step; no line for each packet.
};

/// Gets one line without a line feed. Called on any thread; it must not call the library.
using LogHandler = std::function<void(LogLevel level, std::string_view line)>;

/// Where lines of `level` and above go. Before the first call, warnings and errors go to stderr; an
/// empty handler means stderr. Once it has returned, the former handler does not run any more. Any
/// thread, not from inside a handler.
PEERLANE_API void set_log_handler(LogLevel level, LogHandler handler);

}  // namespace peerlane

#endif  // PEERLANE_LOG_HPP
