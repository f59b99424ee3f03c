// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_CHANNEL_RECORDER_HPP
#define PEERLANE_TESTS_CHANNEL_RECORDER_HPP

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "channel/channel_table.hpp"

namespace peerlane::test {

/// Writes down what a ChannelTable tells the API side, as one line for each call, and what it says
/// of each channel.
class Recorder final : public ChannelTable::Listener {
 public:
  struct Seen {
    int arrived = 0, ids = 0, opened = 0, closing = 0, closed = 0, low = 0;
    std::uint16_t stream = 65535;
    std::vector<std::string> messages;
    /// What is open now, or closing.
    bool is_open() const { return arrived + opened > 0 && closed == 0; }
  };

  std::vector<std::string> log;
  std::map<ChannelKey, Seen> channels;
  std::vector<std::shared_ptr<ChannelLink>> arrived;
  std::vector<Error> errors;
  std::string last_error;
  bool keep_messages = true;

  std::string take_log() {
    std::string all;
    for (const std::string &line : log) all += (all.empty() ? "" : ", ") + line;
    log.clear();
    return all;
  }

  void on_channel_arrived(const std::shared_ptr<ChannelLink> &link, std::uint16_t stream) override {
    arrived.push_back(link);
    channels[link->key].stream = stream;
    ++channels[link->key].arrived;
    note("arrived", link->key, ":" + std::to_string(stream));
  }
  void on_channel_id(ChannelKey channel, std::uint16_t stream) override {
    ++channels[channel].ids;
    channels[channel].stream = stream;
    note("id", channel, ":" + std::to_string(stream));
  }
  void on_channel_opened(ChannelKey channel, std::uint16_t stream) override {
    ++channels[channel].opened;
    channels[channel].stream = stream;
    note("opened", channel, ":" + std::to_string(stream));
  }
  void on_channel_message(ChannelKey channel, bool is_text, PackedByteArray &&payload) override {
    if (!keep_messages) return;
    const std::string text(payload.begin(), payload.end());
    channels[channel].messages.push_back(text);
    note(is_text ? "text" : "binary", channel, "=" + text.substr(0, 16));
  }
  void on_channel_closing(ChannelKey channel) override {
    ++channels[channel].closing;
    note("closing", channel);
  }
  void on_channel_closed(ChannelKey channel) override {
    ++channels[channel].closed;
    note("closed", channel);
  }
  void on_buffered_amount_low(ChannelKey channel) override { ++channels[channel].low; }
  void on_channel_error(Error error, const std::string &message) override {
    errors.push_back(error);
    last_error = message;
    log.push_back(std::string("error ") + error_name_of(error));
  }

 private:
  static std::string error_name_of(Error error) { return std::to_string(static_cast<int>(error)); }
  void note(const char *what, ChannelKey channel, const std::string &rest = {}) {
    log.push_back(std::string(what) + " " + std::to_string(channel) + rest);
  }
};

}  // namespace peerlane::test

#endif  // PEERLANE_TESTS_CHANNEL_RECORDER_HPP
