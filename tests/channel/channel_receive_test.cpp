// SPDX-License-Identifier: MIT
#include "channel/table_fixture.hpp"

namespace peerlane::test {
namespace {

class ChannelReceive : public TableFixture {
 protected:
  ChannelReceive() : TableFixture(small()) {
    up();
    link_ = open_negotiated(0);
  }
  static ChannelTable::Limits small() {
    ChannelTable::Limits limits;
    limits.max_message_size = 100;
    return limits;
  }
  std::shared_ptr<ChannelLink> link_;
};

TEST_F(ChannelReceive, DeliversTextAndBinaryByteForByte) {
  receive(0, Ppid::STRING, std::string("not \xff utf-8", 11));
  receive(0, Ppid::BINARY, ByteView("\0x", 2));
  EXPECT_EQ(recorder_.channels[2].messages,
            (std::vector<std::string>{"not \xff utf-8", std::string("\0x", 2)}));
  EXPECT_EQ(link_->messages_received, 2u);
  EXPECT_EQ(link_->bytes_received, 13u);
}

TEST_F(ChannelReceive, DeliversEmptyMessagesWithoutTheirFiller) {
  receive(0, Ppid::STRING_EMPTY, ByteView("\0", 1));
  receive(0, Ppid::BINARY_EMPTY, ByteView("\x55", 1));
  EXPECT_EQ(log(), "text 2=, binary 2=");
  EXPECT_EQ(link_->messages_received, 2u);
  EXPECT_EQ(link_->bytes_received, 0u);
}

TEST_F(ChannelReceive, ClosesTheChannelOnAnUnknownPpid) {
  for (const std::uint32_t ppid : {0u, 55u, 58u, 0x33000000u}) {
    auto link = open_negotiated(static_cast<std::uint16_t>(10 + ppid % 100));
    table().on_message(static_cast<std::uint16_t>(10 + ppid % 100), ppid, "x");
    const std::string key = std::to_string(link->key);
    EXPECT_EQ(log(), "error 30, closing " + key);
  }
  EXPECT_EQ(association_.reset.size(), 4u);
}

TEST_F(ChannelReceive, ReassemblesPartsForEachStreamAndType) {
  open_negotiated(1);
  receive(0, Ppid::STRING_PARTIAL, "t1 ");
  receive(0, Ppid::BINARY_PARTIAL, "b1 ");
  receive(1, Ppid::STRING_PARTIAL, "other ");
  receive(0, Ppid::STRING_PARTIAL, "t2 ");
  receive(0, Ppid::STRING_EMPTY, ByteView("\0", 1));
  receive(0, Ppid::STRING, "t3");
  receive(0, Ppid::BINARY, "b2");
  receive(1, Ppid::STRING, "end");
  receive(0, Ppid::STRING, "whole");
  EXPECT_EQ(log(), "text 2=, text 2=t1 t2 t3, binary 2=b1 b2, text 4=other end, text 2=whole");
}

TEST_F(ChannelReceive, NeverTruncatesAMessageAboveTheLimit) {
  receive(0, Ppid::BINARY, PackedByteArray(100));
  EXPECT_EQ(recorder_.channels[2].messages.size(), 1u);
  forget();
  receive(0, Ppid::BINARY, PackedByteArray(101));
  EXPECT_EQ(log(), "error 6, closing 2");
  EXPECT_EQ(recorder_.channels[2].messages.size(), 1u);
}

TEST_F(ChannelReceive, BoundsPartsByTheLimitOfAMessage) {
  receive(0, Ppid::BINARY_PARTIAL, PackedByteArray(60));
  receive(0, Ppid::BINARY_PARTIAL, PackedByteArray(60));
  EXPECT_EQ(log(), "error 6, closing 2");
  open_negotiated(1);
  receive(1, Ppid::BINARY_PARTIAL, PackedByteArray(60));
  receive(1, Ppid::BINARY, PackedByteArray(41));
  EXPECT_EQ(log(), "error 6, closing 4");
}

TEST_F(ChannelReceive, BoundsThePartsOfAllStreamsTogether) {
  for (std::uint16_t stream = 1; stream <= 5; ++stream) {
    open_negotiated(stream);
    receive(stream, Ppid::BINARY_PARTIAL, PackedByteArray(90));
  }
  EXPECT_EQ(recorder_.errors.size(), 1u);
  receive(2, Ppid::BINARY, PackedByteArray(10));
  EXPECT_EQ(recorder_.channels[6].messages.size(), 1u) << "those within the limit live";
}

TEST_F(ChannelReceive, DeliversNothingAfterALocalClose) {
  table().close(2);
  receive(0, Ppid::STRING, "late");
  EXPECT_EQ(log(), "");
  EXPECT_EQ(dropped("message_on_closing_channel"), 1u);
}

TEST_F(ChannelReceive, DeliversNothingBeforeTheAssociationOrAfterIt) {
  table().on_association_down();
  forget();
  receive(0, Ppid::STRING, "ghost");
  receive_open(1);
  EXPECT_EQ(log(), "");
}

}  // namespace
}  // namespace peerlane::test
