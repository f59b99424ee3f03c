// SPDX-License-Identifier: MIT
#include "api/log.hpp"

#include <atomic>
#include <cstdio>
#include <mutex>
#include <utility>

namespace peerlane {

namespace {

// Never destroyed: static objects of the program may log while it ends.
struct Log {
  std::atomic<LogLevel> level{LogLevel::WARNING};
  std::mutex lock;
  LogHandler handler;

  static Log &instance() {
    static Log *const log = new Log;
    return *log;
  }
};

const char *level_name(LogLevel level) {
  switch (level) {
    case LogLevel::NONE:
      break;
    case LogLevel::ERROR:
      return "error";
    case LogLevel::WARNING:
      return "warning";
    case LogLevel::INFO:
      return "info";
    case LogLevel::DEBUG:
      return "debug";
  }
  return "";
}

}  // namespace

void set_log_handler(LogLevel level, LogHandler handler) {
  Log &log = Log::instance();
  // The old handler is destroyed outside the lock: it may own things that log when they go.
  const std::lock_guard guard(log.lock);
  log.level.store(level, std::memory_order_relaxed);
  std::swap(log.handler, handler);
}

namespace internal {

bool is_logged(LogLevel level) {
  return level != LogLevel::NONE && level <= Log::instance().level.load(std::memory_order_relaxed);
}

void write_log(LogLevel level, const std::string &line) {
  if (!is_logged(level)) return;
  Log &log = Log::instance();
  const std::lock_guard guard(log.lock);
  if (log.handler) {
    log.handler(level, line);
  } else {
    std::fprintf(stderr, "peerlane: %s: %s\n", level_name(level), line.c_str());
  }
}

}  // namespace internal

}  // namespace peerlane
