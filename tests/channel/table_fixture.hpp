// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_CHANNEL_TABLE_FIXTURE_HPP
#define PEERLANE_TESTS_CHANNEL_TABLE_FIXTURE_HPP

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "channel/channel_table.hpp"
#include "channel/dcep.hpp"
#include "channel/manual_clock.hpp"
#include "channel/recorder.hpp"
#include "channel/scripted_association.hpp"

namespace peerlane::test {

inline ChannelParameters in_band(const std::string &label = "chat") {
  ChannelParameters parameters;
  parameters.label = label;
  return parameters;
}

inline ChannelParameters negotiated(std::uint16_t id) {
  ChannelParameters parameters;
  parameters.label = "n" + std::to_string(id);
  parameters.negotiated = true;
  parameters.id = id;
  return parameters;
}

/// What the caller of a table counts before it sends.
inline void count_buffered(ChannelLink &link, std::size_t size) {
  link.buffered += size;
  link.buffered_cost += size + kMessageOverhead;
}

/// One table over an association that follows the test's script; we are the DTLS client.
class TableFixture : public testing::Test {
 protected:
  explicit TableFixture(const ChannelTable::Limits &limits = {}) { make_table(limits); }

  void make_table(const ChannelTable::Limits &limits) {
    table_ = std::make_unique<ChannelTable>(limits, timers_, recorder_);
  }
  ChannelTable &table() { return *table_; }
  void up(bool dtls_client = true) { table_->on_association_up(association_, dtls_client); }

  /// Keys 2, 4, 6… in the order of creation.
  std::shared_ptr<ChannelLink> open(ChannelParameters parameters = in_band()) {
    auto link = std::make_shared<ChannelLink>(next_key_, std::move(parameters));
    next_key_ += 2;
    table_->open(link);
    return link;
  }
  /// An open negotiated channel, nothing logged, nothing sent.
  std::shared_ptr<ChannelLink> open_negotiated(std::uint16_t id) {
    auto link = open(negotiated(id));
    forget();
    return link;
  }
  void send(ChannelLink &link, const std::string &text) {
    count_buffered(link, text.size());
    table_->send(link, true, ByteView(text));
  }
  void receive(std::uint16_t stream, Ppid ppid, ByteView payload) {
    table_->on_message(stream, static_cast<std::uint32_t>(ppid), payload);
  }
  void receive_open(std::uint16_t stream, const ChannelParameters &parameters = in_band("peer's")) {
    receive(stream, Ppid::DCEP, encode_dcep_open(parameters));
  }
  void receive_ack(std::uint16_t stream) { receive(stream, Ppid::DCEP, ByteView(kDcepAck)); }
  void pass(Duration time) { clock_.advance(timers_, time); }
  void forget() {
    recorder_.log.clear();
    association_.sent.clear();
  }
  std::string log() { return recorder_.take_log(); }
  std::string sent() { return association_.take_sent(); }
  std::uint64_t dropped(const std::string &reason) {
    const auto found = table_->dropped().find(reason);
    return found == table_->dropped().end() ? 0 : found->second;
  }

  ManualClock clock_;
  TimerQueue timers_{clock_};
  Recorder recorder_;
  ScriptedAssociation association_;

 private:
  std::unique_ptr<ChannelTable> table_;
  ChannelKey next_key_ = 2;
};

}  // namespace peerlane::test

#endif  // PEERLANE_TESTS_CHANNEL_TABLE_FIXTURE_HPP
