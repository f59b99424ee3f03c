// SPDX-License-Identifier: MIT
// The last handle of a channel, dropped by a thread that only sends.
#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <utility>

#include "api/fake_peer.hpp"

namespace peerlane::test {
namespace {

using namespace std::chrono_literals;

class DroppedHandles : public ::testing::Test {
 protected:
  void SetUp() override {
    channel_ = peer_->create_data_channel("lane");
    channel_->closed.connect([kept = kept_] { ++*kept; });
    negotiate(peer_, other_);
    peer_.wire().transport(TransportStateChanged::State::CONNECTED);
    peer_.wire().open_channels();
    peer_.settle();
  }
  void drop_elsewhere() {
    std::thread([handle = std::move(channel_)]() mutable { handle.reset(); }).join();
  }
  std::size_t closings() { return peer_.wire().count<CloseChannel>(); }

  FakePeer peer_, other_;
  const std::shared_ptr<int> kept_ = std::make_shared<int>(0);
  std::shared_ptr<DataChannel> channel_;
};

TEST_F(DroppedHandles, OnTheUsersThreadCloseAtOnce) {
  channel_.reset();
  EXPECT_EQ(closings(), 1u);
  EXPECT_EQ(kept_.use_count(), 1);
}

TEST_F(DroppedHandles, OnAnotherThreadCloseInTheNextPoll) {
  drop_elsewhere();
  EXPECT_EQ(closings(), 0u);
  EXPECT_EQ(kept_.use_count(), 2) << "what slots hold ends on the user's thread";
  peer_->poll();
  EXPECT_EQ(closings(), 1u);
  EXPECT_EQ(kept_.use_count(), 1);
  EXPECT_EQ(*kept_, 0) << "nobody is left to be told";
}

TEST_F(DroppedHandles, OnAnotherThreadWakeTheUser) {
  EXPECT_FALSE(peer_->wait(0ms));
  const int wakeups = peer_.wire().posted_wakeups;
  std::thread later([handle = std::move(channel_)]() mutable {
    std::this_thread::sleep_for(10ms);
    handle.reset();
  });
  EXPECT_TRUE(peer_->wait(60s));
  later.join();
  EXPECT_EQ(peer_.wire().posted_wakeups, wakeups + 1);
  peer_->poll();
  EXPECT_FALSE(peer_->wait(0ms));
}

TEST_F(DroppedHandles, WithTheConnectionItself) {
  drop_elsewhere();
  peer_.connection.reset();
  EXPECT_EQ(kept_.use_count(), 1);
}

TEST_F(DroppedHandles, AfterTheConnectionEndWhereTheyAreDropped) {
  peer_.connection.reset();
  drop_elsewhere();
  EXPECT_EQ(kept_.use_count(), 1);
}

TEST_F(DroppedHandles, WhoUsesTheConnectionLastIsTheUser) {
  std::thread([this] {
    peer_->poll();
    channel_.reset();
  }).join();
  EXPECT_EQ(closings(), 1u);
}

TEST_F(DroppedHandles, InASlotOfThePollThatEndsThem) {
  auto second = peer_->create_data_channel("second");
  // What this slot holds ends with it: two handles, one inside the other.
  channel_->packet_received.connect([inner = std::move(second)] { static_cast<void>(inner); });
  drop_elsewhere();
  peer_->poll();
  EXPECT_EQ(closings(), 2u);
}

TEST_F(DroppedHandles, BeforeTheChannelOpened) {
  auto late = peer_->create_data_channel("late");
  std::thread([&late] { late.reset(); }).join();
  EXPECT_EQ(closings(), 0u);
  peer_->poll();
  EXPECT_EQ(closings(), 1u);
}

}  // namespace
}  // namespace peerlane::test
