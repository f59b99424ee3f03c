// SPDX-License-Identifier: MIT
#ifndef BROWSER_CHAT_INCOMING_FILE_HPP
#define BROWSER_CHAT_INCOMING_FILE_HPP

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include <peerlane/peerlane.hpp>

#include "new_file.hpp"
#include "options.hpp"

// One file on its way from the page, over a channel of its own. Runs on the main loop's thread, in
// slots of its channel.
class IncomingFile {
 public:
  // `options` must outlive this. One that is not `welcome` is refused.
  IncomingFile(std::shared_ptr<peerlane::DataChannel> channel, const Options &options,
               bool welcome);
  // The channel is closed, and the result is printed.
  bool is_finished() const { return finished_; }

 private:
  void on_packets();
  void on_offer(const std::string &text);
  void on_bytes(const peerlane::PackedByteArray &bytes);
  void refuse(const std::string &why);
  void finish();

  const std::shared_ptr<peerlane::DataChannel> channel_;
  const Options &options_;
  const bool welcome_;
  std::string name_ = "a file";  // As the page says.
  std::uint64_t size_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t told_ = 0;
  NewFile file_;
  bool finished_ = false;
  std::string result_;
  std::chrono::steady_clock::time_point start_;
};

#endif  // BROWSER_CHAT_INCOMING_FILE_HPP
