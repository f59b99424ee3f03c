// SPDX-License-Identifier: MIT
#include "channel/table_fixture.hpp"

namespace peerlane::test {
namespace {

using ChannelIncoming = TableFixture;

TEST_F(ChannelIncoming, ArrivesOpenAndIsAcknowledged) {
  up();
  ChannelParameters parameters = in_band("label");
  parameters.ordered = false;
  parameters.max_retransmits = 3;
  parameters.protocol = "proto";
  receive_open(1, parameters);
  receive(1, Ppid::STRING, "first");
  EXPECT_EQ(log(), "arrived 1:1, text 1=first");
  ASSERT_EQ(association_.sent.size(), 1u);
  EXPECT_EQ(association_.sent[0].payload, "\x02");
  EXPECT_TRUE(association_.sent[0].ordered);
  const ChannelParameters &arrived = recorder_.arrived[0]->parameters;
  EXPECT_EQ(arrived.label, "label");
  EXPECT_EQ(arrived.protocol, "proto");
  EXPECT_EQ(arrived.max_retransmits, 3);
  EXPECT_FALSE(arrived.ordered);
}

TEST_F(ChannelIncoming, HasOddKeysThatAreNeverUsedAgain) {
  up();
  receive_open(1);
  table().on_association_down();
  up();
  receive_open(1);
  EXPECT_EQ(recorder_.arrived[1]->key, 3u);
}

TEST_F(ChannelIncoming, KeepsTheAckUntilThereIsRoom) {
  up();
  association_.full_above = 0;
  receive_open(1);
  EXPECT_EQ(log(), "arrived 1:1");
  send(*recorder_.arrived[0], "answer");
  EXPECT_EQ(sent(), "");
  association_.full_above = SIZE_MAX;
  table().on_sendable();
  EXPECT_EQ(sent(), "1:50 1:51");
}

TEST_F(ChannelIncoming, IsRefusedWithTheParityOfOurSide) {
  up();
  receive_open(4);
  EXPECT_EQ(log(), "");
  EXPECT_EQ(association_.reset, std::vector<std::uint16_t>{4});
  EXPECT_EQ(sent(), "");
  EXPECT_EQ(dropped("dcep_open_on_our_stream"), 1u);
}

TEST_F(ChannelIncoming, LeavesAnExistingChannelUntouched) {
  up();
  open();
  receive_open(1);
  open(negotiated(3));
  forget();
  for (const std::uint16_t stream : std::vector<std::uint16_t>{0, 1, 3}) receive_open(stream);
  EXPECT_EQ(log(), "");
  EXPECT_EQ(sent(), "");
  EXPECT_TRUE(association_.reset.empty());
  EXPECT_EQ(dropped("dcep_open_on_used_stream"), 3u);
}

TEST_F(ChannelIncoming, IsRefusedWhereMalformed) {
  up();
  PackedByteArray open = encode_dcep_open(in_band());
  open.pop_back();
  receive(1, Ppid::DCEP, open);
  receive(3, Ppid::DCEP, "\x07garbage");
  receive(5, Ppid::DCEP, "\x02trailing");
  EXPECT_EQ(log(), "");
  EXPECT_EQ(association_.reset, (std::vector<std::uint16_t>{1, 3, 5}));
  EXPECT_EQ(dropped("dcep_malformed"), 3u);
  receive_open(7);
  EXPECT_EQ(log(), "arrived 1:7") << "the connection lives";
}

TEST_F(ChannelIncoming, MayTryAgainOnARefusedStreamOnceBothSidesAreReset) {
  up();
  receive(1, Ppid::DCEP, "\x07garbage");
  receive_open(1);
  EXPECT_EQ(log(), "") << "the stream is being reset";
  table().on_outgoing_reset({1});
  table().on_incoming_reset({1});
  receive_open(1);
  EXPECT_EQ(log(), "arrived 1:1");
}

TEST_F(ChannelIncoming, IsRefusedAboveTheLimitOfChannels) {
  ChannelTable::Limits limits;
  limits.max_incoming_channels = 2;
  make_table(limits);
  up();
  for (const std::uint16_t stream : std::vector<std::uint16_t>{1, 3, 5, 7}) receive_open(stream);
  EXPECT_EQ(log(), "arrived 1:1, arrived 3:3");
  EXPECT_EQ(association_.reset, (std::vector<std::uint16_t>{5, 7}));
  EXPECT_EQ(dropped("channel_limit"), 2u);
  table().on_incoming_reset({1});
  table().on_outgoing_reset({1});
  receive_open(9);
  EXPECT_EQ(log(), "closing 1, closed 1, arrived 5:9") << "closed ones make place";
}

TEST_F(ChannelIncoming, IsRefusedAboveTheLimitOfLabelBytes) {
  ChannelTable::Limits limits;
  limits.max_label_bytes = 100'000;
  make_table(limits);
  up();
  receive_open(1, in_band(std::string(60'000, 'a')));
  receive_open(3, in_band(std::string(60'000, 'b')));
  receive_open(5, in_band("small"));
  EXPECT_EQ(log(), "arrived 1:1, arrived 3:5");
  EXPECT_EQ(association_.reset, std::vector<std::uint16_t>{3});
}

TEST_F(ChannelIncoming, CostsBoundedMemoryWhereThePeerOpensEveryStream) {
  association_.streams = 65535;
  up();
  for (std::uint32_t stream = 1; stream < 65535; stream += 2) {
    receive_open(static_cast<std::uint16_t>(stream));
  }
  EXPECT_EQ(recorder_.arrived.size(), 256u);
  EXPECT_EQ(association_.reset.size(), 32767u - 256);
  pass(std::chrono::seconds(31));
  EXPECT_EQ(timers_.next_deadline(), TimePoint::max()) << "nothing is remembered for ever";
}

TEST_F(ChannelIncoming, DeliversMessagesThatOvertookTheOpen) {
  up();
  receive(1, Ppid::STRING, "overtook");
  EXPECT_EQ(log(), "");
  EXPECT_EQ(dropped("message_without_channel"), 1u) << "unless its channel comes";
  receive_open(1);
  EXPECT_EQ(dropped("message_without_channel"), 0u);
  receive(1, Ppid::STRING, "next");
  EXPECT_EQ(log(), "arrived 1:1, text 1=overtook, text 1=next");
}

TEST_F(ChannelIncoming, KeepsOnlyAFewMessagesThatOvertakeTheOpen) {
  up();
  for (int i = 0; i < 100; ++i) receive(1, Ppid::BINARY, "x");
  EXPECT_EQ(dropped("message_without_channel"), 100u);
  receive_open(1);
  EXPECT_EQ(dropped("message_without_channel"), 84u);
  EXPECT_EQ(recorder_.channels[1].messages.size(), 16u);
  const PackedByteArray large(40'000, 'x');
  receive(3, Ppid::BINARY, large);
  receive(3, Ppid::BINARY, large);
  EXPECT_EQ(dropped("message_without_channel"), 86u);
  receive_open(3);
  EXPECT_EQ(dropped("message_without_channel"), 85u);
  EXPECT_EQ(recorder_.channels[3].messages.size(), 1u);
}

TEST_F(ChannelIncoming, DropsMessagesOnAStreamOfOursWithoutChannel) {
  up();
  receive(2, Ppid::BINARY, "x");
  EXPECT_EQ(dropped("message_without_channel"), 1u);
}

TEST_F(ChannelIncoming, OnAStreamWithoutWayBackWaitsForIt) {
  up();
  receive_open(301);
  EXPECT_EQ(log(), "arrived 1:301");
  EXPECT_EQ(association_.requested.back(), 302);
  send(*recorder_.arrived[0], "answer");
  receive(301, Ppid::STRING, "question");
  EXPECT_EQ(sent(), "");
  association_.streams = 512;
  table().on_streams_changed();
  EXPECT_EQ(sent(), "301:50 301:51");
}

TEST_F(ChannelIncoming, OnAStreamWithoutWayBackIsClosedWhereThePeerGivesNone) {
  up();
  receive_open(301);
  association_.grants_streams = false;
  table().on_streams_changed();
  EXPECT_EQ(log(), "arrived 1:301, error 2, closing 1");
}

}  // namespace
}  // namespace peerlane::test
