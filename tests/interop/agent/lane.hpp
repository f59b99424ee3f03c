// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_INTEROP_LANE_HPP
#define PEERLANE_TESTS_INTEROP_LANE_HPP

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "fields.hpp"
#include "peerlane/peerlane.hpp"

namespace peerlane::interop {

/// One data channel: tells its events as lines, and sends what it is told to as fast as the channel
/// takes it.
class Lane {
 public:
  using Write = std::function<void(const Json &)>;

  Lane(std::shared_ptr<DataChannel> channel, bool remote, Write write);
  Lane(const Lane &) = delete;
  Lane &operator=(const Lane &) = delete;

  std::string label() const { return channel_->get_label(); }
  bool live() const { return channel_->get_ready_state() < DataChannel::STATE_CLOSING; }
  /// A `send` command.
  void send(const Json &line);
  void close() { channel_->close(); }

 private:
  /// Messages of one `send` command that the channel has not accepted yet.
  struct Sending {
    PackedByteArray payload;
    bool text = false;
    std::uint64_t left = 0;
  };

  void continue_sending();
  void emit_open();
  void emit_messages();
  void emit_closed();
  void emit_error(const std::string &message);

  const std::shared_ptr<DataChannel> channel_;
  const bool remote_;
  const Write write_;
  std::deque<Sending> sending_;
  ScopedConnection opened_, packet_received_, buffered_amount_low_, closed_;
};

}  // namespace peerlane::interop

#endif  // PEERLANE_TESTS_INTEROP_LANE_HPP
