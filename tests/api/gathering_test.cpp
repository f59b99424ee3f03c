// SPDX-License-Identifier: MIT
// Where there is nothing to be reached through: gathering ends all the same, with the reason.
#include <gtest/gtest.h>

#include "api/real_pair.hpp"

namespace peerlane::test {
namespace {

/// Until gathering is over.
void offer(RealPair &pair) {
  pair.make_lane(1);
  ASSERT_EQ(pair.a->create_offer(), Error::OK);
  ASSERT_TRUE(pair.drive_until(
      [&] { return pair.a->get_gathering_state() == PeerConnection::GATHERING_STATE_COMPLETE; }));
}

TEST(Gathering, EndsWhereNoSocketCanBeBound) {
  Configuration elsewhere;
  elsewhere.bind_address = "203.0.113.1";  // RFC 5737: nobody's.
  RealPair pair(elsewhere, local_configuration());
  offer(pair);
  EXPECT_EQ(pair.a->get_connection_state(), PeerConnection::STATE_FAILED);
  ASSERT_EQ(pair.errors.size(), 1u);
  EXPECT_NE(pair.errors[0].find("203.0.113.1"), std::string::npos) << pair.errors[0];

  // A restart finds the same, and ends too.
  EXPECT_EQ(pair.a->restart_ice(), Error::OK);
  int descriptions = 0;
  pair.a->session_description_created.connect(
      [&](const std::string &, const std::string &) { ++descriptions; });
  EXPECT_EQ(pair.a->create_offer(), Error::OK);
  ASSERT_TRUE(pair.drive_until([&] { return descriptions > 0; }));
  EXPECT_TRUE(pair.drive_until(
      [&] { return pair.a->get_gathering_state() == PeerConnection::GATHERING_STATE_COMPLETE; }));
}

TEST(Gathering, RelayOnlyWithoutARelaySaysSo) {
  Configuration relayed = local_configuration();
  relayed.ice_transport_policy = IceTransportPolicy::RELAY;
  RealPair pair(relayed, local_configuration());
  offer(pair);
  ASSERT_EQ(pair.errors.size(), 1u);
  EXPECT_NE(pair.errors[0].find("ERR_UNCONFIGURED"), std::string::npos) << pair.errors[0];
  EXPECT_NE(pair.errors[0].find("no TURN server"), std::string::npos) << pair.errors[0];
}

}  // namespace
}  // namespace peerlane::test
