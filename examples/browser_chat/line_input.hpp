// SPDX-License-Identifier: MIT
#ifndef BROWSER_CHAT_LINE_INPUT_HPP
#define BROWSER_CHAT_LINE_INPUT_HPP

#include <functional>
#include <optional>
#include <string>

#include <glib.h>

// Lines from standard input, on the main loop and without blocking. While nobody listens, they wait
// where they come from.
class LineInput {
 public:
  // `readable` runs when there may be lines to take.
  explicit LineInput(std::function<void()> readable);
  ~LineInput() { listen(false); }
  LineInput(const LineInput &) = delete;
  LineInput &operator=(const LineInput &) = delete;

  // No effect once the input has ended.
  void listen(bool wanted);
  // The next whole line, without its end. What is left at the end of the input counts as one, and
  // so does what is longer than any line should be.
  std::optional<std::string> next_line();

 private:
  static gboolean on_ready(gint descriptor, GIOCondition condition, gpointer self);
  void read();

  const std::function<void()> readable_;
  std::string input_;
  guint source_ = 0;
  bool at_end_ = false;
};

#endif  // BROWSER_CHAT_LINE_INPUT_HPP
