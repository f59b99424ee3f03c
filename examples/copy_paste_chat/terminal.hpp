// SPDX-License-Identifier: MIT
#ifndef COPY_PASTE_CHAT_TERMINAL_HPP
#define COPY_PASTE_CHAT_TERMINAL_HPP

#include <optional>
#include <string>

#include <termios.h>

// Lines from standard input, without blocking and of any length.
//
// A terminal that edits lines cuts them at 4095 characters, and the code of a machine with many
// addresses is longer. So while a code is expected, this takes the characters as they come and does
// without all editing but backspace.
class Terminal {
 public:
  Terminal() = default;
  ~Terminal() { expect_code(false); }
  Terminal(const Terminal &) = delete;
  Terminal &operator=(const Terminal &) = delete;

  void expect_code(bool expected);
  // Reads what is there; call it when standard input is readable.
  void read();
  // The next whole line, without its end. What is left at the end of the input counts as one.
  std::optional<std::string> next_line();
  // Nothing follows after the lines already read.
  bool at_end() const { return at_end_; }

 private:
  std::string input_;
  bool at_end_ = false;
  std::optional<termios> former_mode_;
};

#endif  // COPY_PASTE_CHAT_TERMINAL_HPP
