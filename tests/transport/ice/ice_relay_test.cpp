// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>

#include "transport/ice/ice_peer.hpp"
#include "transport/ice/turn_server.hpp"

namespace peerlane::test {
namespace {

class IceRelay : public ::testing::Test {
 protected:
  void SetUp() override {
    server_ = TurnServer::start();
    if (!server_) GTEST_SKIP() << "coturn (turnserver) is not there";
  }
  void TearDown() override { strand_->stop(); }

  IcePeer::Options through(IceServerTransport transport, bool controlling) const {
    IcePeer::Options options;
    options.bind_address = "127.0.0.1";
    options.policy = IceTransportPolicy::RELAY;
    options.controlling = controlling;
    options.servers = {server_->address(transport)};
    return options;
  }
  static bool done(const IcePeer &peer) { return peer.heard_.gathering_done > 0; }

  void connect_through(IceServerTransport transport) {
    IcePeer a(strand_, through(transport, true));
    IcePeer b(strand_, through(transport, false));
    IcePeer::connect(a, b);
    ASSERT_TRUE(a.wait_until_connected());
    ASSERT_TRUE(b.wait_until_connected());
    a.run([](IceTransport &ice) { EXPECT_EQ(ice.local_candidate().type, "relay"); });
    for (const Candidate &candidate : a.heard().candidates) {
      EXPECT_EQ(candidate.type, CandidateType::RELAY);
      EXPECT_EQ(candidate.related_address, "0.0.0.0");
      EXPECT_EQ(candidate.related_port, 0);
    }
    expect_data_both_ways(a, b);
    const auto begin = std::chrono::steady_clock::now();
    a.close();
    b.close();
    // The server answers, so nobody waits for a time to pass.
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(900));
  }

  const std::shared_ptr<Strand> strand_ = Strand::create().value();
  std::unique_ptr<TurnServer> server_;
};

TEST_F(IceRelay, ConnectsOverUdp) { connect_through(IceServerTransport::UDP); }

TEST_F(IceRelay, ConnectsOverTcp) { connect_through(IceServerTransport::TCP); }

TEST_F(IceRelay, AServerMayHaveAName) {
  IcePeer::Options options = through(IceServerTransport::UDP, true);
  options.servers.front().host = "localhost";
  options.servers.front().is_literal = false;
  IcePeer peer(strand_, options);
  ASSERT_TRUE(peer.gather().ok());
  ASSERT_TRUE(peer.wait_for(done));
  EXPECT_EQ(peer.heard().candidates.size(), 1u);
  EXPECT_TRUE(peer.heard().errors.empty());
}

TEST_F(IceRelay, AWrongPasswordIsReportedAndTheRestWorks) {
  IcePeer::Options options = through(IceServerTransport::UDP, true);
  options.policy = IceTransportPolicy::ALL;
  options.servers = {server_->address(IceServerTransport::UDP, "wrong")};
  IcePeer a(strand_, options);
  options.controlling = false;
  options.servers.clear();
  IcePeer b(strand_, options);
  IcePeer::connect(a, b);
  ASSERT_TRUE(a.wait_until_connected());
  ASSERT_TRUE(a.wait_for(done));
  ASSERT_EQ(a.heard().errors.size(), 1u);
  EXPECT_EQ(a.heard().errors.front().first, Error::ERR_UNAUTHORIZED);
}

TEST_F(IceRelay, DirectPairsWinOverRelayedOnes) {
  IcePeer::Options options = through(IceServerTransport::UDP, true);
  options.policy = IceTransportPolicy::ALL;
  IcePeer a(strand_, options);
  options.controlling = false;
  IcePeer b(strand_, options);
  IcePeer::connect(a, b);
  ASSERT_TRUE(a.wait_until_connected());
  ASSERT_TRUE(b.wait_until_connected());
  ASSERT_TRUE(a.wait_for(done));
  a.run([](IceTransport &ice) { EXPECT_NE(ice.local_candidate().type, "relay"); });
  const auto candidates = a.heard().candidates;
  EXPECT_TRUE(std::any_of(candidates.begin(), candidates.end(), [](const Candidate &candidate) {
    return candidate.type == CandidateType::RELAY;
  }));
}

TEST_F(IceRelay, ADeadServerDoesNotHoldUpClosing) {
  IcePeer peer(strand_, through(IceServerTransport::UDP, true));
  ASSERT_TRUE(peer.gather().ok());
  ASSERT_TRUE(peer.wait_for(done));
  ASSERT_EQ(peer.heard().candidates.size(), 1u);
  server_->freeze();
  const auto begin = std::chrono::steady_clock::now();
  peer.close();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(2500));
}

TEST_F(IceRelay, ClosingWhileAllocationsArePending) {
  for (int i = 0; i < 10; ++i) {
    IcePeer peer(strand_,
                 through(i % 2 == 0 ? IceServerTransport::UDP : IceServerTransport::TCP, true));
    ASSERT_TRUE(peer.gather().ok());
    peer.close();
  }
}

}  // namespace
}  // namespace peerlane::test
