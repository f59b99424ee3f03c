// SPDX-License-Identifier: MIT
// Peers whose SCTP cannot change streams later: neither adds nor resets any (RFC 6525).
#include <gtest/gtest.h>
#include <usrsctp.h>

#include "api/real_pair.hpp"

namespace peerlane::test {
namespace {

class OldPeer : public ::testing::Test {
 protected:
  void SetUp() override {
    // usrsctp takes no options before its first use.
    RealPair first;
    ASSERT_TRUE(first.open_lane());
    usrsctp_sysctl_set_sctp_reconfig_enable(0);
  }
  void TearDown() override { usrsctp_sysctl_set_sctp_reconfig_enable(1); }
};

TEST_F(OldPeer, CarriesANegotiatedIdAbove255) {
  for (const int id : {256, 300, 65534}) {
    SCOPED_TRACE(id);
    RealPair pair;
    pair.make_lane(id);
    ASSERT_TRUE(pair.open_lane());
    ASSERT_EQ(pair.lane_a->put_packet("up there"), Error::OK);
    ASSERT_TRUE(pair.drive_until([&] { return pair.lane_b->get_available_packet_count() == 1; }));
    EXPECT_EQ(get_string_from_utf8(pair.lane_b->get_packet()), "up there");
    EXPECT_TRUE(pair.errors.empty()) << pair.errors[0];
  }
}

TEST_F(OldPeer, RefusesAHighIdThatComesLaterAndNothingElseIsHarmed) {
  RealPair pair;
  ASSERT_TRUE(pair.open_lane());
  const auto low_a = pair.lane_a, low_b = pair.lane_b;
  pair.make_lane(300);
  ASSERT_TRUE(pair.drive_until(
      [&] { return pair.lane_a->get_ready_state() == DataChannel::STATE_CLOSED; }));
  ASSERT_FALSE(pair.errors.empty());
  EXPECT_EQ(pair.errors[0].rfind("ERR_UNAVAILABLE", 0), 0u) << pair.errors[0];
  ASSERT_EQ(low_a->put_packet("still here"), Error::OK);
  EXPECT_TRUE(pair.drive_until([&] { return low_b->get_available_packet_count() == 1; }));
}

}  // namespace
}  // namespace peerlane::test
