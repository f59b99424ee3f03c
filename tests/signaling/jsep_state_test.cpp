// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <map>
#include <tuple>

#include "signaling/jsep.hpp"

namespace peerlane {
namespace {

using State = PeerConnection::SignalingState;
using Side = DescriptionSide;
using Type = DescriptionType;

constexpr State kStable = PeerConnection::SIGNALING_STATE_STABLE;
constexpr State kLocalOffer = PeerConnection::SIGNALING_STATE_HAVE_LOCAL_OFFER;
constexpr State kRemoteOffer = PeerConnection::SIGNALING_STATE_HAVE_REMOTE_OFFER;
constexpr State kLocalPranswer = PeerConnection::SIGNALING_STATE_HAVE_LOCAL_PRANSWER;
constexpr State kRemotePranswer = PeerConnection::SIGNALING_STATE_HAVE_REMOTE_PRANSWER;
constexpr State kClosed = PeerConnection::SIGNALING_STATE_CLOSED;

constexpr int kNo = -1;    // FAILED
constexpr int kGone = -2;  // ERR_UNCONFIGURED

TEST(JsepState, FollowsTheTableForEveryStateAndInput) {
  struct Row {
    State state;
    Side side;
    int offer, answer, pranswer, rollback;
  };
  const Row table[] = {
      {kStable, Side::LOCAL, kLocalOffer, kNo, kNo, kNo},
      {kStable, Side::REMOTE, kRemoteOffer, kNo, kNo, kNo},
      {kLocalOffer, Side::LOCAL, kLocalOffer, kNo, kNo, kStable},
      {kLocalOffer, Side::REMOTE, kRemoteOffer, kStable, kRemotePranswer, kNo},
      {kRemoteOffer, Side::LOCAL, kNo, kStable, kLocalPranswer, kNo},
      {kRemoteOffer, Side::REMOTE, kRemoteOffer, kNo, kNo, kStable},
      {kLocalPranswer, Side::LOCAL, kNo, kStable, kLocalPranswer, kNo},
      {kLocalPranswer, Side::REMOTE, kNo, kNo, kNo, kNo},
      {kRemotePranswer, Side::LOCAL, kNo, kNo, kNo, kNo},
      {kRemotePranswer, Side::REMOTE, kNo, kStable, kRemotePranswer, kNo},
      {kClosed, Side::LOCAL, kGone, kGone, kGone, kGone},
      {kClosed, Side::REMOTE, kGone, kGone, kGone, kGone},
  };
  for (const Row &row : table) {
    const std::pair<Type, int> cells[] = {{Type::OFFER, row.offer},
                                          {Type::ANSWER, row.answer},
                                          {Type::PRANSWER, row.pranswer},
                                          {Type::ROLLBACK, row.rollback}};
    for (const auto &[type, expected] : cells) {
      SCOPED_TRACE(testing::Message()
                   << row.state << (row.side == Side::LOCAL ? " local " : " remote ")
                   << description_type_name(type));
      const auto next = next_signaling_state(row.state, row.side, type);
      if (expected >= 0) {
        ASSERT_TRUE(next.ok()) << next.message();
        EXPECT_EQ(next.value(), expected);
      } else {
        EXPECT_EQ(next.error(), expected == kNo ? Error::FAILED : Error::ERR_UNCONFIGURED);
        EXPECT_TRUE(next.message().ends_with(".")) << next.message();
      }
      const bool rolls_back =
          row.state == kLocalOffer && row.side == Side::REMOTE && type == Type::OFFER;
      EXPECT_EQ(is_implicit_rollback(row.state, row.side, type), rolls_back);
    }
  }
}

TEST(JsepState, KnowsTheFourTypesAndNoOther) {
  for (const Type type : {Type::OFFER, Type::ANSWER, Type::PRANSWER, Type::ROLLBACK}) {
    const auto parsed = parse_description_type(description_type_name(type));
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(parsed.value(), type);
  }
  for (const char *word : {"", "Offer", "OFFER", "offer ", "unspecified", "answers", "pr-answer"}) {
    EXPECT_EQ(parse_description_type(word).error(), Error::ERR_INVALID_PARAMETER) << word;
  }
}

}  // namespace
}  // namespace peerlane
