// SPDX-License-Identifier: MIT
// Where we send to after the peer's NAT has given it another port.
#include "transport/ice/peer_moves.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace peerlane::test {
namespace {

using std::chrono::seconds;

class PeerMovesTest : public ::testing::Test {
 protected:
  static SocketAddress at(std::uint16_t port, const std::string &literal = "203.0.113.5") {
    return *SocketAddress::parse(literal, port);
  }
  struct HandClock final : Clock {
    TimePoint time{};
    TimePoint now() const override { return time; }
  };
  void pass(Duration duration) {
    clock_.time += duration;
    timers_.run_expired();
  }

  HandClock clock_;
  TimerQueue timers_{clock_};
  std::vector<std::uint16_t> went_;
  PeerMoves moves_{timers_,
                   [this](const SocketAddress &remote) { went_.push_back(remote.port()); }};
};

using Ports = std::vector<std::uint16_t>;

TEST_F(PeerMovesTest, APeerThatHearsUsIsNotFollowed) {
  moves_.selected(at(1000));
  EXPECT_FALSE(moves_.watching());
  moves_.checked_from(at(2000));
  EXPECT_TRUE(moves_.watching());
  pass(seconds(3));
  moves_.answered();
  EXPECT_FALSE(moves_.watching());
  pass(seconds(60));
  EXPECT_EQ(went_, Ports());
  EXPECT_FALSE(moves_.moved());
}

TEST_F(PeerMovesTest, APeerThatDoesNotIsLookedForWhereItCheckedFromLast) {
  moves_.selected(at(1000));
  moves_.checked_from(at(2000));
  moves_.checked_from(at(3000));
  pass(seconds(4));
  EXPECT_EQ(went_, Ports({3000}));
  moves_.answered();
  pass(seconds(60));
  EXPECT_EQ(went_, Ports({3000}));
  EXPECT_TRUE(moves_.moved());
}

TEST_F(PeerMovesTest, UntilItAnswersBothAreTriedByTurns) {
  moves_.selected(at(1000));
  moves_.checked_from(at(2000));
  for (int i = 0; i < 4; ++i) pass(seconds(4));
  EXPECT_EQ(went_, Ports({2000, 1000, 2000, 1000}));
  EXPECT_FALSE(moves_.moved());
}

TEST_F(PeerMovesTest, ItMayMoveAgain) {
  moves_.selected(at(1000));
  moves_.checked_from(at(2000));
  pass(seconds(4));
  moves_.answered();
  moves_.checked_from(at(3000));
  pass(seconds(4));
  EXPECT_EQ(went_, Ports({2000, 1000, 3000}));
}

TEST_F(PeerMovesTest, ANewPairEndsTheSearch) {
  moves_.selected(at(1000));
  moves_.checked_from(at(2000));
  pass(seconds(4));
  moves_.selected(at(4000));
  EXPECT_FALSE(moves_.moved());
  pass(seconds(60));
  EXPECT_EQ(went_, Ports({2000}));
}

TEST_F(PeerMovesTest, TheSamePairAgainChangesNothing) {
  moves_.selected(at(1000));
  moves_.checked_from(at(2000));
  moves_.selected(at(1000));
  EXPECT_TRUE(moves_.watching());
  pass(seconds(4));
  moves_.selected(at(1000));
  EXPECT_TRUE(moves_.moved());
  EXPECT_EQ(moves_.target(), at(2000));
}

TEST_F(PeerMovesTest, WithoutAPlainPathNobodyIsFollowed) {
  moves_.checked_from(at(2000));
  moves_.selected(at(1000));
  moves_.forget();
  moves_.checked_from(at(3000));
  pass(seconds(60));
  EXPECT_EQ(went_, Ports());
}

TEST_F(PeerMovesTest, TheSocketDoesNotReachTheOtherFamily) {
  moves_.selected(at(1000));
  moves_.checked_from(at(2000, "2001:db8::5"));
  moves_.checked_from(at(1000));
  pass(seconds(60));
  EXPECT_EQ(went_, Ports());
}

}  // namespace
}  // namespace peerlane::test
