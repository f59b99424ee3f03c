// SPDX-License-Identifier: MIT
#include <set>

#include "channel/table_fixture.hpp"
#include "channel/table_pair.hpp"

namespace peerlane::test {
namespace {

constexpr unsigned kSeeds = 40;

TEST(ChannelPair, OpensDeliversAndCloses) {
  TablePair pair;
  pair.up();
  auto link = pair.a.open(in_band("chat"));
  pair.a.send(*link, "hello");
  pair.settle();
  ASSERT_EQ(pair.b.recorder.arrived.size(), 1u);
  pair.b.send(*pair.b.recorder.arrived[0], "hi");
  pair.settle();
  pair.a.table.close(2);
  pair.settle();
  EXPECT_EQ(pair.a.recorder.take_log(), "id 2:0, opened 2:0, text 2=hi, closed 2");
  EXPECT_EQ(pair.b.recorder.take_log(), "arrived 1:0, text 1=hello, closing 1, closed 1");
}

TEST(ChannelPair, BothMayOpenAtOnce) {
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    TablePair pair(seed);
    for (int i = 0; i < 10; ++i) {
      pair.a.open(in_band());
      pair.b.open(in_band());
    }
    pair.up();
    pair.settle();
    EXPECT_EQ(pair.a.recorder.arrived.size(), 10u);
    EXPECT_EQ(pair.b.recorder.arrived.size(), 10u);
    std::set<std::uint16_t> streams;
    for (const auto &[key, seen] : pair.a.recorder.channels) streams.insert(seen.stream);
    EXPECT_EQ(streams.size(), 20u);
  }
}

TEST(ChannelPair, BothMayCloseAtOnceAndUseTheIdAgain) {
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    TablePair pair(seed);
    pair.up();
    for (int round = 0; round < 5; ++round) {
      auto mine = pair.a.open(negotiated(6));
      auto yours = pair.b.open(negotiated(6));
      const std::string text = "round " + std::to_string(round);
      pair.a.send(*mine, text);
      pair.b.send(*yours, text);
      pair.settle();
      EXPECT_EQ(pair.a.recorder.channels[mine->key].messages, std::vector<std::string>{text});
      EXPECT_EQ(pair.b.recorder.channels[yours->key].messages, std::vector<std::string>{text});
      pair.a.table.close(mine->key);
      pair.b.table.close(yours->key);
      pair.settle();
      EXPECT_EQ(pair.a.recorder.channels[mine->key].closed, 1);
      EXPECT_EQ(pair.b.recorder.channels[yours->key].closed, 1);
    }
    EXPECT_EQ(pair.a.association.violations + pair.b.association.violations, 0u);
  }
}

// The opener may use the id again before its last answer has reached the other end.
TEST(ChannelPair, LosesNothingWhereAnIdIsUsedAgainAtOnce) {
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    TablePair pair(seed);
    pair.up();
    for (int round = 0; round < 20; ++round) {
      auto link = pair.a.open(in_band(std::to_string(round)));
      for (int i = 0; i < 30; ++i) pair.a.send(*link, std::to_string(i));
      pair.a.table.close(link->key);
      while (pair.a.recorder.channels[link->key].closed == 0) ASSERT_TRUE(pair.step());
    }
    pair.settle();
    ASSERT_EQ(pair.b.recorder.arrived.size(), 20u);
    for (int round = 0; round < 20; ++round) {
      const auto &link = pair.b.recorder.arrived[static_cast<std::size_t>(round)];
      EXPECT_EQ(link->parameters.label, std::to_string(round));
      const Recorder::Seen &seen = pair.b.recorder.channels[link->key];
      EXPECT_EQ(seen.messages.size(), 30u) << "seed " << seed << " round " << round;
      EXPECT_EQ(seen.closed, 1);
    }
    EXPECT_EQ(pair.a.recorder.channels[2].stream, pair.a.recorder.channels[40].stream);
    EXPECT_EQ(pair.a.association.violations + pair.b.association.violations, 0u);
  }
}

TEST(ChannelPair, DeliversEverythingBeforeTheCloseOverASlowLink) {
  for (unsigned seed = 0; seed < 8; ++seed) {
    TablePair pair(seed);
    pair.a.association.capacity = 3000;
    pair.up();
    auto link = pair.a.open(in_band());
    for (int i = 0; i < 1000; ++i) pair.a.send(*link, std::to_string(i) + std::string(1000, '.'));
    pair.a.table.close(link->key);
    pair.settle();
    const auto &messages = pair.b.recorder.channels[1].messages;
    ASSERT_EQ(messages.size(), 1000u);
    for (std::size_t i = 0; i < messages.size(); ++i) {
      EXPECT_EQ(messages[i].substr(0, messages[i].find('.')), std::to_string(i));
    }
    EXPECT_EQ(pair.a.recorder.channels[2].closed, 1);
    EXPECT_EQ(link->buffered, 0u);
    EXPECT_EQ(link->buffered_cost, 0u);
  }
}

TEST(ChannelPair, DeliversUnorderedMessagesSentRightAfterTheOpen) {
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    TablePair pair(seed);
    pair.up();
    ChannelParameters parameters = in_band();
    parameters.ordered = false;
    auto link = pair.a.open(parameters);
    for (int i = 0; i < 100; ++i) {
      pair.a.send(*link, "x");
      if (i % 7 == 0) pair.step();
    }
    pair.settle();
    EXPECT_EQ(pair.b.recorder.channels[1].messages.size(), 100u);
    EXPECT_TRUE(pair.b.table.dropped().empty());
  }
}

TEST(ChannelPair, GrowsTheNumberOfStreamsFromBothEnds) {
  for (unsigned seed = 0; seed < 8; ++seed) {
    TablePair pair(seed);
    pair.up();
    auto far = pair.a.open(negotiated(1000));
    for (int i = 0; i < 100; ++i) pair.a.open(in_band());
    pair.b.open(negotiated(1000));
    pair.settle();
    EXPECT_EQ(pair.b.recorder.arrived.size(), 100u);
    pair.a.send(*far, "far");
    pair.b.send(*pair.b.recorder.arrived[99], "answer");
    pair.settle();
    EXPECT_EQ(pair.b.recorder.channels[2].messages.size(), 1u);
    EXPECT_TRUE(pair.a.recorder.errors.empty());
    EXPECT_TRUE(pair.b.recorder.errors.empty());
  }
}

}  // namespace
}  // namespace peerlane::test
