// SPDX-License-Identifier: MIT
#ifndef BROWSER_CHAT_OUTGOING_FILE_HPP
#define BROWSER_CHAT_OUTGOING_FILE_HPP

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include <peerlane/peerlane.hpp>

// One file on its way to the page, over a channel of its own. Runs on the main loop's thread, in
// slots of its channel.
class OutgoingFile {
 public:
  // Null, and the reason is printed, where the file cannot be read.
  static std::unique_ptr<OutgoingFile> start(peerlane::PeerConnection &connection,
                                             const std::filesystem::path &path);
  // The channel is closed, and the result is printed.
  bool is_finished() const { return finished_; }

 private:
  OutgoingFile(std::ifstream file, std::string name, std::uint64_t size,
               std::shared_ptr<peerlane::DataChannel> channel);
  void offer();
  void on_packets();
  void send_more();
  void finish();

  std::ifstream file_;
  const std::string name_;
  const std::uint64_t size_;
  const std::shared_ptr<peerlane::DataChannel> channel_;
  std::uint64_t sent_ = 0;
  bool wanted_ = false;  // The page has said "go".
  bool finished_ = false;
  std::string result_;
  std::chrono::steady_clock::time_point start_;
};

#endif  // BROWSER_CHAT_OUTGOING_FILE_HPP
