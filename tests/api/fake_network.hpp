// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_API_FAKE_NETWORK_HPP
#define PEERLANE_TESTS_API_FAKE_NETWORK_HPP

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/network_connection.hpp"
#include "core/result.hpp"

namespace peerlane::test {

/// The far end of a FakeNetwork: what the API side asked of it, and what it is to hear. Outlives
/// the connection.
class FakeWire {
 public:
  struct Sent {
    ChannelKey channel = 0;
    bool is_text = false;
    PackedByteArray payload;
  };

  const std::shared_ptr<ConnectionLink> link = std::make_shared<ConnectionLink>();
  std::vector<Command> commands;
  std::atomic<int> posted_wakeups{0};
  int helped = 0;
  bool destroyed = false;

  /// The commands of one kind, in order.
  template <class Kind>
  std::vector<Kind> all() const {
    std::vector<Kind> found;
    for (const Command &command : commands) {
      if (const Kind *kind = std::get_if<Kind>(&command)) found.push_back(*kind);
    }
    return found;
  }
  template <class Kind>
  std::size_t count() const {
    return all<Kind>().size();
  }
  /// Keys of the channels that were opened, in order.
  std::vector<ChannelKey> opened() const;
  std::vector<Sent> sent() const;

  /// As a turn of the strand: visible at once, handlers run here.
  void emit(ControlEvent event);
  void message(ChannelKey channel, const std::string &payload, bool is_text = false);
  /// Several events that become visible together.
  void stage(ControlEvent event) { link->events.push(std::move(event)); }
  void stage_buffered_amount_low(ChannelKey channel);
  void stage_message(ChannelKey channel, const std::string &payload, bool is_text = false);
  void publish();
  /// Runs what post_wakeup asked for, as a network thread would.
  void run_wakeups();

  void transport(TransportStateChanged::State state) { emit(TransportStateChanged{state}); }
  /// Every channel that was opened and is not, in order.
  void open_channels();
  /// Channels of the peer have odd keys. Returns the link.
  std::shared_ptr<ChannelLink> arrive(const std::string &label, std::uint16_t stream);
  void candidate(std::uint32_t generation, std::uint16_t port);

 private:
  friend class FakeNetwork;
  mutable std::mutex lock_;
  std::vector<Sent> sent_;
  std::size_t opened_so_far_ = 0;
  ChannelKey next_remote_key_ = 1;
};

/// A network connection that does nothing but remember.
class FakeNetwork final : public NetworkConnection {
 public:
  explicit FakeNetwork(std::shared_ptr<FakeWire> wire) : wire_(std::move(wire)) {}
  ~FakeNetwork() override { wire_->destroyed = true; }

  void execute(Command command) override { wire_->commands.push_back(std::move(command)); }
  void send(ChannelLink &channel, bool is_text, PackedByteArray &&payload) override;
  void send(ChannelLink &channel, bool is_text, ByteView payload) override;
  void post_wakeup() override { ++wire_->posted_wakeups; }
  void help() override { ++wire_->helped; }
  void fill_stats(PeerConnectionStats &stats) const override;
  const std::shared_ptr<ConnectionLink> &link() const override { return wire_->link; }

 private:
  const std::shared_ptr<FakeWire> wire_;
};

}  // namespace peerlane::test

#endif  // PEERLANE_TESTS_API_FAKE_NETWORK_HPP
