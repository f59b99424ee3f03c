// SPDX-License-Identifier: MIT
// Offers taken back, offers that cross, and ICE restarts.
#include <gtest/gtest.h>

#include "api/fake_peer.hpp"

namespace peerlane::test {
namespace {

class Renegotiation : public ::testing::Test {
 protected:
  Renegotiation() {
    channel = peer->create_data_channel("a");
    other_channel = other->create_data_channel("b");
  }

  // Both have heard and applied an offer of `peer`, and its answer is ready.
  void exchange_offer() {
    ASSERT_EQ(peer->create_offer(), Error::OK);
    peer.settle();
    ASSERT_EQ(other->set_remote_description("offer", peer.offer), Error::OK);
    other.settle();
  }

  FakePeer peer, other;
  std::shared_ptr<DataChannel> channel, other_channel;
};

TEST_F(Renegotiation, ExplicitRollback) {
  exchange_offer();
  const std::string first = peer.offer;
  EXPECT_EQ(peer->set_local_description("rollback", ""), Error::OK);
  EXPECT_EQ(peer->get_signaling_state(), PeerConnection::SIGNALING_STATE_STABLE);
  EXPECT_EQ(peer->get_local_description(), "");
  EXPECT_EQ(peer->set_remote_description("answer", other.answer), Error::FAILED);
  EXPECT_EQ(peer->set_local_description("rollback", ""), Error::FAILED);

  FakePeer third;
  third.apply = false;
  ASSERT_EQ(third->set_remote_description("offer", first), Error::OK);
  EXPECT_EQ(third->set_remote_description("rollback", ""), Error::OK);
  third.settle();
  EXPECT_TRUE(third.answer.empty()) << "the answer has become useless";
  EXPECT_EQ(third->set_local_description("answer", ""), Error::FAILED);
  EXPECT_EQ(third->get_remote_fingerprint(), "");
}

TEST_F(Renegotiation, GlareRollsTheOwnOfferBack) {
  peer->create_offer();
  other->create_offer();
  peer.settle();
  other.settle();
  peer.wire().candidate(0, 4001);
  peer.settle();
  peer.heard.clear();
  ASSERT_EQ(peer->set_remote_description("offer", other.offer), Error::OK);
  peer.settle();
  ASSERT_EQ(other->set_remote_description("answer", peer.answer), Error::OK)
      << other->get_last_error_message();
  EXPECT_EQ(peer.heard_of("signaling"), (std::vector<std::string>{"signaling 2", "signaling 0"}))
      << "without STABLE between";
  EXPECT_EQ(data_of(peer.answer).ice_ufrag, data_of(peer.offer).ice_ufrag)
      << "what was gathered serves the answer";
  EXPECT_EQ(peer.wire().count<StartGathering>(), 1u);
  EXPECT_TRUE(peer.wire().all<StartGathering>().at(0).controlling);
  EXPECT_FALSE(peer.wire().all<SetRemote>().at(0).controlling);
  EXPECT_TRUE(other.wire().all<SetRemote>().at(0).controlling);
  EXPECT_EQ(peer.heard_of("candidate").size(), 1u) << "announced again for the answer";
}

TEST_F(Renegotiation, OffersCreatedAtTheSameTimeStillConnect) {
  peer->create_offer();
  other->create_offer();
  peer.settle();
  ASSERT_EQ(other->set_remote_description("offer", peer.offer), Error::OK);
  other.settle();
  EXPECT_TRUE(other.heard_of("offer").empty()) << "withdrawn before it was emitted";
  EXPECT_EQ(peer->set_remote_description("answer", other.answer), Error::OK);
  EXPECT_EQ(peer->get_connection_state(), PeerConnection::STATE_CONNECTING);
}

TEST_F(Renegotiation, RemoteOfferMayBeReplaced) {
  peer->create_offer();
  peer.settle();
  other.apply = false;
  ASSERT_EQ(other->set_remote_description("offer", peer.offer), Error::OK);
  FakePeer third;
  const auto kept = third->create_data_channel("c");
  third->create_offer();
  third.settle();
  const auto lane = other->create_data_channel("d");
  EXPECT_EQ(lane->get_max_packet_size(), 262144);
  std::string offer = third.offer;
  const std::string limit = "a=max-message-size:262144";
  offer.replace(offer.find(limit), limit.size(), "a=max-message-size:5000");
  ASSERT_EQ(other->set_remote_description("offer", offer), Error::OK);
  EXPECT_EQ(lane->get_max_packet_size(), 5000);
  other.settle();
  ASSERT_EQ(other.heard_of("answer").size(), 1u);
  ASSERT_EQ(other->set_local_description("answer", other.answer), Error::OK);
  EXPECT_EQ(other.wire().all<SetRemote>().at(0).ufrag, data_of(third.offer).ice_ufrag);
}

TEST_F(Renegotiation, RestartIceOnBothSides) {
  EXPECT_EQ(peer->restart_ice(), Error::OK) << "no effect before the first description";
  negotiate(peer, other);
  peer.wire().candidate(0, 4001);
  peer.wire().emit(GatheringDone{0});
  peer.settle();
  const DataSection before = data_of(peer.offer), answer_before = data_of(other.answer);
  ASSERT_EQ(peer->restart_ice(), Error::OK);
  negotiate(peer, other);
  const DataSection after = data_of(peer.offer);
  EXPECT_NE(after.ice_ufrag, before.ice_ufrag);
  EXPECT_NE(after.ice_pwd, before.ice_pwd);
  EXPECT_NE(data_of(other.answer).ice_ufrag, answer_before.ice_ufrag)
      << "the answer to a restart restarts";
  const auto restarts = peer.wire().all<RestartIce>();
  ASSERT_EQ(restarts.size(), 1u);
  EXPECT_EQ(restarts[0].local_ufrag, after.ice_ufrag);
  EXPECT_EQ(restarts[0].ice_generation, 1u);
  EXPECT_TRUE(restarts[0].controlling);
  EXPECT_FALSE(other.wire().all<RestartIce>().at(0).controlling);
  EXPECT_EQ(peer.wire().count<SetRemote>(), 2u);
  EXPECT_EQ(peer->get_gathering_state(), PeerConnection::GATHERING_STATE_GATHERING);

  peer.wire().candidate(0, 4002);  // Of the old generation, still under way.
  peer.wire().candidate(1, 4003);
  peer.settle();
  ASSERT_EQ(peer.candidates.size(), 2u);
  EXPECT_NE(peer.candidates[1].find("4003"), std::string::npos);
  EXPECT_NE(peer.candidates[1].find("ufrag " + after.ice_ufrag), std::string::npos);
  EXPECT_EQ(data_of(peer->get_local_description()).candidates.size(), 1u);

  negotiate(peer, other);
  EXPECT_EQ(data_of(peer.offer).ice_ufrag, after.ice_ufrag) << "restarted once";
}

TEST_F(Renegotiation, RestartIsKeptUntilItIsNegotiated) {
  negotiate(peer, other);
  const std::string ufrag = data_of(peer.offer).ice_ufrag;
  peer->restart_ice();
  peer->create_offer();
  peer.settle();
  const std::string fresh = data_of(peer.offer).ice_ufrag;
  EXPECT_NE(fresh, ufrag);
  peer->set_local_description("rollback", "");
  const auto restarts = peer.wire().all<RestartIce>();
  ASSERT_EQ(restarts.size(), 2u);
  EXPECT_EQ(restarts[1].local_ufrag, ufrag) << "the connection under way keeps its credentials";
  peer->create_offer();
  peer.settle();
  EXPECT_NE(data_of(peer.offer).ice_ufrag, ufrag);
}

TEST_F(Renegotiation, FailedConnectionOffersNewCredentials) {
  negotiate(peer, other);
  const std::string ufrag = data_of(peer.offer).ice_ufrag;
  peer.wire().transport(TransportStateChanged::State::FAILED);
  peer.settle();
  ASSERT_EQ(peer->create_offer(), Error::OK);
  peer.settle();
  EXPECT_NE(data_of(peer.offer).ice_ufrag, ufrag);
  EXPECT_EQ(peer->get_connection_state(), PeerConnection::STATE_FAILED);
  peer.wire().transport(TransportStateChanged::State::CONNECTING);
  peer.wire().transport(TransportStateChanged::State::CONNECTED);
  peer.settle();
  EXPECT_EQ(peer->get_connection_state(), PeerConnection::STATE_CONNECTED);
}

}  // namespace
}  // namespace peerlane::test
