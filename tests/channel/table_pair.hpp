// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_CHANNEL_TABLE_PAIR_HPP
#define PEERLANE_TESTS_CHANNEL_TABLE_PAIR_HPP

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>

#include "channel/channel_table.hpp"
#include "channel/manual_clock.hpp"
#include "channel/paired_association.hpp"
#include "channel/recorder.hpp"

namespace peerlane::test {

/// One of two ends, and what its application does.
struct TableEnd {
  explicit TableEnd(TimerQueue &timers) : table({}, timers, recorder) {}

  std::shared_ptr<ChannelLink> open(ChannelParameters parameters) {
    auto link = std::make_shared<ChannelLink>(next_key, std::move(parameters));
    next_key += 2;
    links[link->key] = link;
    table.open(link);
    return link;
  }
  std::shared_ptr<ChannelLink> link_of(ChannelKey key) {
    for (const auto &link : recorder.arrived) {
      if (link->key == key) return link;
    }
    return links.count(key) != 0 ? links[key] : nullptr;
  }
  void send(ChannelLink &link, const std::string &text) {
    link.buffered += text.size();
    link.buffered_cost += text.size() + kMessageOverhead;
    table.send(link, true, ByteView(text));
  }

  Recorder recorder;
  ChannelTable table;
  PairedAssociation association;
  std::map<ChannelKey, std::shared_ptr<ChannelLink>> links;
  ChannelKey next_key = 2;
};

/// Two tables over one association in memory. Deterministic by its seed.
struct TablePair {
  explicit TablePair(unsigned seed = 1) : random(seed) {
    a.association.connect(b.association, a.table);
    b.association.connect(a.association, b.table);
  }
  void up() {
    a.table.on_association_up(a.association, true);
    b.table.on_association_up(b.association, false);
  }
  /// One thing that is under way, from either end.
  bool step() {
    const bool a_idle = a.association.idle();
    if (a_idle && b.association.idle()) return false;
    const bool from_a = !a_idle && (b.association.idle() || random() % 2 == 0);
    (from_a ? a : b).association.deliver_one(random);
    return true;
  }
  void settle() {
    for (int i = 0; i < 1'000'000; ++i) {
      if (!step()) return;
    }
    ADD_FAILURE() << "never comes to rest";
  }

  std::mt19937 random;
  ManualClock clock;
  TimerQueue timers{clock};
  TableEnd a{timers}, b{timers};
};

}  // namespace peerlane::test

#endif  // PEERLANE_TESTS_CHANNEL_TABLE_PAIR_HPP
