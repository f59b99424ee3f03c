// SPDX-License-Identifier: MIT
#include "channel/table_fixture.hpp"

namespace peerlane::test {
namespace {

class ChannelClose : public TableFixture {
 protected:
  ChannelClose() {
    up();
    link_ = open_negotiated(0);
  }
  void reset_both_ways(std::uint16_t stream) {
    table().on_outgoing_reset({stream});
    table().on_incoming_reset({stream});
  }
  using Streams = std::vector<std::uint16_t>;
  std::shared_ptr<ChannelLink> link_;
};

TEST_F(ChannelClose, IsCompleteWhenBothDirectionsAreReset) {
  table().close(2);
  EXPECT_EQ(association_.reset, Streams{0});
  table().on_outgoing_reset({0});
  EXPECT_EQ(log(), "");
  table().on_incoming_reset({0});
  EXPECT_EQ(log(), "closed 2");
}

TEST_F(ChannelClose, IsCompleteInTheOtherOrderToo) {
  table().close(2);
  table().on_incoming_reset({0});
  EXPECT_EQ(log(), "");
  table().on_outgoing_reset({0});
  EXPECT_EQ(log(), "closed 2");
}

TEST_F(ChannelClose, ByThePeerIsAnsweredWithOurReset) {
  table().on_incoming_reset({0});
  EXPECT_EQ(log(), "closing 2");
  EXPECT_EQ(association_.reset, Streams{0});
  table().on_outgoing_reset({0});
  EXPECT_EQ(log(), "closed 2");
}

TEST_F(ChannelClose, HappensOnceHoweverOftenResetsAreReported) {
  table().close(2);
  table().close(2);
  for (int i = 0; i < 3; ++i) reset_both_ways(0);
  table().close(2);
  EXPECT_EQ(log(), "closed 2");
  EXPECT_EQ(association_.reset, Streams{0});
}

TEST_F(ChannelClose, IgnoresAnOutgoingResetThatWasNotAskedFor) {
  table().on_outgoing_reset({0, 1, 300});
  EXPECT_EQ(log(), "");
  send(*link_, "still open");
  EXPECT_EQ(sent(), "0:51");
}

TEST_F(ChannelClose, TakesListsOfStreams) {
  for (std::uint16_t id = 1; id < 20; ++id) open_negotiated(id);
  Streams all;
  for (std::uint16_t id = 0; id < 20; ++id) all.push_back(id);
  table().on_incoming_reset(all);
  EXPECT_EQ(association_.reset, all);
  table().on_outgoing_reset(all);
  for (const auto &[key, seen] : recorder_.channels) {
    EXPECT_EQ(seen.closing, 1);
    EXPECT_EQ(seen.closed, 1);
  }
}

TEST_F(ChannelClose, SendsWhatWasAcceptedBefore) {
  association_.room = 0;
  table().on_sendable();
  send(*link_, "one");
  send(*link_, "two");
  table().close(2);
  EXPECT_TRUE(association_.reset.empty());
  association_.room = 1000;
  table().on_sendable();
  EXPECT_EQ(sent(), "0:51 0:51");
  EXPECT_EQ(association_.reset, Streams{0});
  EXPECT_EQ(link_->buffered, 0u);
}

TEST_F(ChannelClose, SendsWhatWasAcceptedBeforeAlsoWhereThePeerClosesMeanwhile) {
  association_.room = 0;
  table().on_sendable();
  send(*link_, "one");
  table().close(2);
  table().on_incoming_reset({0});
  EXPECT_TRUE(association_.reset.empty());
  association_.room = 1000;
  table().on_sendable();
  EXPECT_EQ(sent(), "0:51");
  table().on_outgoing_reset({0});
  EXPECT_EQ(log(), "closed 2");
}

TEST_F(ChannelClose, ByThePeerDropsWhatIsQueuedAndFreezesTheBufferedAmount) {
  association_.room = 0;
  table().on_sendable();
  send(*link_, "unsent");
  table().on_incoming_reset({0});
  EXPECT_FALSE(table().has_queued());
  EXPECT_EQ(association_.reset, Streams{0});
  EXPECT_EQ(link_->buffered, 6u);
  EXPECT_EQ(recorder_.channels[2].low, 0);
}

TEST_F(ChannelClose, DropsMessagesThatComeAfterIt) {
  table().close(2);
  send(*link_, "late");
  EXPECT_EQ(sent(), "");
  EXPECT_EQ(dropped("message_for_closed_channel"), 1u);
  reset_both_ways(0);
  send(*link_, "later");
  EXPECT_EQ(dropped("message_for_closed_channel"), 2u);
}

TEST_F(ChannelClose, OfAChannelThatNeverOpenedCausesNoTraffic) {
  table().on_association_down();
  forget();
  open();
  table().close(4);
  EXPECT_EQ(log(), "closed 4");
  up();
  EXPECT_EQ(sent(), "");
  EXPECT_TRUE(association_.reset.empty());
}

TEST_F(ChannelClose, OfAChannelWhoseOpenIsNotSentYetCausesNoTraffic) {
  association_.full_above = 0;
  open();
  table().close(4);
  association_.full_above = SIZE_MAX;
  table().on_sendable();
  EXPECT_EQ(sent(), "");
  EXPECT_TRUE(association_.reset.empty());
  EXPECT_EQ(log(), "id 4:2, closed 4");
  EXPECT_FALSE(table().has_queued());
}

TEST_F(ChannelClose, OfAnUnknownKeyHasNoEffect) {
  table().close(1234);
  EXPECT_EQ(log(), "");
}

TEST_F(ChannelClose, OfAnIncomingChannelBeforeItsAckIsSentNeedsNoAck) {
  association_.full_above = 0;
  receive_open(1);
  table().close(1);
  association_.full_above = SIZE_MAX;
  table().on_sendable();
  EXPECT_EQ(sent(), "");
  EXPECT_EQ(association_.reset, Streams{1});
}

TEST_F(ChannelClose, AsksAgainWhereTheRequestCannotBeMadeNow) {
  association_.takes_resets = false;
  table().close(2);
  association_.takes_resets = true;
  table().on_sendable();
  EXPECT_EQ(association_.reset, Streams{0});

  open_negotiated(1);
  association_.takes_resets = false;
  table().close(4);
  pass(std::chrono::seconds(1));
  association_.takes_resets = true;
  pass(std::chrono::seconds(1));
  EXPECT_EQ(association_.reset, (Streams{0, 1})) << "also where nothing else happens";
}

TEST_F(ChannelClose, FinishesWhereThePeerCannotReset) {
  association_.takes_resets = false;
  table().close(2);
  pass(std::chrono::milliseconds(4900));
  EXPECT_EQ(log(), "");
  pass(std::chrono::milliseconds(200));
  EXPECT_EQ(log(), "closed 2");
  EXPECT_EQ(timers_.next_deadline(), TimePoint::max());
}

TEST_F(ChannelClose, FinishesWhereThePeerNeverAnswers) {
  table().close(2);
  table().on_outgoing_reset({0});
  pass(std::chrono::seconds(29));
  EXPECT_EQ(log(), "");
  pass(std::chrono::seconds(2));
  EXPECT_EQ(log(), "closed 2");
  EXPECT_EQ(timers_.next_deadline(), TimePoint::max());
}

TEST_F(ChannelClose, GivesAStreamThatThePeerNeverConfirmedToNoOtherChannel) {
  open();
  table().close(4);
  pass(std::chrono::seconds(31));
  forget();
  open();
  EXPECT_EQ(log(), "id 6:4, opened 6:4") << "not 2";
}

TEST_F(ChannelClose, IsCompleteAtOnceWhereTheAssociationEnds) {
  table().close(2);
  table().on_association_down();
  EXPECT_EQ(log(), "closed 2");
  pass(std::chrono::minutes(1));
  EXPECT_EQ(log(), "");
}

TEST_F(ChannelClose, LosesNothingWhereThePeerUsesTheStreamAgainBeforeOurRequestIsAnswered) {
  receive_open(1);
  forget();
  table().on_incoming_reset({1});
  EXPECT_EQ(log(), "closing 1");
  // The peer has seen our reset; only its answer to us is under way.
  receive_open(1, in_band("second"));
  receive(1, Ppid::STRING, "hello");
  EXPECT_EQ(log(), "closed 1, arrived 3:1, text 3=hello");
  send(*recorder_.arrived[1], "reply");
  EXPECT_EQ(sent(), "") << "our side of the stream is still being reset";
  table().on_outgoing_reset({1});
  EXPECT_EQ(sent(), "1:50 1:51");
  EXPECT_EQ(log(), "");
}

TEST_F(ChannelClose, ResetsAgainWhereTheSecondChannelIsClosedBeforeTheFirstAnswer) {
  receive_open(1);
  table().on_incoming_reset({1});
  receive_open(1, in_band("second"));
  forget();
  table().on_incoming_reset({1});
  EXPECT_EQ(log(), "closing 3");
  EXPECT_EQ(association_.reset, Streams{1});
  table().on_outgoing_reset({1});
  EXPECT_EQ(association_.reset, (Streams{1, 1}));
  EXPECT_EQ(log(), "");
  table().on_outgoing_reset({1});
  EXPECT_EQ(log(), "closed 3");
}

TEST_F(ChannelClose, HandsTheStreamToTheNextNegotiatedChannel) {
  table().on_incoming_reset({0});
  open(negotiated(0));
  forget();
  receive(0, Ppid::STRING, "for the next");
  EXPECT_EQ(log(), "closed 2, opened 4:0, text 4=for the next");
}

TEST_F(ChannelClose, LeavesTheMessagesOfAnotherChannelAlone) {
  auto other = open_negotiated(1);
  association_.room = 0;
  table().on_sendable();
  send(*link_, "mine");
  send(*other, "other");
  table().on_incoming_reset({0});
  association_.room = 1000;
  table().on_sendable();
  EXPECT_EQ(sent(), "1:51");
}

TEST_F(ChannelClose, ClosesAReliableChannelWithAHole) {
  association_.failing.insert(0);
  send(*link_, "lost");
  EXPECT_EQ(log(), "error 27, closing 2");
  EXPECT_EQ(dropped("message_refused"), 1u);
}

TEST_F(ChannelClose, KeepsAnUnreliableChannelWhoseMessageSctpRefuses) {
  ChannelParameters parameters = negotiated(9);
  parameters.max_retransmits = 0;
  auto link = open(parameters);
  forget();
  association_.failing.insert(9);
  send(*link, "lost");
  association_.failing.clear();
  send(*link, "sent");
  EXPECT_EQ(log(), "");
  EXPECT_EQ(sent(), "9:51");
  EXPECT_EQ(link->buffered, 0u);
}

}  // namespace
}  // namespace peerlane::test
