// SPDX-License-Identifier: MIT
#include <set>

#include "channel/table_fixture.hpp"
#include "channel/table_pair.hpp"

namespace peerlane::test {
namespace {

// What must hold of every channel at every time, whatever the peer and the application do.
void expect_sane(const Recorder &recorder, const std::string &where) {
  std::set<std::uint16_t> streams;
  for (const auto &[key, seen] : recorder.channels) {
    ASSERT_LE(seen.opened + seen.arrived, 1) << where << " key " << key;
    ASSERT_LE(seen.ids, 1) << where << " key " << key;
    ASSERT_LE(seen.closing, 1) << where << " key " << key;
    ASSERT_LE(seen.closed, 1) << where << " key " << key;
    if (!seen.is_open()) continue;
    ASSERT_TRUE(streams.insert(seen.stream).second) << where << " stream " << seen.stream;
  }
}

ChannelKey any_key(std::mt19937 &random, const Recorder &recorder, ChannelKey next_own) {
  if (random() % 2 == 0) return static_cast<ChannelKey>(random() % (next_own + 2));
  return static_cast<ChannelKey>(2 * (random() % (recorder.arrived.size() + 1)) + 1);
}

void act(std::mt19937 &random, TableEnd &end) {
  switch (random() % 8) {
    case 0: {
      ChannelParameters parameters = in_band("c");
      parameters.ordered = random() % 2 == 0;
      if (random() % 3 == 0) parameters.max_retransmits = 0;
      end.open(parameters);
      break;
    }
    case 1:
      end.open(negotiated(static_cast<std::uint16_t>(random() % 80)));
      break;
    case 2:
      end.table.close(any_key(random, end.recorder, end.next_key));
      break;
    default: {
      const auto link = end.link_of(any_key(random, end.recorder, end.next_key));
      if (link && end.recorder.channels[link->key].is_open()) {
        end.send(*link, std::string(random() % 300, 'x'));
      }
    }
  }
}

TEST(ChannelRandom, TwoEndsStaySaneAndEveryChannelCloses) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    TablePair pair(seed);
    pair.a.association.capacity = pair.b.association.capacity = 1000;
    if (seed % 2 == 0) pair.up();
    for (int i = 0; i < 400; ++i) {
      if (i == 50 && seed % 2 != 0) pair.up();
      act(pair.random, pair.random() % 2 == 0 ? pair.a : pair.b);
      for (std::size_t steps = pair.random() % 6; steps > 0; --steps) pair.step();
      if (pair.random() % 20 == 0) pair.clock.advance(pair.timers, std::chrono::milliseconds(50));
      expect_sane(pair.a.recorder, "a, seed " + std::to_string(seed));
      expect_sane(pair.b.recorder, "b, seed " + std::to_string(seed));
      if (testing::Test::HasFatalFailure()) return;
    }
    for (TableEnd *end : {&pair.a, &pair.b}) {
      for (ChannelKey key = 0; key < end->next_key + 1000; ++key) end->table.close(key);
    }
    pair.settle();
    // A negotiated channel that the peer has not got is answered by nobody.
    pair.clock.advance(pair.timers, std::chrono::seconds(61));
    pair.settle();
    EXPECT_EQ(pair.timers.next_deadline(), TimePoint::max());
    EXPECT_EQ(pair.a.association.violations, 0u) << seed;
    EXPECT_EQ(pair.b.association.violations, 0u) << seed;
    for (TableEnd *end : {&pair.a, &pair.b}) {
      EXPECT_FALSE(end->table.has_queued());
      for (const auto &[key, seen] : end->recorder.channels) EXPECT_EQ(seen.closed, 1) << key;
    }
  }
}

class HostilePeer : public TableFixture {
 protected:
  // Anything that an SCTP peer can cause, valid or not, and an application that goes on using the
  // table meanwhile.
  void do_anything(std::mt19937 &random) {
    const auto stream = static_cast<std::uint16_t>(random() % 40);
    switch (random() % 16) {
      case 0:
        receive_open(stream, in_band(std::string(random() % 50, 'l')));
        break;
      case 1:
        receive_ack(stream);
        break;
      case 2:
        receive(stream, Ppid::DCEP, garbage(random));
        break;
      case 3:
        table().on_incoming_reset({stream, static_cast<std::uint16_t>(random() % 70000), stream});
        break;
      case 4:
        table().on_outgoing_reset({stream, static_cast<std::uint16_t>(random() % 70000)});
        break;
      case 5:
        table().on_streams_changed();
        association_.streams = static_cast<std::uint16_t>(10 + random() % 60);
        break;
      case 6:
        association_.takes_resets = random() % 4 != 0;
        association_.grants_streams = random() % 4 != 0;
        association_.full_above = random() % 2 == 0 ? SIZE_MAX : random() % 100;
        association_.room = random() % 2000;
        break;
      case 7:
        table().on_sendable();
        break;
      case 8:
        pass(std::chrono::milliseconds(random() % 3000));
        break;
      case 9:
        open(random() % 2 == 0 ? in_band() : negotiated(stream));
        break;
      case 10:
        table().close(any_key(random, recorder_, 400));
        break;
      case 11:
        table().on_message(stream, static_cast<std::uint32_t>(random() % 60), garbage(random));
        break;
      case 12:
        if (random() % 50 == 0) table().on_association_down();
        break;
      case 13:
        up(true);
        break;
      default:
        receive(stream, random() % 2 == 0 ? Ppid::STRING_PARTIAL : Ppid::BINARY, garbage(random));
    }
    for (const auto &link : recorder_.arrived) {
      if (random() % 16 == 0 && recorder_.channels[link->key].is_open()) send(*link, "answer");
    }
    association_.sent.clear();
    association_.reset.clear();
  }
  static PackedByteArray garbage(std::mt19937 &random) {
    PackedByteArray bytes(random() % 64);
    for (std::uint8_t &byte : bytes) byte = static_cast<std::uint8_t>(random() % 4);
    return bytes;
  }
};

TEST_F(HostilePeer, BreaksNoInvariant) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    ChannelTable::Limits limits;
    limits.max_incoming_channels = 8;
    limits.max_label_bytes = 200;
    limits.max_message_size = 500;
    recorder_ = Recorder();
    make_table(limits);
    up();
    for (int i = 0; i < 500; ++i) {
      do_anything(random);
      recorder_.log.clear();
      expect_sane(recorder_, "seed " + std::to_string(seed) + " op " + std::to_string(i));
      if (HasFatalFailure()) return;
      std::size_t incoming = 0;
      for (const auto &link : recorder_.arrived) {
        incoming += recorder_.channels[link->key].is_open() ? 1 : 0;
      }
      ASSERT_LE(incoming, limits.max_incoming_channels);
    }
    table().on_association_down();
    for (const auto &[key, seen] : recorder_.channels) {
      EXPECT_EQ(seen.closed, 1) << "seed " << seed << " key " << key;
    }
    EXPECT_FALSE(table().has_queued());
    EXPECT_EQ(timers_.next_deadline(), TimePoint::max());
  }
}

}  // namespace
}  // namespace peerlane::test
