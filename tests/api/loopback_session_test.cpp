// SPDX-License-Identifier: MIT
// The API on the real network: what happens to a connection while it lives.
#include <gtest/gtest.h>

#include "api/real_pair.hpp"
#include "signaling/sdp.hpp"

namespace peerlane::test {
namespace {

bool passes(RealPair &pair, const std::string &text) {
  for (const auto &[from, to] : {std::pair(pair.lane_a, pair.lane_b), {pair.lane_b, pair.lane_a}}) {
    if (from->put_packet(text) != Error::OK) return false;
    const int before = to->get_available_packet_count();
    if (!pair.drive_until(
            [&to = to, before] { return to->get_available_packet_count() > before; })) {
      return false;
    }
    if (get_string_from_utf8(to->get_packet()) != text) return false;
  }
  return true;
}

bool stable(const RealPair &pair) {
  return pair.a->get_signaling_state() == PeerConnection::SIGNALING_STATE_STABLE &&
         pair.b->get_signaling_state() == PeerConnection::SIGNALING_STATE_STABLE;
}

std::string ufrag(const PeerConnection &peer) {
  return parse_session_description(peer.get_local_description())->data.ice_ufrag;
}

TEST(LoopbackSession, RenegotiationFromEitherSideDisturbsNothing) {
  RealPair pair;
  ASSERT_TRUE(pair.open_lane());
  const std::string before = ufrag(*pair.a);
  std::vector<int> states;
  pair.a->connection_state_changed.connect([&](int state) { states.push_back(state); });
  for (const auto &offerer : {pair.a, pair.b}) {
    ASSERT_EQ(offerer->create_offer(), Error::OK);
    ASSERT_TRUE(pair.drive_until(
        [&] { return stable(pair) && !offerer->wait(std::chrono::milliseconds::zero()); }));
    EXPECT_TRUE(passes(pair, "still here"));
  }
  EXPECT_EQ(ufrag(*pair.a), before);
  EXPECT_TRUE(states.empty());
}

TEST(LoopbackSession, IceRestartFromEitherSide) {
  RealPair pair;
  ASSERT_TRUE(pair.open_lane());
  for (const auto &[restarter, name] : {std::pair(pair.a, "a"), std::pair(pair.b, "b")}) {
    SCOPED_TRACE(name);
    const std::string before_a = ufrag(*pair.a), before_b = ufrag(*pair.b);
    int candidates = 0;
    restarter->ice_candidate_created.connect([&](auto, auto, auto) { ++candidates; });
    ASSERT_EQ(restarter->restart_ice(), Error::OK);
    ASSERT_EQ(restarter->create_offer(), Error::OK);
    ASSERT_TRUE(pair.drive_until([&] {
      return stable(pair) && ufrag(*pair.a) != before_a && ufrag(*pair.b) != before_b &&
             candidates > 0;
    }));
    EXPECT_TRUE(passes(pair, std::string("after the restart of ") + name));
    EXPECT_EQ(pair.a->get_connection_state(), PeerConnection::STATE_CONNECTED);
  }
}

TEST(LoopbackSession, RestartTakenBackLeavesThePeersCredentials) {
  RealPair pair;
  pair.make_lane(1);
  std::vector<std::string> of_b;
  for (const auto &each : {pair.a, pair.b}) each->ice_candidate_created.disconnect_all();
  pair.b->ice_candidate_created.connect(
      [&](auto &, auto, const std::string &name) { of_b.push_back(name); });
  ASSERT_EQ(pair.a->create_offer(), Error::OK);
  ASSERT_TRUE(pair.drive_until([&] {
    return !of_b.empty() && pair.a->get_connection_state() == PeerConnection::STATE_CONNECTING;
  }));
  // An offer that b never hears of.
  pair.a->session_description_created.disconnect_all();
  pair.a->session_description_created.connect(pair.a, &PeerConnection::set_local_description);
  ASSERT_EQ(pair.a->restart_ice(), Error::OK);
  ASSERT_EQ(pair.a->create_offer(), Error::OK);
  ASSERT_TRUE(pair.drive_until([&] { return !stable(pair); }));
  ASSERT_EQ(pair.a->set_local_description("rollback", ""), Error::OK);
  // b knows nothing of a: the first check must be a's.
  for (const std::string &name : of_b)
    EXPECT_EQ(pair.a->add_ice_candidate("0", 0, name), Error::OK);
  EXPECT_TRUE(pair.drive_until([&] {
    return pair.lane_a->get_ready_state() == DataChannel::STATE_OPEN &&
           pair.lane_b->get_ready_state() == DataChannel::STATE_OPEN;
  }));
  EXPECT_TRUE(passes(pair, "after the rollback"));
}

TEST(LoopbackSession, GlareConnects) {
  RealPair pair;
  pair.make_lane(1);
  // Each sets its own offer; then only b gives way, as the impolite peer ignores.
  pair.a->session_description_created.disconnect_all();
  pair.b->session_description_created.disconnect_all();
  std::string offer_a, answer_b;
  for (const auto &each : {pair.a, pair.b}) {
    each->session_description_created.connect(each, &PeerConnection::set_local_description);
  }
  pair.a->session_description_created.connect(
      [&](const std::string &, const std::string &sdp) { offer_a = sdp; });
  pair.b->session_description_created.connect([&](const std::string &type, const std::string &sdp) {
    if (type == "answer") answer_b = sdp;
  });
  ASSERT_EQ(pair.a->create_offer(), Error::OK);
  ASSERT_EQ(pair.b->create_offer(), Error::OK);
  ASSERT_TRUE(pair.drive_until([&] {
    return pair.a->get_gathering_state() == PeerConnection::GATHERING_STATE_COMPLETE &&
           pair.b->get_gathering_state() == PeerConnection::GATHERING_STATE_COMPLETE;
  }));
  ASSERT_EQ(pair.b->set_remote_description("offer", offer_a), Error::OK);
  ASSERT_TRUE(pair.drive_until([&] { return !answer_b.empty(); }));
  ASSERT_EQ(pair.a->set_remote_description("answer", answer_b), Error::OK)
      << pair.a->get_last_error_message();
  EXPECT_TRUE(pair.drive_until([&] {
    return pair.lane_a->get_ready_state() == DataChannel::STATE_OPEN &&
           pair.lane_b->get_ready_state() == DataChannel::STATE_OPEN;
  }));
  EXPECT_TRUE(passes(pair, "after the glare"));
}

TEST(LoopbackSession, Stats) {
  RealPair pair;
  ASSERT_TRUE(pair.open_lane());
  EXPECT_TRUE(passes(pair, "0123456789"));
  PeerConnectionStats stats;
  // The counters belong to the network thread: they may lag.
  ASSERT_TRUE(pair.drive_until([&] {
    stats = pair.a->get_stats();
    return stats.bytes_sent > 10 && stats.messages_received == 1 && stats.messages_sent == 1;
  })) << stats.bytes_sent
      << " " << stats.messages_received;
  EXPECT_EQ(stats.connection_state, "connected");
  EXPECT_EQ(stats.signaling_state, "stable");
  EXPECT_GE(stats.round_trip_time, 0);
  EXPECT_LT(stats.round_trip_time, 10);
  EXPECT_GT(stats.bytes_received, 10u);
  EXPECT_GT(stats.packets_sent, 0u);
  EXPECT_GT(stats.packets_received, 0u);
  EXPECT_EQ(stats.local_candidate.address, "127.0.0.1");
  EXPECT_EQ(stats.remote_candidate.address, "127.0.0.1");
  EXPECT_EQ(stats.local_candidate.transport, "udp");
  EXPECT_NE(stats.local_candidate.port, 0);
  EXPECT_GE(stats.remote_candidates, 1u);
  ASSERT_EQ(stats.data_channels.size(), 1u);
  EXPECT_EQ(stats.data_channels[0].state, "open");
  EXPECT_EQ(stats.data_channels[0].bytes_sent, 10u);
}

TEST(LoopbackSession, SenderIsHeldBackAndToldWhenThereIsRoom) {
  Configuration configuration = local_configuration();
  configuration.send_buffer_limit = 256 * 1024;
  RealPair pair(configuration);
  ASSERT_TRUE(pair.open_lane());
  const PackedByteArray packet(16000, 1);
  constexpr int kPackets = 500;
  int sent = 0, received = 0, refused = 0, low = 0;
  pair.lane_a->set_buffered_amount_low_threshold(64 * 1024);
  const auto fill = [&] {
    while (sent < kPackets) {
      const Error error = pair.lane_a->put_packet(packet);
      if (error != Error::OK) {
        EXPECT_EQ(error, Error::ERR_OUT_OF_MEMORY);
        EXPECT_GT(pair.lane_a->get_buffered_amount(), 0);
        ++refused;
        return;
      }
      ++sent;
      EXPECT_LE(pair.lane_a->get_buffered_amount(), 256 * 1024);
    }
  };
  pair.lane_a->buffered_amount_low.connect([&] {
    // Later it may have been so while fill() went on, and be full again by now.
    if (++low == 1) {
      EXPECT_LE(pair.lane_a->get_buffered_amount(), 64 * 1024);
    }
    fill();
  });
  fill();
  ASSERT_TRUE(pair.drive_until([&] {
    PackedByteArray got;
    while (pair.lane_b->get_packet(got)) {
      EXPECT_EQ(got.size(), packet.size());
      ++received;
    }
    return received == kPackets;
  })) << received
      << " of " << sent;
  EXPECT_GT(refused, 0);
  EXPECT_GT(low, 0);
  EXPECT_EQ(pair.lane_a->get_ready_state(), DataChannel::STATE_OPEN);
}

TEST(LoopbackSession, ReaderThatDoesNotReadHoldsTheSenderBack) {
  Configuration reader = local_configuration();
  reader.receive_buffer_limit = 128 * 1024;
  RealPair pair(local_configuration(), reader);
  ASSERT_TRUE(pair.open_lane());
  const PackedByteArray packet(16000, 1);
  constexpr int kPackets = 1000;  // 16 MB, of which the receiver's side takes a part.
  for (int i = 0; i < kPackets; ++i) {
    PackedByteArray numbered = packet;
    numbered[0] = static_cast<std::uint8_t>(i);
    ASSERT_EQ(pair.lane_a->put_packet(std::move(numbered)), Error::OK);
  }
  // The sender's queue stops falling while nobody reads.
  int amount = pair.lane_a->get_buffered_amount();
  auto changed = std::chrono::steady_clock::now();
  ASSERT_TRUE(pair.drive_until([&] {
    if (const int now = pair.lane_a->get_buffered_amount(); now != amount) {
      amount = now;
      changed = std::chrono::steady_clock::now();
    }
    return std::chrono::steady_clock::now() - changed > std::chrono::milliseconds(500);
  }));
  EXPECT_GT(amount, 0) << "nothing held the sender back";
  EXPECT_LT(pair.lane_b->get_available_packet_count(), kPackets);
  int received = 0;
  EXPECT_TRUE(pair.drive_until([&] {
    PackedByteArray got;
    while (pair.lane_b->get_packet(got)) {
      EXPECT_EQ(got[0], static_cast<std::uint8_t>(received++));
    }
    return received == kPackets;
  })) << received;
  EXPECT_EQ(pair.b->get_connection_state(), PeerConnection::STATE_CONNECTED);
}

TEST(LoopbackSession, GroupOfConnections) {
  constexpr int kPairs = 8;
  PollGroup group;
  std::vector<std::unique_ptr<RealPair>> pairs;
  for (int i = 0; i < kPairs; ++i) {
    pairs.push_back(std::make_unique<RealPair>());
    RealPair &pair = *pairs.back();
    pair.make_lane(i);
    ASSERT_EQ(group.add(pair.a), Error::OK);
    ASSERT_EQ(group.add(pair.b), Error::OK);
    RealPair *const raw = &pair;
    pair.lane_a->opened.connect([raw] { raw->lane_a->put_packet("hello"); });
    ASSERT_EQ(pair.a->create_offer(), Error::OK);
  }
  int received = 0;
  for (const auto &pair : pairs) pair->lane_b->packet_received.connect([&] { ++received; });
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (received < kPairs && std::chrono::steady_clock::now() < deadline) {
    group.wait(std::chrono::milliseconds(100));
    group.poll();
  }
  EXPECT_EQ(received, kPairs);
}

}  // namespace
}  // namespace peerlane::test
