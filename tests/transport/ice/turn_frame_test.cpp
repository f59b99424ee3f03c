// SPDX-License-Identifier: MIT
#include "transport/ice/turn_frame.hpp"

#include <gtest/gtest.h>

#include <string>

#include "transport/ice/turn_messages.hpp"

namespace peerlane::test {
namespace {

TEST(TurnFrame, AStreamIsCutWhereAMessageEnds) {
  const std::string stun = turn_message(0x0003, {{0x0019, std::string("\x11\0\0\0", 4)}});
  EXPECT_EQ(stun.size(), 28u);
  const std::string channel_data("\x40\x01\0\x05hello\0\0\0", 12);
  for (const std::string &frame : {stun, channel_data}) {
    for (std::size_t size = 0; size < frame.size(); ++size) {
      EXPECT_EQ(measure_turn_frame(ByteView(frame).subview(0, size)).state,
                TurnFrameSize::INCOMPLETE)
          << size;
    }
    const std::string more = frame + "x";
    EXPECT_EQ(measure_turn_frame(frame).state, TurnFrameSize::COMPLETE);
    EXPECT_EQ(measure_turn_frame(more).size, frame.size());
  }
}

TEST(TurnFrame, OtherProtocolsAreNoTurn) {
  std::string no_cookie = turn_message(0x0003, {});
  no_cookie[4] = 0;
  std::string odd_length = turn_message(0x0003, {});
  odd_length[3] = 2;
  for (const std::string &other : {no_cookie, odd_length, std::string("SSH-2.0-OpenSSH"),
                                   std::string("\xff\xff\xff\xff", 4)}) {
    EXPECT_EQ(measure_turn_frame(other).state, TurnFrameSize::NO_TURN) << other;
  }
}

TEST(TurnFrame, KindsAreToldApart) {
  EXPECT_EQ(kind_of_turn_frame(turn_message(0x0003, {})), TurnFrameKind::ALLOCATE_REQUEST);
  EXPECT_EQ(kind_of_turn_frame(turn_message(0x0103, {})), TurnFrameKind::ALLOCATE_SUCCESS);
  EXPECT_EQ(kind_of_turn_frame(turn_message(0x0004, {})), TurnFrameKind::OTHER_STUN);
  EXPECT_EQ(kind_of_turn_frame(std::string("\x40\0\0\0", 4)), TurnFrameKind::CHANNEL_DATA);
}

TEST(TurnFrame, EveryErrorFrom300To399IsARedirect) {
  for (const int code : {300, 301, 399}) {
    EXPECT_EQ(kind_of_turn_frame(turn_error(code)), TurnFrameKind::REDIRECT) << code;
    EXPECT_EQ(kind_of_turn_frame(turn_error(code, {{0x8023, "12345678"}})),
              TurnFrameKind::REDIRECT);
  }
  for (const int code : {400, 401, 438, 500}) {
    EXPECT_EQ(kind_of_turn_frame(turn_error(code)), TurnFrameKind::OTHER_STUN) << code;
  }
  EXPECT_EQ(kind_of_turn_frame(turn_message(0x0113, {})), TurnFrameKind::OTHER_STUN);
  // Attributes that are longer than the message.
  std::string cut = turn_error(300);
  cut[23] = 60;
  EXPECT_EQ(kind_of_turn_frame(cut), TurnFrameKind::OTHER_STUN);
}

TEST(TurnFrame, ARefusalAnswersItsRequest) {
  const StunTransaction transaction = random_stun_transaction();
  const PackedByteArray refusal = write_allocate_refusal(transaction);
  EXPECT_EQ(measure_turn_frame(refusal).size, refusal.size());
  EXPECT_EQ(transaction_of_turn_frame(refusal), transaction);
  const std::string same = turn_error(400, {}, transaction);
  EXPECT_EQ(std::string(refusal.begin(), refusal.end()), same);
}

}  // namespace
}  // namespace peerlane::test
