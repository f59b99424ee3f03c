// SPDX-License-Identifier: MIT
#include "channel/table_fixture.hpp"

namespace peerlane::test {
namespace {

class SendScheduling : public TableFixture {
 protected:
  SendScheduling() { up(); }
  std::shared_ptr<ChannelLink> unreliable(std::uint16_t id, std::uint16_t retransmits) {
    ChannelParameters parameters = negotiated(id);
    parameters.max_retransmits = retransmits;
    return open(parameters);
  }
  std::shared_ptr<ChannelLink> with_life_time(std::uint16_t id, std::uint16_t milliseconds) {
    ChannelParameters parameters = negotiated(id);
    parameters.max_packet_life_time = milliseconds;
    return open(parameters);
  }
  void set_room(std::size_t room) {
    association_.room = room;
    table().on_sendable();
  }
};

TEST_F(SendScheduling, SendsOneMessageStraightAway) {
  auto link = open_negotiated(0);
  send(*link, "now");
  ASSERT_EQ(association_.sent.size(), 1u);
  EXPECT_EQ(association_.sent[0].payload, "now");
  EXPECT_FALSE(association_.sent[0].more_follows);
  EXPECT_FALSE(table().has_queued());
  EXPECT_EQ(link->buffered, 0u);
  EXPECT_EQ(link->buffered_cost, 0u);
  EXPECT_EQ(link->messages_sent, 1u);
  EXPECT_EQ(link->bytes_sent, 3u);
}

TEST_F(SendScheduling, SendsEmptyMessagesAsOneFillerByte) {
  auto link = open_negotiated(0);
  count_buffered(*link, 0);
  table().send(*link, true, ByteView());
  count_buffered(*link, 0);
  table().send(*link, false, PackedByteArray());
  EXPECT_EQ(association_.sent[0].payload, std::string(1, '\0'));
  EXPECT_EQ(sent(), "0:56 0:57");
  EXPECT_EQ(link->buffered_cost, 0u);
  EXPECT_EQ(link->bytes_sent, 0u);
}

TEST_F(SendScheduling, SendsABatchInOrderAndSaysThatMoreFollows) {
  open_negotiated(0);
  auto link = open_negotiated(1);
  MessageQueue batch;
  for (int i = 0; i < 5; ++i) {
    count_buffered(*link, 1);
    batch.push(4, false, clock_.now(), ByteView(std::to_string(i)));
  }
  table().enqueue(batch);
  EXPECT_TRUE(batch.empty());
  ASSERT_EQ(association_.sent.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(association_.sent[i].payload, std::to_string(i));
    EXPECT_EQ(association_.sent[i].more_follows, i != 4);
  }
}

TEST_F(SendScheduling, DoesNotPromiseMoreThanThereIsRoomFor) {
  auto link = open_negotiated(0);
  set_room(0);
  for (int i = 0; i < 4; ++i) send(*link, std::string(1000, 'x'));
  set_room(1500);
  ASSERT_EQ(association_.sent.size(), 2u);
  EXPECT_TRUE(association_.sent[0].more_follows);
  EXPECT_FALSE(association_.sent[1].more_follows);
  EXPECT_TRUE(table().has_queued());
}

TEST_F(SendScheduling, AsksForTheRoomOncePerPump) {
  auto link = open_negotiated(0);
  set_room(0);
  for (int i = 0; i < 100; ++i) send(*link, "x");
  const int before = association_.room_asked;
  set_room(1'000'000);
  EXPECT_EQ(association_.sent.size(), 100u);
  EXPECT_EQ(association_.room_asked - before, 1);
}

TEST_F(SendScheduling, SendsAMessageLargerThanTheRoom) {
  auto link = open_negotiated(0);
  set_room(1);
  send(*link, std::string(100'000, 'x'));
  EXPECT_EQ(association_.sent.size(), 1u);
}

TEST_F(SendScheduling, KeepsTheOrderWhereTheAssociationIsFull) {
  auto link = open_negotiated(0);
  association_.full_above = 10;
  send(*link, std::string(20, 'a'));
  send(*link, "b");
  EXPECT_EQ(sent(), "");
  EXPECT_EQ(link->buffered, 21u);
  association_.full_above = SIZE_MAX;
  table().on_sendable();
  ASSERT_EQ(association_.sent.size(), 2u);
  EXPECT_EQ(association_.sent[1].payload, "b");
}

TEST_F(SendScheduling, LetsASmallMessageOfAnotherChannelPassALargeOneThatDoesNotFit) {
  auto bulk = open_negotiated(0);
  auto game = open_negotiated(1);
  association_.full_above = 1000;
  send(*bulk, std::string(5000, 'b'));
  send(*game, "g");
  EXPECT_EQ(sent(), "1:51");
}

TEST_F(SendScheduling, LetsASmallMessageWaitForOneBulkMessageAtMost) {
  auto bulk = open_negotiated(0);
  auto game = open_negotiated(1);
  set_room(0);
  const std::string chunk(16 * 1024, 'b');
  for (int i = 0; i < 1024; ++i) send(*bulk, chunk);  // 16 MiB
  association_.keep_payloads = false;
  std::size_t bulk_sent = 0;
  // 60 times in a second a game packet, and room for two chunks in between.
  for (int tick = 0; tick < 400; ++tick) {
    association_.sent.clear();
    send(*game, std::string(100, 'g'));
    set_room(2 * chunk.size());
    std::size_t before = 0;
    while (before < association_.sent.size() && association_.sent[before].stream != 1) ++before;
    ASSERT_LT(before, association_.sent.size()) << tick;
    ASSERT_LE(before, 1u) << tick;
    bulk_sent += association_.sent.size() - 1;
  }
  EXPECT_GE(bulk_sent, 780u) << "and the bulk goes on";
}

TEST_F(SendScheduling, SmallMessagesOvertakeWhatFillsTheRoomUpToABound) {
  auto bulk = open_negotiated(0);
  auto game = open_negotiated(1);
  association_.overtaking = true;
  set_room(0);
  send(*bulk, std::string(100'000, 'b'));
  EXPECT_EQ(sent(), "");
  send(*game, std::string(100, 'g'));
  send(*game, std::string(100, 'g'));
  EXPECT_EQ(sent(), "1:51 1:51");
  for (int i = 0; i < 1000; ++i) send(*game, std::string(100, 'g'));
  const std::size_t ahead = association_.sent.size();
  EXPECT_GT(ahead, 10u);
  EXPECT_LT(ahead, 50u);
  forget();
  // A moment of room, and it begins anew.
  set_room(1);
  EXPECT_EQ(association_.sent[0].stream, 0) << "whose turn it is";
  set_room(0);
  EXPECT_GT(association_.sent.size(), ahead / 2);
}

TEST_F(SendScheduling, AChannelThatFailsWhileItGoesAheadIsLeftAlone) {
  auto bulk = open_negotiated(0);
  auto game = open_negotiated(1);
  auto other = open_negotiated(2);
  set_room(0);
  send(*bulk, std::string(100'000, 'b'));
  for (int i = 0; i < 3; ++i) send(*game, "g");
  send(*other, "o");
  association_.failing.insert(1);
  association_.overtaking = true;
  table().on_sendable();
  EXPECT_EQ(sent(), "2:51") << "the others go on";
  EXPECT_EQ(dropped("message_refused"), 1u);
}

TEST_F(SendScheduling, NothingOvertakesInAStandstill) {
  auto bulk = open_negotiated(0);
  auto game = open_negotiated(1);
  set_room(0);
  send(*bulk, std::string(100'000, 'b'));
  send(*game, "g");
  EXPECT_EQ(sent(), "");
  association_.overtaking = true;
  table().on_sendable();
  EXPECT_EQ(sent(), "1:51");
}

TEST_F(SendScheduling, SharesByBytesNotByMessages) {
  auto large = open_negotiated(0);
  auto small = open_negotiated(1);
  set_room(0);
  for (int i = 0; i < 200; ++i) send(*large, std::string(60'000, 'l'));
  for (int i = 0; i < 20'000; ++i) send(*small, std::string(600, 's'));
  association_.keep_payloads = false;
  for (int i = 0; i < 200; ++i) set_room(30'000);
  const auto bytes_large = static_cast<double>(large->bytes_sent);
  const auto bytes_small = static_cast<double>(small->bytes_sent);
  EXPECT_GT(bytes_small, 0.75 * bytes_large);
  EXPECT_LT(bytes_small, 1.25 * bytes_large);
}

TEST_F(SendScheduling, LetsNobodyStarveBesideChannelsThatAlwaysComeAnew) {
  auto bulk = open_negotiated(0);
  std::vector<std::shared_ptr<ChannelLink>> others;
  for (std::uint16_t id = 1; id <= 20; ++id) others.push_back(open_negotiated(id));
  set_room(0);
  for (int i = 0; i < 100; ++i) send(*bulk, std::string(16'000, 'b'));
  for (int turn = 0; turn < 100; ++turn) {
    for (const auto &link : others) send(*link, std::string(1000, 's'));
    set_room(20'000);
  }
  EXPECT_GE(bulk->messages_sent, 4u);
  for (const auto &link : others) EXPECT_GE(link->messages_sent, 50u);
}

TEST_F(SendScheduling, DropsWhatOutlivedItsLifeTime) {
  auto link = with_life_time(0, 50);
  set_room(0);
  send(*link, "old");
  pass(std::chrono::milliseconds(30));
  send(*link, "young");
  pass(std::chrono::milliseconds(30));
  set_room(1000);
  ASSERT_EQ(association_.sent.size(), 1u);
  EXPECT_EQ(association_.sent[0].payload, "young");
  EXPECT_EQ(association_.sent[0].reliability, SctpMessage::Reliability::MAX_LIFETIME);
  EXPECT_EQ(association_.sent[0].reliability_value, 20u) << "what is left of it";
  EXPECT_EQ(dropped("message_stale"), 1u);
  EXPECT_EQ(link->buffered, 0u);
  EXPECT_EQ(link->messages_sent, 1u);
}

TEST_F(SendScheduling, CountsTheTimeThatAMessageWaitedBeforeItCameHere) {
  auto link = with_life_time(0, 50);
  MessageQueue batch;
  const TimePoint then = clock_.now();
  pass(std::chrono::milliseconds(45));
  count_buffered(*link, 3);
  batch.push(link->key, false, then, ByteView("new"));
  pass(std::chrono::milliseconds(1));
  count_buffered(*link, 3);
  batch.push(link->key, false, then - std::chrono::milliseconds(10), ByteView("old"));
  table().enqueue(batch);
  ASSERT_EQ(association_.sent.size(), 1u);
  EXPECT_EQ(association_.sent[0].reliability_value, 4u);
  EXPECT_EQ(link->buffered, 0u);
}

TEST_F(SendScheduling, PassesALifeTimeOfAtLeastOneMillisecond) {
  auto link = with_life_time(0, 0);
  send(*link, "x");
  EXPECT_EQ(association_.sent.back().reliability_value, 1u);
}

TEST_F(SendScheduling, DropsWhatPiledUpInAnOutage) {
  auto link = unreliable(0, 0);
  set_room(0);
  for (int i = 0; i < 180; ++i) {  // 3 s at 60 Hz
    send(*link, std::to_string(i));
    pass(std::chrono::microseconds(16'667));
  }
  set_room(1'000'000);
  EXPECT_GE(association_.sent.size(), 10u);
  EXPECT_LE(association_.sent.size(), 20u);
  EXPECT_EQ(association_.sent.back().payload, "179");
  EXPECT_FALSE(association_.sent.back().more_follows);
}

TEST_F(SendScheduling, DropsStaleMessagesWhileNothingElseHappens) {
  auto link = unreliable(0, 0);
  set_room(0);
  for (int i = 0; i < 10; ++i) send(*link, "x");
  pass(std::chrono::seconds(1));
  EXPECT_FALSE(table().has_queued());
  EXPECT_EQ(link->buffered, 0u);
  EXPECT_EQ(link->buffered_cost, 0u);
  EXPECT_EQ(timers_.next_deadline(), TimePoint::max());
}

TEST_F(SendScheduling, KeepsABurstThatTheLinkWorksOff) {
  auto link = unreliable(0, 0);
  set_room(0);
  for (int i = 0; i < 100; ++i) send(*link, std::string(1000, 'x'));
  for (int i = 0; i < 100; ++i) {  // 1 s, without a pause of 200 ms
    set_room(1000);
    pass(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(link->messages_sent, 100u);
}

TEST_F(SendScheduling, BoundsTheDelayOnALinkThatIsTooSlow) {
  auto link = unreliable(0, 0);
  set_room(0);
  for (int i = 0; i < 1000; ++i) send(*link, "x");
  for (int i = 0; i < 30; ++i) {
    set_room(1);
    pass(std::chrono::milliseconds(100));
  }
  EXPECT_FALSE(table().has_queued());
  EXPECT_NEAR(static_cast<double>(link->messages_sent), 21, 2);
}

TEST_F(SendScheduling, HasMorePatienceWithMoreRetransmits) {
  auto link = unreliable(0, 9);
  set_room(0);
  send(*link, "x");
  pass(std::chrono::milliseconds(1900));
  EXPECT_TRUE(table().has_queued());
  pass(std::chrono::milliseconds(300));
  EXPECT_FALSE(table().has_queued());
}

TEST_F(SendScheduling, NeverDropsReliableMessages) {
  auto link = open_negotiated(0);
  set_room(0);
  send(*link, "x");
  pass(std::chrono::hours(24));
  set_room(1000);
  EXPECT_EQ(sent(), "0:51");
}

TEST_F(SendScheduling, AnnouncesTheFallToTheThresholdOnce) {
  auto link = open_negotiated(0);
  link->low_threshold = 10;
  set_room(0);
  for (int i = 0; i < 5; ++i) send(*link, "12345");
  EXPECT_EQ(recorder_.channels[2].low, 0);
  set_room(15);
  EXPECT_EQ(link->buffered, 10u);
  EXPECT_EQ(recorder_.channels[2].low, 1) << "from 15 to 10";
  set_room(1000);
  EXPECT_EQ(recorder_.channels[2].low, 1) << "it was low already";
}

TEST_F(SendScheduling, AnnouncesTheFallOfAMessageSentDirectly) {
  auto link = open_negotiated(0);
  send(*link, "x");
  EXPECT_EQ(recorder_.channels[2].low, 1);
  link->low_threshold = 1;
  send(*link, "x");
  EXPECT_EQ(recorder_.channels[2].low, 1) << "it was never above";
}

TEST_F(SendScheduling, AnnouncesTheFallByStaleMessages) {
  auto link = with_life_time(0, 10);
  set_room(0);
  send(*link, "x");
  pass(std::chrono::milliseconds(200));
  EXPECT_EQ(recorder_.channels[2].low, 1);
}

}  // namespace
}  // namespace peerlane::test
