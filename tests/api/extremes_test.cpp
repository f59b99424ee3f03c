// SPDX-License-Identifier: MIT
// Values at the ends of what is allowed, on the real network.
#include <gtest/gtest.h>

#include "api/real_pair.hpp"

namespace peerlane::test {
namespace {

using std::chrono::milliseconds;

TEST(Extremes, TheSmallestReceiveBufferHoldsOneMessageAtATime) {
  Configuration configuration = local_configuration();
  configuration.receive_buffer_limit = 1;
  RealPair pair(configuration);
  ASSERT_TRUE(pair.open_lane());
  for (int i = 0; i < 20; ++i) ASSERT_EQ(pair.lane_a->put_packet(PackedByteArray(100)), Error::OK);
  int read = 0;
  EXPECT_TRUE(pair.drive_until([&] {
    PackedByteArray packet;
    while (pair.lane_b->get_packet(packet)) ++read;
    return read == 20;
  })) << read;
}

TEST(Extremes, TimeoutsThatNeverEndAreTaken) {
  Configuration configuration = local_configuration();
  configuration.disconnected_timeout = configuration.failed_timeout = milliseconds::max();
  RealPair pair(configuration);
  ASSERT_TRUE(pair.open_lane());
  ASSERT_EQ(pair.lane_a->put_packet("alive"), Error::OK);
  EXPECT_TRUE(pair.drive_until([&] { return pair.lane_b->get_available_packet_count() == 1; }));
  EXPECT_EQ(pair.a->get_connection_state(), PeerConnection::STATE_CONNECTED);
}

TEST(Extremes, NoTimeAtAllOnlyLooks) {
  RealPair pair;
  PollGroup group;
  ASSERT_EQ(group.add(pair.a), Error::OK);
  for (const milliseconds none : {milliseconds::min(), milliseconds(-1), milliseconds(0)}) {
    EXPECT_FALSE(pair.a->wait(none)) << "without a network";
    EXPECT_FALSE(group.wait(none));
  }
  ASSERT_TRUE(pair.open_lane());
  ASSERT_TRUE(pair.drive_until([&] { return !pair.a->wait(milliseconds(0)); }));
  EXPECT_FALSE(pair.a->wait(milliseconds::min()));
  EXPECT_FALSE(group.wait(milliseconds::min()));
}

TEST(Extremes, TheSmallestMessageSizeLeavesTheOpeningOfChannelsAlone) {
  Configuration configuration = local_configuration();
  configuration.max_message_size = 1;
  RealPair pair(configuration);
  const auto named =
      pair.a->create_data_channel(std::string(65535, 'n'), {.protocol = std::string(65535, 'p')});
  ASSERT_TRUE(pair.connect());
  ASSERT_TRUE(pair.drive_until([&] { return pair.received_by_b.size() == 1; }));
  EXPECT_EQ(pair.received_by_b[0]->get_label().size(), 65535u);
  EXPECT_EQ(named->put_packet("ab"), Error::ERR_INVALID_PARAMETER);
  ASSERT_EQ(named->put_packet("a"), Error::OK);
  EXPECT_TRUE(
      pair.drive_until([&] { return pair.received_by_b[0]->get_available_packet_count() == 1; }));
  EXPECT_TRUE(pair.errors.empty()) << pair.errors[0];
}

TEST(Extremes, TheLargestMessageSizeConnects) {
  Configuration configuration = local_configuration();
  configuration.max_message_size = 1u << 30;
  RealPair pair(configuration);
  ASSERT_TRUE(pair.open_lane());
  EXPECT_EQ(pair.lane_a->get_max_packet_size(), 1 << 30);
  const PackedByteArray large(2'000'000, 7);
  ASSERT_EQ(pair.lane_a->put_packet(ByteView(large)), Error::OK);
  ASSERT_TRUE(pair.drive_until([&] { return pair.lane_b->get_available_packet_count() == 1; }));
  EXPECT_EQ(pair.lane_b->get_packet(), large);
  configuration.max_message_size += 1;
  EXPECT_EQ(pair.a->initialize(configuration), Error::ERR_INVALID_PARAMETER);
  EXPECT_NE(pair.a->get_last_error_message().find("1073741824"), std::string::npos)
      << pair.a->get_last_error_message();
}

}  // namespace
}  // namespace peerlane::test
