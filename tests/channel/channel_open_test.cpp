// SPDX-License-Identifier: MIT
#include <set>

#include "channel/table_fixture.hpp"

namespace peerlane::test {
namespace {

using ChannelOpen = TableFixture;

TEST_F(ChannelOpen, WaitsForTheAssociationAndAssignsStreamsInTheOrderOfCreation) {
  open(in_band("a"));
  open(in_band("b"));
  EXPECT_EQ(log(), "");
  up();
  EXPECT_EQ(log(), "id 2:0, id 4:2, opened 2:0, opened 4:2");
  EXPECT_EQ(sent(), "0:50 2:50");
}

TEST_F(ChannelOpen, UsesOddStreamsAsDtlsServer) {
  open();
  up(false);
  EXPECT_EQ(log(), "id 2:1, opened 2:1");
}

TEST_F(ChannelOpen, OpensAtOnceWhereTheAssociationIsUp) {
  up();
  open();
  EXPECT_EQ(log(), "id 2:0, opened 2:0");
  EXPECT_EQ(sent(), "0:50");
}

TEST_F(ChannelOpen, SkipsTheIdsOfNegotiatedChannelsCreatedLater) {
  open(in_band());
  open(negotiated(0));
  open(negotiated(2));
  up();
  EXPECT_EQ(recorder_.channels[2].stream, 4);
  EXPECT_EQ(sent(), "4:50") << "nothing is sent to open a negotiated channel";
  EXPECT_EQ(recorder_.channels[4].opened, 1);
}

TEST_F(ChannelOpen, TakesTheLowestFreeStreamAgain) {
  up();
  open();
  open();
  table().close(2);
  table().on_outgoing_reset({0});
  EXPECT_EQ(recorder_.channels[2].closed, 0);
  open();
  EXPECT_EQ(recorder_.channels[6].stream, 4) << "stream 0 is not free yet";
  table().on_incoming_reset({0});
  EXPECT_EQ(recorder_.channels[2].closed, 1);
  open();
  EXPECT_EQ(recorder_.channels[8].stream, 0);
}

TEST_F(ChannelOpen, SendsTheOpenReliableAndOrderedOnAnUnorderedChannel) {
  up();
  ChannelParameters parameters = in_band();
  parameters.ordered = false;
  parameters.max_retransmits = 0;
  open(parameters);
  ASSERT_EQ(association_.sent.size(), 1u);
  EXPECT_TRUE(association_.sent[0].ordered);
  EXPECT_EQ(association_.sent[0].reliability, SctpMessage::Reliability::RELIABLE);
}

TEST_F(ChannelOpen, SendsInOrderUntilThePeerHasAnswered) {
  up();
  for (const bool by_ack : {true, false}) {
    ChannelParameters parameters = in_band();
    parameters.ordered = false;
    auto link = open(parameters);
    const std::uint16_t stream = recorder_.channels[link->key].stream;
    send(*link, "early");
    EXPECT_TRUE(association_.sent.back().ordered);
    if (by_ack) {
      receive_ack(stream);
    } else {
      receive(stream, Ppid::BINARY, "x");
    }
    send(*link, "late");
    EXPECT_FALSE(association_.sent.back().ordered);
  }
}

TEST_F(ChannelOpen, SendsUnorderedAtOnceOnANegotiatedChannel) {
  up();
  ChannelParameters parameters = negotiated(5);
  parameters.ordered = false;
  auto link = open(parameters);
  send(*link, "x");
  EXPECT_FALSE(association_.sent.back().ordered);
}

TEST_F(ChannelOpen, IgnoresAnAckToAnOpenANegotiatedOrNoChannel) {
  up();
  open();
  open(negotiated(7));
  forget();
  for (const std::uint16_t stream : std::vector<std::uint16_t>{0, 0, 7, 9, 10}) receive_ack(stream);
  EXPECT_EQ(log(), "");
  EXPECT_EQ(sent(), "");
  EXPECT_TRUE(association_.reset.empty());
}

TEST_F(ChannelOpen, IsNotOpenBeforeSctpHasTakenTheOpen) {
  up();
  association_.full_above = 0;
  auto link = open();
  EXPECT_EQ(log(), "id 2:0");
  EXPECT_TRUE(table().has_queued());
  association_.full_above = SIZE_MAX;
  table().on_sendable();
  EXPECT_EQ(log(), "opened 2:0");
  EXPECT_FALSE(table().has_queued());
}

TEST_F(ChannelOpen, ClosesWhatSctpRefusesToOpenAndHarmsNothingElse) {
  up();
  open();
  forget();
  association_.failing.insert(2);
  open();
  EXPECT_EQ(log(), "id 4:2, error 27, closed 4");
  association_.failing.clear();
  open();
  EXPECT_EQ(log(), "id 6:2, opened 6:2");
}

TEST_F(ChannelOpen, AsksForMoreStreamsAndWaits) {
  up();
  open(negotiated(300));
  EXPECT_EQ(log(), "");
  EXPECT_EQ(association_.requested.back(), 301);
  table().on_streams_changed();
  EXPECT_EQ(log(), "") << "the peer's own side has grown, ours not yet";
  association_.streams = 512;
  table().on_streams_changed();
  EXPECT_EQ(log(), "opened 2:300");
  pass(std::chrono::minutes(2));
  EXPECT_EQ(log(), "");
}

TEST_F(ChannelOpen, OpensTheHighestId) {
  up();
  open(negotiated(65534));
  EXPECT_EQ(association_.requested.back(), 65535);
  association_.streams = 65535;
  table().on_streams_changed();
  EXPECT_EQ(log(), "opened 2:65534");
}

TEST_F(ChannelOpen, ClosesTheChannelAloneWhereThePeerGivesNoStreams) {
  up();
  open();
  forget();
  association_.grants_streams = false;
  open(negotiated(1000));
  EXPECT_EQ(log(), "error 2, closed 4");
  EXPECT_NE(recorder_.last_error.find("1000"), std::string::npos);
  association_.grants_streams = true;
  open(negotiated(1000));
  EXPECT_EQ(log(), "");
  association_.grants_streams = false;
  table().on_streams_changed();
  EXPECT_EQ(log(), "error 2, closed 6");
  EXPECT_TRUE(recorder_.channels[2].is_open());
}

TEST_F(ChannelOpen, GivesUpOnStreamsThatNeverCome) {
  up();
  open(negotiated(1000));
  pass(std::chrono::seconds(31));
  EXPECT_EQ(log(), "error 2, closed 2");
}

TEST_F(ChannelOpen, WaitsForItsStreamsByItsOwnClock) {
  up();
  open(negotiated(300));
  association_.streams = 512;
  table().on_streams_changed();
  EXPECT_EQ(log(), "opened 2:300");
  pass(std::chrono::seconds(29));
  open(negotiated(1000));
  pass(std::chrono::seconds(29));
  EXPECT_EQ(log(), "") << "not by that of the one before";
  pass(std::chrono::seconds(2));
  EXPECT_EQ(log(), "error 2, closed 4");
}

TEST_F(ChannelOpen, RefusesANegotiatedIdThatIsInUse) {
  up();
  receive_open(1);
  open(negotiated(1));
  EXPECT_EQ(log(), "arrived 1:1, error 22, closed 2");
}

TEST_F(ChannelOpen, WaitsWithANegotiatedIdUntilItsFormerChannelIsClosed) {
  up();
  open_negotiated(4);
  table().close(2);
  open(negotiated(4));
  EXPECT_EQ(log(), "");
  table().on_outgoing_reset({4});
  table().on_incoming_reset({4});
  EXPECT_EQ(log(), "closed 2, opened 4:4");
}

TEST_F(ChannelOpen, NeverGivesOneStreamToTwoChannels) {
  for (std::uint16_t id = 0; id < 100; id = static_cast<std::uint16_t>(id + 3))
    open(negotiated(id));
  for (int i = 0; i < 100; ++i) open();
  up();
  for (const std::uint16_t stream : std::vector<std::uint16_t>{1, 5, 7}) receive_open(stream);
  std::set<std::uint16_t> streams;
  for (const auto &[key, seen] : recorder_.channels) {
    if (seen.is_open()) {
      EXPECT_TRUE(streams.insert(seen.stream).second) << seen.stream;
    }
  }
  EXPECT_EQ(streams.size(), 34u + 100 + 3);
}

TEST_F(ChannelOpen, ClosesEveryChannelWithTheAssociationAndOpensNewOnesWithTheNext) {
  open();
  up();
  open(negotiated(3));
  receive_open(1);
  table().close(4);
  forget();
  table().on_association_down();
  EXPECT_EQ(log(), "closed 1, closed 2, closed 4");
  open();
  EXPECT_EQ(log(), "");
  up(false);
  EXPECT_EQ(log(), "id 6:1, opened 6:1");
}

TEST_F(ChannelOpen, ClosesWaitingChannelsWhereTheAssociationNeverCame) {
  open();
  open(negotiated(1));
  table().on_association_down();
  EXPECT_EQ(log(), "closed 2, closed 4");
}

}  // namespace
}  // namespace peerlane::test
