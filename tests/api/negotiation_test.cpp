// SPDX-License-Identifier: MIT
// Descriptions: what is created, what is accepted, what the network is told.
#include <gtest/gtest.h>

#include <algorithm>

#include "api/fake_peer.hpp"

namespace peerlane::test {
namespace {

std::string replaced(std::string text, const std::string &from, const std::string &to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

class Negotiation : public ::testing::Test {
 protected:
  Negotiation() {
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

TEST_F(Negotiation, TheOfferIsEmittedInALaterPollAndHoldsNoCandidates) {
  ASSERT_EQ(peer->create_offer(), Error::OK);
  EXPECT_TRUE(peer.offer.empty());
  peer.settle();
  EXPECT_EQ(peer.heard_of("offer").size(), 1u);
  const DataSection data = data_of(peer.offer);
  EXPECT_TRUE(data.candidates.empty());
  EXPECT_FALSE(data.end_of_candidates);
  EXPECT_EQ(data.setup, SetupRole::ACTPASS);
  EXPECT_EQ(data.max_message_size, 262144u);
  EXPECT_EQ(data.fingerprints.at(0).to_string(), peer->get_local_fingerprint());
}

TEST_F(Negotiation, TheNetworkStartsWhenTheOfferIsApplied) {
  peer.apply = false;
  peer->create_offer();
  peer.settle();
  EXPECT_EQ(peer.wire().count<StartGathering>(), 0u);
  EXPECT_EQ(peer->get_gathering_state(), PeerConnection::GATHERING_STATE_NEW);
  ASSERT_EQ(peer->set_local_description("offer", peer.offer), Error::OK);
  const auto starts = peer.wire().all<StartGathering>();
  ASSERT_EQ(starts.size(), 1u);
  EXPECT_TRUE(starts[0].controlling);
  EXPECT_EQ(starts[0].local_ufrag, data_of(peer.offer).ice_ufrag);
  EXPECT_EQ(starts[0].local_pwd, data_of(peer.offer).ice_pwd);
  EXPECT_GE(starts[0].local_pwd.size(), 22u);
  EXPECT_EQ(peer->get_gathering_state(), PeerConnection::GATHERING_STATE_GATHERING);
  EXPECT_EQ(peer.wire().count<SetRemote>(), 0u);
}

TEST_F(Negotiation, BothDescriptionsReachTheNetworkAndTheStateLeavesNew) {
  exchange_offer();
  EXPECT_EQ(peer->get_connection_state(), PeerConnection::STATE_NEW);
  EXPECT_EQ(other->get_connection_state(), PeerConnection::STATE_CONNECTING);
  ASSERT_EQ(peer->set_remote_description("answer", other.answer), Error::OK);
  EXPECT_EQ(peer->get_connection_state(), PeerConnection::STATE_CONNECTING);
  EXPECT_TRUE(peer.heard_of("connection").empty()) << "in the next poll";
  peer.settle();
  EXPECT_EQ(peer.heard_of("connection"), std::vector<std::string>{"connection 1"});

  const SetRemote to_peer = peer.wire().all<SetRemote>().at(0);
  const SetRemote to_other = other.wire().all<SetRemote>().at(0);
  EXPECT_EQ(to_peer.ufrag, data_of(other.answer).ice_ufrag);
  EXPECT_EQ(to_other.pwd, data_of(peer.offer).ice_pwd);
  EXPECT_TRUE(to_peer.controlling);
  EXPECT_FALSE(to_other.controlling);
  EXPECT_NE(to_peer.dtls_client, to_other.dtls_client);
  EXPECT_EQ(to_peer.fingerprints, data_of(other.answer).fingerprints);
  EXPECT_EQ(peer->get_remote_fingerprint(), other->get_local_fingerprint());
}

TEST_F(Negotiation, StatesAndDescriptionsComeInOrder) {
  exchange_offer();
  peer->set_remote_description("answer", other.answer);
  peer.settle();
  EXPECT_EQ(peer.heard, (std::vector<std::string>{"offer", "signaling 1", "gathering 1",
                                                  "signaling 0", "connection 1"}));
  EXPECT_EQ(other.heard, (std::vector<std::string>{"signaling 2", "answer", "signaling 0",
                                                   "gathering 1", "connection 1"}));
}

TEST_F(Negotiation, SecondOfferReplacesTheFirst) {
  peer.apply = false;
  peer->create_offer();
  peer->create_offer();
  peer.settle();
  ASSERT_EQ(peer.heard_of("offer").size(), 1u);
  const std::string first = peer.offer;
  peer->create_offer();
  peer.settle();
  EXPECT_EQ(data_of(first).ice_ufrag, data_of(peer.offer).ice_ufrag);
  EXPECT_EQ(peer->set_local_description("offer", first), Error::ERR_INVALID_DATA);
  EXPECT_EQ(peer->set_local_description("offer", peer.offer), Error::OK);
}

TEST_F(Negotiation, LocalDescriptionMayBeEmptyOrRewrapped) {
  peer.apply = false;
  EXPECT_EQ(peer->set_local_description("offer", ""), Error::FAILED);
  peer->create_offer();
  EXPECT_EQ(peer->set_local_description("offer", ""), Error::OK) << "before it was emitted";
  peer.settle();
  EXPECT_EQ(peer.heard_of("offer").size(), 1u);
  EXPECT_EQ(peer->set_local_description("offer", ""), Error::OK) << "in force";
  EXPECT_EQ(peer->set_local_description("offer", peer.offer), Error::OK);
  EXPECT_EQ(peer->get_signaling_state(), PeerConnection::SIGNALING_STATE_HAVE_LOCAL_OFFER);

  peer->create_offer();
  peer.settle();
  std::string unix_lines = peer.offer;
  unix_lines.erase(std::remove(unix_lines.begin(), unix_lines.end(), '\r'), unix_lines.end());
  EXPECT_EQ(peer->set_local_description("offer", unix_lines), Error::OK)
      << peer->get_last_error_message();
}

TEST_F(Negotiation, ForeignLocalDescriptionIsRefused) {
  peer.apply = other.apply = false;
  peer->create_offer();
  other->create_offer();
  peer.settle();
  other.settle();
  EXPECT_EQ(peer->set_local_description("offer", other.offer), Error::ERR_INVALID_DATA);
  EXPECT_EQ(peer->set_local_description("offer", "nonsense"), Error::ERR_INVALID_PARAMETER);
  EXPECT_EQ(peer->set_local_description("Offer", peer.offer), Error::ERR_INVALID_PARAMETER);
  EXPECT_EQ(peer->get_signaling_state(), PeerConnection::SIGNALING_STATE_STABLE);
  EXPECT_EQ(peer.wire().commands.size(), 1u) << "only the channel";
}

TEST_F(Negotiation, RefusedRemoteDescriptionsChangeNothing) {
  exchange_offer();
  const std::string &answer = other.answer;
  const std::string ufrag = "a=ice-ufrag:" + data_of(answer).ice_ufrag + "\r\n";
  const std::string fingerprint = "a=fingerprint:" + other->get_local_fingerprint() + "\r\n";
  const std::pair<std::string, Error> rows[] = {
      {"", Error::ERR_PARSE_ERROR},
      {"v=0\r\n", Error::ERR_PARSE_ERROR},
      {replaced(answer, ufrag, ""), Error::ERR_INVALID_DATA},
      {replaced(answer, fingerprint, ""), Error::ERR_INVALID_DATA},
      {replaced(answer, "m=application 9", "m=application 0"), Error::ERR_INVALID_DATA},
      {replaced(answer, "a=mid:0", "a=mid:other"), Error::ERR_INVALID_DATA},
      {replaced(answer, "a=setup:active", "a=setup:actpass"), Error::ERR_INVALID_DATA},
      {replaced(answer, "a=setup:active", "a=setup:holdconn"), Error::ERR_INVALID_DATA},
  };
  for (const auto &[sdp, error] : rows) {
    SCOPED_TRACE(sdp);
    EXPECT_STREQ(error_name(peer->set_remote_description("answer", sdp)), error_name(error));
    EXPECT_FALSE(peer->get_last_error_message().empty());
    EXPECT_EQ(peer->get_signaling_state(), PeerConnection::SIGNALING_STATE_HAVE_LOCAL_OFFER);
    EXPECT_EQ(peer.wire().count<SetRemote>(), 0u);
  }
  EXPECT_EQ(peer->set_remote_description("answer", answer), Error::OK);
}

TEST_F(Negotiation, MissingSetupIsActiveInAnAnswer) {
  exchange_offer();
  const std::string answer = replaced(other.answer, "a=setup:active\r\n", "");
  ASSERT_EQ(peer->set_remote_description("answer", answer), Error::OK);
  EXPECT_FALSE(peer.wire().all<SetRemote>().at(0).dtls_client);
}

TEST_F(Negotiation, AnswerInForceMayBeSetAgain) {
  exchange_offer();
  ASSERT_EQ(peer->set_remote_description("answer", other.answer), Error::OK);
  const auto commands = peer.wire().commands.size();
  EXPECT_EQ(peer->set_remote_description("answer", other.answer), Error::OK);
  EXPECT_EQ(peer->set_local_description("offer", peer.offer), Error::OK);
  EXPECT_EQ(other->set_local_description("answer", other.answer), Error::OK);
  EXPECT_EQ(other->set_remote_description("offer", peer.offer), Error::OK);
  EXPECT_EQ(other->get_signaling_state(), PeerConnection::SIGNALING_STATE_STABLE);
  EXPECT_EQ(peer.wire().commands.size(), commands);
}

TEST_F(Negotiation, RenegotiationLeavesIceAlone) {
  negotiate(peer, other);
  const auto before = peer.offer;
  negotiate(peer, other);
  EXPECT_EQ(data_of(before).ice_ufrag, data_of(peer.offer).ice_ufrag);
  EXPECT_GT(parse_session_description(peer.offer)->session_version,
            parse_session_description(before)->session_version);
  EXPECT_EQ(parse_session_description(peer.offer)->session_id,
            parse_session_description(before)->session_id);
  negotiate(other, peer);
  for (const FakePeer *each : {&peer, &other}) {
    EXPECT_EQ(each->wire().count<StartGathering>(), 1u);
    EXPECT_EQ(each->wire().count<RestartIce>(), 0u);
    EXPECT_EQ(each->wire().count<SetRemote>(), 1u);
  }
}

TEST_F(Negotiation, OtherFingerprintNeedsAnotherConnection) {
  negotiate(peer, other);
  FakePeer stranger;
  const auto kept = stranger->create_data_channel("s");
  stranger->create_offer();
  stranger.settle();
  EXPECT_EQ(peer->set_remote_description("offer", stranger.offer), Error::ERR_INVALID_DATA);
  EXPECT_EQ(peer->get_signaling_state(), PeerConnection::SIGNALING_STATE_STABLE);
}

TEST_F(Negotiation, PranswersOnBothSides) {
  peer.apply = other.apply = false;
  peer->create_offer();
  peer->set_local_description("offer", "");
  peer.settle();
  ASSERT_EQ(other->set_remote_description("offer", peer.offer), Error::OK);
  other.settle();
  ASSERT_EQ(other->set_local_description("pranswer", other.answer), Error::OK);
  EXPECT_EQ(other->get_signaling_state(), PeerConnection::SIGNALING_STATE_HAVE_LOCAL_PRANSWER);
  EXPECT_EQ(other->get_connection_state(), PeerConnection::STATE_CONNECTING);
  ASSERT_EQ(peer->set_remote_description("pranswer", other.answer), Error::OK);
  EXPECT_EQ(peer->get_signaling_state(), PeerConnection::SIGNALING_STATE_HAVE_REMOTE_PRANSWER);
  ASSERT_EQ(other->set_local_description("answer", other.answer), Error::OK);
  ASSERT_EQ(peer->set_remote_description("answer", other.answer), Error::OK);
  EXPECT_EQ(peer->get_signaling_state(), PeerConnection::SIGNALING_STATE_STABLE);
  EXPECT_EQ(other->get_signaling_state(), PeerConnection::SIGNALING_STATE_STABLE);
  EXPECT_EQ(peer.wire().count<SetRemote>(), 1u);
  EXPECT_EQ(other.wire().count<SetRemote>(), 1u);
}

TEST_F(Negotiation, AutoLocalDescription) {
  Configuration compatible;
  compatible.auto_local_description = true;
  FakePeer a(compatible), b(compatible);
  a.apply = b.apply = false;
  const auto kept = a->create_data_channel("a");
  negotiate(a, b);
  EXPECT_EQ(a.heard, (std::vector<std::string>{"offer", "signaling 1", "gathering 1", "signaling 0",
                                               "connection 1"}));
  EXPECT_EQ(b->get_connection_state(), PeerConnection::STATE_CONNECTING);
}

TEST_F(Negotiation, LocalDescriptionHasEveryCandidate) {
  exchange_offer();
  EXPECT_TRUE(data_of(peer->get_local_description()).candidates.empty());
  peer.wire().candidate(0, 4001);
  peer.wire().candidate(0, 4002);
  EXPECT_TRUE(data_of(peer->get_local_description()).candidates.empty()) << "getters wait for poll";
  peer.settle();
  EXPECT_EQ(data_of(peer->get_local_description()).candidates.size(), 2u);
  EXPECT_FALSE(data_of(peer->get_local_description()).end_of_candidates);
  peer.wire().emit(GatheringDone{0});
  peer.settle();
  EXPECT_TRUE(data_of(peer->get_local_description()).end_of_candidates);
  EXPECT_EQ(peer->get_gathering_state(), PeerConnection::GATHERING_STATE_COMPLETE);

  FakePeer third;
  ASSERT_EQ(third->set_remote_description("offer", peer->get_local_description()), Error::OK);
  third.settle();
  EXPECT_EQ(third.wire().count<AddRemoteCandidate>(), 2u);
  EXPECT_EQ(third.wire().count<RemoteGatheringDone>(), 1u);
}

}  // namespace
}  // namespace peerlane::test
