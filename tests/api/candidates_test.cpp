// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "api/fake_peer.hpp"
#include "signaling/sdp.hpp"

namespace peerlane::test {
namespace {

class Candidates : public ::testing::Test {
 protected:
  Candidates() {
    channel = peer->create_data_channel("a");
    kept = other->create_data_channel("b");
  }
  Error add(int port, const std::string &ufrag = "") {
    return peer->add_ice_candidate("0", 0, candidate_line(port, ufrag));
  }
  std::size_t added() const { return peer.wire().count<AddRemoteCandidate>(); }
  static std::string ufrag_of(const std::string &sdp) {
    return parse_session_description(sdp)->data.ice_ufrag;
  }

  FakePeer peer, other;
  std::shared_ptr<DataChannel> channel, kept;
};

TEST_F(Candidates, OursAreAnnouncedWithMediaIndexAndUfrag) {
  peer->create_offer();
  peer.settle();
  peer.wire().candidate(0, 4001);
  peer.settle();
  EXPECT_EQ(peer.heard_of("candidate"), std::vector<std::string>{"candidate 0 0"});
  EXPECT_EQ(peer.candidates.at(0).rfind("candidate:", 0), 0u);
  EXPECT_NE(peer.candidates.at(0).find("ufrag " + ufrag_of(peer.offer)), std::string::npos);
  peer.wire().emit(GatheringDone{0});
  peer.settle();
  EXPECT_EQ(peer.candidates.size(), 1u) << "the end is told by the gathering state only";
  EXPECT_EQ(peer.heard.back(), "gathering 2");
}

TEST_F(Candidates, EarlyOnesAreKeptForTheDescription) {
  EXPECT_EQ(add(5001), Error::OK);
  EXPECT_EQ(add(5002), Error::OK);
  EXPECT_EQ(add(5002), Error::OK) << "a duplicate";
  EXPECT_EQ(peer->add_ice_candidate("", 0, ""), Error::OK);
  EXPECT_FALSE(peer.has_wire());
  other->create_offer();
  other.settle();
  peer.apply = false;
  ASSERT_EQ(peer->set_remote_description("offer", other.offer), Error::OK);
  peer.settle();
  EXPECT_EQ(added(), 0u) << "not before the answer: there is no ICE yet";
  EXPECT_EQ(add(5003), Error::OK);
  ASSERT_EQ(peer->set_local_description("answer", ""), Error::OK);
  EXPECT_EQ(added(), 3u);
  EXPECT_EQ(peer.wire().count<RemoteGatheringDone>(), 1u);
  // The network hears of the peer first.
  const auto &commands = peer.wire().commands;
  std::size_t remote = 0, candidate = 0;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    if (std::holds_alternative<SetRemote>(commands[i])) remote = i;
    if (std::holds_alternative<AddRemoteCandidate>(commands[i]) && candidate == 0) candidate = i;
  }
  EXPECT_LT(remote, candidate);
}

TEST_F(Candidates, PrefixesAndEndsAreUnderstood) {
  negotiate(peer, other);
  EXPECT_EQ(peer->add_ice_candidate("0", 0, "a=" + candidate_line(5001)), Error::OK);
  EXPECT_EQ(peer->add_ice_candidate("0", 0, candidate_line(5002).substr(10)), Error::OK);
  EXPECT_EQ(peer->add_ice_candidate("", 0, candidate_line(5003)), Error::OK);
  EXPECT_EQ(peer->add_ice_candidate("", -1, candidate_line(5004)), Error::OK);
  EXPECT_EQ(peer->add_ice_candidate("0", 17, candidate_line(5005)), Error::OK) << "the mid wins";
  EXPECT_EQ(added(), 5u);
  EXPECT_EQ(peer->add_ice_candidate("0", 0, ""), Error::OK);
  EXPECT_EQ(peer->add_ice_candidate("0", 0, ""), Error::OK);
  EXPECT_EQ(peer.wire().count<RemoteGatheringDone>(), 1u);
}

TEST_F(Candidates, WrongOnesAreRefused) {
  negotiate(peer, other);
  EXPECT_EQ(peer->add_ice_candidate("1", 0, candidate_line(5001)), Error::ERR_INVALID_PARAMETER);
  EXPECT_EQ(peer->add_ice_candidate("", 3, candidate_line(5001)), Error::ERR_INVALID_PARAMETER);
  EXPECT_EQ(add(65536), Error::ERR_INVALID_PARAMETER);
  EXPECT_EQ(peer->add_ice_candidate("0", 0, "candidate:"), Error::OK) << "an end of candidates";
  EXPECT_EQ(peer->add_ice_candidate("0", 0, "candidate:1 1 udp"), Error::ERR_INVALID_PARAMETER);
  EXPECT_EQ(added(), 0u);
}

TEST_F(Candidates, UselessOnesAreCounted) {
  negotiate(peer, other);
  EXPECT_EQ(add(0), Error::OK);
  EXPECT_EQ(peer->add_ice_candidate("0", 0, "candidate:1 2 udp 1 192.0.2.1 5000 typ host"),
            Error::OK);
  EXPECT_EQ(peer->add_ice_candidate("0", 0, "candidate:1 1 udp 1 224.0.0.1 5000 typ host"),
            Error::OK);
  EXPECT_EQ(added(), 0u);
  const PeerConnectionStats stats = peer->get_stats();
  std::uint64_t counted = 0;
  for (const auto &[reason, count] : stats.dropped) {
    if (reason.rfind("candidate", 0) == 0) counted += count;
  }
  EXPECT_EQ(counted, 3u);
}

TEST_F(Candidates, LimitOfOneGeneration) {
  for (int i = 0; i < 100; ++i) ASSERT_EQ(add(1000 + i), Error::OK);
  negotiate(peer, other);
  for (int i = 100; i < 256; ++i) ASSERT_EQ(add(1000 + i), Error::OK);
  EXPECT_EQ(add(2000), Error::ERR_OUT_OF_MEMORY);
  EXPECT_EQ(add(1000), Error::OK) << "known already";
  EXPECT_EQ(added(), 256u);
  EXPECT_EQ(peer->get_stats().remote_candidates, 256u);

  other->restart_ice();
  negotiate(other, peer);
  EXPECT_EQ(add(2000), Error::OK) << "a new generation";
  EXPECT_EQ(added(), 257u);
}

TEST_F(Candidates, LimitOfEarlyOnes) {
  for (int i = 0; i < 256; ++i) ASSERT_EQ(add(1000 + i), Error::OK);
  EXPECT_EQ(add(2000), Error::ERR_OUT_OF_MEMORY);
}

TEST_F(Candidates, GenerationsAreToldApartByUfrag) {
  negotiate(peer, other);
  const std::string first = ufrag_of(other.answer);
  EXPECT_EQ(add(5001, first), Error::OK);
  EXPECT_EQ(added(), 1u);
  EXPECT_EQ(add(5002, "fromTheFuture"), Error::OK);
  EXPECT_EQ(added(), 1u) << "kept for a description to come";

  other.apply = false;
  other->restart_ice();
  other->create_offer();
  other.settle();
  const std::string second = ufrag_of(other.offer);
  EXPECT_EQ(add(5003, second), Error::OK);
  ASSERT_EQ(peer->set_remote_description("offer", other.offer), Error::OK);
  EXPECT_EQ(added(), 1u);
  peer.settle();
  EXPECT_EQ(added(), 2u);
  EXPECT_EQ(peer.wire().all<AddRemoteCandidate>().back().candidate.port, 5003);
  EXPECT_EQ(add(5004, first), Error::OK) << "late, of the former generation";
  EXPECT_EQ(added(), 2u);
  EXPECT_EQ(peer->get_stats().dropped["candidate_former_generation"], 1u);
}

TEST_F(Candidates, WithoutUfragTheyMayOvertakeTheAnswerToARestart) {
  negotiate(peer, other);
  EXPECT_EQ(add(5001), Error::OK);
  EXPECT_EQ(added(), 1u);
  peer->restart_ice();
  peer->create_offer();
  peer.settle();
  ASSERT_EQ(peer.wire().count<RestartIce>(), 1u);
  EXPECT_EQ(add(5001), Error::OK) << "the peer keeps its socket";
  EXPECT_EQ(add(5002), Error::OK);
  EXPECT_EQ(added(), 1u) << "ICE has no credentials for them";
  ASSERT_EQ(other->set_remote_description("offer", peer.offer), Error::OK);
  other.settle();
  ASSERT_EQ(peer->set_remote_description("answer", other.answer), Error::OK);
  const auto known = peer.wire().all<AddRemoteCandidate>();
  ASSERT_EQ(known.size(), 3u);
  EXPECT_EQ(known[1].candidate.port, 5001);
  EXPECT_EQ(known[2].candidate.port, 5002);
}

TEST_F(Candidates, WithoutUfragTheyMayOvertakeTheOfferOfARestart) {
  negotiate(peer, other);
  EXPECT_EQ(add(5001), Error::OK);
  EXPECT_EQ(peer->add_ice_candidate("0", 0, ""), Error::OK);
  // After the end they are of the next generation, if signalling keeps the order at all.
  EXPECT_EQ(add(5001), Error::OK);
  EXPECT_EQ(add(5002), Error::OK);
  EXPECT_EQ(added(), 2u);
  other->restart_ice();
  negotiate(other, peer);
  const auto known = peer.wire().all<AddRemoteCandidate>();
  ASSERT_EQ(known.size(), 4u);
  EXPECT_EQ(known[2].candidate.port, 5001);
  EXPECT_EQ(known[3].candidate.port, 5002);
  EXPECT_EQ(peer.wire().count<RemoteGatheringDone>(), 1u) << "the end was that of the former one";
}

TEST_F(Candidates, AreGivenAgainWhereARestartIsTakenBack) {
  negotiate(peer, other);
  const std::string ufrag = ufrag_of(other.answer);
  EXPECT_EQ(add(5001, ufrag), Error::OK);
  peer->restart_ice();
  peer->create_offer();
  peer.settle();
  EXPECT_EQ(add(5002, ufrag), Error::OK);
  EXPECT_EQ(added(), 1u) << "of the generation that ICE has left";
  ASSERT_EQ(peer->set_local_description("rollback", ""), Error::OK);
  ASSERT_EQ(peer.wire().count<SetRemote>(), 2u);
  EXPECT_EQ(peer.wire().all<SetRemote>().back().ufrag, ufrag);
  const auto known = peer.wire().all<AddRemoteCandidate>();
  ASSERT_EQ(known.size(), 3u);
  EXPECT_EQ(known[1].candidate.port, 5001);
  EXPECT_EQ(known[2].candidate.port, 5002);
}

TEST_F(Candidates, EarlyOnesOfAnUnknownSectionAreDropped) {
  EXPECT_EQ(peer->add_ice_candidate("video", 5, candidate_line(5001)), Error::OK);
  negotiate(peer, other);
  EXPECT_EQ(added(), 0u);
  EXPECT_EQ(peer->get_stats().dropped["candidate_other_section"], 1u);
}

TEST_F(Candidates, FoundWhileNoDescriptionIsSetWaitForTheNext) {
  peer->create_offer();
  peer.settle();
  peer->set_local_description("rollback", "");
  peer.wire().candidate(0, 4001);
  peer.settle();
  EXPECT_TRUE(peer.candidates.empty());
  peer->create_offer();
  peer.settle();
  EXPECT_EQ(peer.candidates.size(), 1u);
  EXPECT_EQ(peer.wire().count<StartGathering>(), 1u);
}

}  // namespace
}  // namespace peerlane::test
