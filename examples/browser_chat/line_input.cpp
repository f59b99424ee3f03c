// SPDX-License-Identifier: MIT
#include "line_input.hpp"

#include <cerrno>
#include <utility>

#include <glib-unix.h>
#include <unistd.h>

namespace {

constexpr std::size_t kLongestLine = 16 * 1024;

}  // namespace

LineInput::LineInput(std::function<void()> readable) : readable_(std::move(readable)) {}

void LineInput::listen(bool wanted) {
  if (wanted == (source_ != 0) || (wanted && at_end_)) return;
  if (wanted) {
    const auto conditions = static_cast<GIOCondition>(G_IO_IN | G_IO_HUP | G_IO_ERR);
    source_ = g_unix_fd_add(STDIN_FILENO, conditions, &LineInput::on_ready, this);
  } else {
    g_source_remove(std::exchange(source_, 0));
  }
}

gboolean LineInput::on_ready(gint, GIOCondition, gpointer self) {
  auto &input = *static_cast<LineInput *>(self);
  input.read();
  if (input.at_end_) input.source_ = 0;  // The source goes with what is returned here.
  const bool more = !input.at_end_;
  input.readable_();
  return more ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

void LineInput::read() {
  char buffer[4096];
  const ssize_t size = ::read(STDIN_FILENO, buffer, sizeof buffer);
  if (size < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (size <= 0) {
    at_end_ = true;
  } else {
    input_.append(buffer, static_cast<std::size_t>(size));
  }
}

std::optional<std::string> LineInput::next_line() {
  std::size_t end = input_.find('\n');
  if (end == std::string::npos && input_.size() >= kLongestLine) {
    std::string piece = std::move(input_);
    input_.clear();
    return piece;
  }
  if (end == std::string::npos && (!at_end_ || input_.empty())) return std::nullopt;
  std::string line = input_.substr(0, end);
  input_.erase(0, end == std::string::npos ? end : end + 1);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}
