// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_CHANNEL_SCRIPTED_ASSOCIATION_HPP
#define PEERLANE_TESTS_CHANNEL_SCRIPTED_ASSOCIATION_HPP

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "core/sctp_message.hpp"

namespace peerlane::test {

/// An association that does what the test tells it, and remembers what it was asked for.
class ScriptedAssociation final : public SctpAssociation {
 public:
  struct Sent {
    std::uint16_t stream;
    Ppid ppid;
    bool ordered;
    SctpMessage::Reliability reliability;
    std::uint32_t reliability_value;
    bool more_follows;
    std::string payload;
  };

  std::size_t room = 1u << 30;
  std::size_t full_above = SIZE_MAX;  ///< Longer messages find the buffer full.
  std::set<std::uint16_t> failing;    ///< Streams on which nothing can be sent.
  bool takes_resets = true;
  bool grants_streams = true;
  bool overtaking = false;
  std::uint16_t streams = 256;
  bool keep_payloads = true;

  std::vector<Sent> sent;
  std::vector<std::uint16_t> reset;
  std::vector<std::uint16_t> requested;
  int room_asked = 0;

  /// "0:50 0:51" for what was sent since the last call: stream and PPID.
  std::string take_sent() {
    std::string all;
    for (const Sent &each : sent) {
      all += (all.empty() ? "" : " ") + std::to_string(each.stream) + ":" +
             std::to_string(static_cast<std::uint32_t>(each.ppid));
    }
    sent.clear();
    return all;
  }

  SctpSendStatus send(const SctpMessage &message) override {
    if (failing.count(message.stream) != 0 || message.stream >= streams) {
      return SctpSendStatus::FAILED;
    }
    if (message.payload.size() > full_above) return SctpSendStatus::FULL;
    room -= std::min(room, message.payload.size());
    std::string payload;
    if (keep_payloads) payload.assign(message.payload.begin(), message.payload.end());
    sent.push_back({message.stream, message.ppid, message.ordered, message.reliability,
                    message.reliability_value, message.more_follows, std::move(payload)});
    return SctpSendStatus::SENT;
  }
  bool reset_streams(const std::vector<std::uint16_t> &asked) override {
    if (takes_resets) reset.insert(reset.end(), asked.begin(), asked.end());
    return takes_resets;
  }
  bool request_streams(std::uint16_t total) override {
    if (grants_streams) requested.push_back(total);
    return grants_streams;
  }
  std::uint16_t outgoing_streams() const override { return streams; }
  std::uint16_t incoming_streams() const override { return streams; }
  bool interleaves() const override { return false; }
  bool may_overtake() override { return overtaking; }
  std::size_t send_room() override {
    ++room_asked;
    return room;
  }
};

}  // namespace peerlane::test

#endif  // PEERLANE_TESTS_CHANNEL_SCRIPTED_ASSOCIATION_HPP
