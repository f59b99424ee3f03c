// SPDX-License-Identifier: MIT
#include "terminal.hpp"

#include <cerrno>
#include <string_view>

#include <unistd.h>

void Terminal::expect_code(bool expected) {
  if (expected && !former_mode_) {
    termios mode;
    if (tcgetattr(STDIN_FILENO, &mode) != 0) return;  // A pipe or a file: has no such limit.
    former_mode_ = mode;
    mode.c_lflag &= ~static_cast<tcflag_t>(ICANON);
    tcsetattr(STDIN_FILENO, TCSANOW, &mode);
  } else if (!expected && former_mode_) {
    tcsetattr(STDIN_FILENO, TCSANOW, &*former_mode_);
    former_mode_.reset();
  }
}

void Terminal::read() {
  char buffer[4096];
  const ssize_t size = ::read(STDIN_FILENO, buffer, sizeof buffer);
  if (size < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (size <= 0) {
    at_end_ = true;
    return;
  }
  if (!former_mode_) {
    input_.append(buffer, static_cast<std::size_t>(size));
    return;
  }
  for (const char c : std::string_view(buffer, static_cast<std::size_t>(size))) {
    constexpr char kCtrlD = 4, kBackspace = 8, kDelete = 127;
    if (c == kCtrlD) {
      at_end_ = true;
    } else if (c != kBackspace && c != kDelete) {
      input_ += c;
    } else if (!input_.empty() && input_.back() != '\n') {
      input_.pop_back();
    }
  }
}

std::optional<std::string> Terminal::next_line() {
  const std::size_t end = input_.find('\n');
  if (end == std::string::npos && (!at_end_ || input_.empty())) return std::nullopt;
  std::string line = input_.substr(0, end);
  input_.erase(0, end == std::string::npos ? end : end + 1);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}
