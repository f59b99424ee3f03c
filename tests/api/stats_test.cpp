// SPDX-License-Identifier: MIT
// Statistics on the real network, however busy that is.
#include <gtest/gtest.h>

#include <future>

#include "api/real_pair.hpp"

namespace peerlane::test {
namespace {

/// Holds the network thread, in the middle of a turn, from the next event of a connection on.
class HeldNetwork {
 public:
  explicit HeldNetwork(std::shared_ptr<PeerConnection> connection)
      : connection_(std::move(connection)) {
    connection_->poll();
    connection_->set_wakeup_handler([this, release = release_.get_future().share()] {
      if (!std::exchange(told_, true)) held_.set_value();
      release.wait();
    });
  }
  ~HeldNetwork() {
    release_.set_value();
    connection_->set_wakeup_handler(nullptr);
  }
  HeldNetwork(const HeldNetwork &) = delete;
  HeldNetwork &operator=(const HeldNetwork &) = delete;

  bool wait_until_held() {
    return held_.get_future().wait_for(std::chrono::seconds(30)) == std::future_status::ready;
  }

 private:
  const std::shared_ptr<PeerConnection> connection_;
  std::promise<void> release_, held_;
  bool told_ = false;  // Network thread only.
};

void expect_figures_of_a_connected_one(const PeerConnectionStats &stats) {
  EXPECT_GT(stats.bytes_sent, 0u);
  EXPECT_GT(stats.bytes_received, 0u);
  EXPECT_GT(stats.packets_sent, 0u);
  EXPECT_GT(stats.packets_received, 0u);
  for (const IceCandidateStats &end : {stats.local_candidate, stats.remote_candidate}) {
    EXPECT_NE(end.type, "");
    EXPECT_EQ(end.transport, "udp");
    EXPECT_EQ(end.address, "127.0.0.1");
    EXPECT_NE(end.port, 0);
  }
}

TEST(Stats, TheFirstOnesOfAConnectedPairAreNotZeroThoughTheNetworkIsBusy) {
  RealPair pair;
  ASSERT_TRUE(pair.open_lane());
  HeldNetwork network(pair.a);
  ASSERT_EQ(pair.lane_b->put_packet("wake up"), Error::OK);
  ASSERT_TRUE(network.wait_until_held());
  expect_figures_of_a_connected_one(pair.a->get_stats());
  expect_figures_of_a_connected_one(pair.b->get_stats());
}

TEST(Stats, AQuestionBringsThemUpToDateForTheNextOne) {
  RealPair pair;
  ASSERT_TRUE(pair.open_lane());
  ASSERT_EQ(pair.lane_b->put_packet(PackedByteArray(50000)), Error::OK);
  ASSERT_TRUE(pair.drive_until([&] { return pair.lane_a->get_available_packet_count() == 1; }));
  for (const bool second : {false, true}) {
    HeldNetwork network(pair.a);
    ASSERT_EQ(pair.lane_b->put_packet("wake up"), Error::OK);
    ASSERT_TRUE(network.wait_until_held());
    const PeerConnectionStats stats = pair.b->get_stats();
    if (!second) continue;
    EXPECT_GT(stats.bytes_sent, 50000u);
    EXPECT_GT(stats.round_trip_time, 0);
  }
}

}  // namespace
}  // namespace peerlane::test
