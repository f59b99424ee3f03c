// SPDX-License-Identifier: MIT
// The API on the real network: connecting, channels, messages.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "api/real_pair.hpp"

namespace peerlane::test {
namespace {

using Channel = std::shared_ptr<DataChannel>;

std::string next_text(const Channel &channel) {
  return get_string_from_utf8(channel->get_packet());
}

TEST(Loopback, TutorialExample) {
  auto p1 = PeerConnection::create();
  auto p2 = PeerConnection::create();
  auto ch1 = p1->create_data_channel("chat", {.negotiated = true, .id = 1});
  auto ch2 = p2->create_data_channel("chat", {.negotiated = true, .id = 1});
  p1->session_description_created.connect(p1, &PeerConnection::set_local_description);
  p1->session_description_created.connect(p2, &PeerConnection::set_remote_description);
  p1->ice_candidate_created.connect(p2, &PeerConnection::add_ice_candidate);
  p2->session_description_created.connect(p2, &PeerConnection::set_local_description);
  p2->session_description_created.connect(p1, &PeerConnection::set_remote_description);
  p2->ice_candidate_created.connect(p1, &PeerConnection::add_ice_candidate);
  ASSERT_EQ(p1->create_offer(), Error::OK);

  bool sent1 = false, sent2 = false;
  std::string received1, received2;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while ((received1.empty() || received2.empty()) && std::chrono::steady_clock::now() < deadline) {
    p1->wait(std::chrono::milliseconds(1));
    p1->poll();
    p2->poll();
    if (!sent1) sent1 = ch1->put_packet(to_utf8_buffer("Hi from P1")) == Error::OK;
    if (!sent2) sent2 = ch2->put_packet(to_utf8_buffer("Hi from P2")) == Error::OK;
    if (ch1->get_ready_state() == ch1->STATE_OPEN && ch1->get_available_packet_count() > 0) {
      received1 = get_string_from_utf8(ch1->get_packet());
    }
    if (ch2->get_ready_state() == ch2->STATE_OPEN && ch2->get_available_packet_count() > 0) {
      received2 = get_string_from_utf8(ch2->get_packet());
    }
  }
  EXPECT_EQ(received1, "Hi from P2");
  EXPECT_EQ(received2, "Hi from P1");
}

TEST(Loopback, SignalsArriveInOrderAtBothEnds) {
  RealPair pair;
  std::vector<int> states;
  pair.a->connection_state_changed.connect([&](int state) { states.push_back(state); });
  pair.make_lane(1);
  int opened = 0;
  pair.lane_a->opened.connect([&] { ++opened; });
  pair.lane_b->opened.connect([&] { ++opened; });
  ASSERT_TRUE(pair.open_lane());
  EXPECT_EQ(states,
            (std::vector<int>{PeerConnection::STATE_CONNECTING, PeerConnection::STATE_CONNECTED}));
  EXPECT_EQ(opened, 2);
  EXPECT_TRUE(pair.drive_until(
      [&] { return pair.a->get_gathering_state() == PeerConnection::GATHERING_STATE_COMPLETE; }));
  EXPECT_EQ(pair.a->get_remote_fingerprint(), pair.b->get_local_fingerprint());
  EXPECT_EQ(pair.a->get_local_fingerprint().rfind("sha-256 ", 0), 0u);
  EXPECT_TRUE(pair.errors.empty()) << pair.errors.front();
}

TEST(Loopback, InBandChannelsBothWays) {
  RealPair pair;
  DataChannelOptions options;
  options.protocol = "v1";
  options.ordered = false;
  options.max_retransmits = 2;
  const Channel early = pair.a->create_data_channel("early", options);
  ASSERT_TRUE(pair.connect());
  const Channel late = pair.a->create_data_channel("late");
  const Channel back = pair.b->create_data_channel("back");
  ASSERT_TRUE(pair.drive_until([&] {
    return pair.received_by_b.size() == 2 && pair.received_by_a.size() == 1 &&
           back->get_ready_state() == DataChannel::STATE_OPEN &&
           late->get_ready_state() == DataChannel::STATE_OPEN &&
           early->get_ready_state() == DataChannel::STATE_OPEN;
  }));
  const Channel &incoming = pair.received_by_b[0];
  EXPECT_EQ(incoming->get_label(), "early");
  EXPECT_EQ(incoming->get_protocol(), "v1");
  EXPECT_FALSE(incoming->is_ordered());
  EXPECT_EQ(incoming->get_max_retransmits(), 2);
  EXPECT_EQ(incoming->get_max_packet_life_time(), 65535);
  EXPECT_FALSE(incoming->is_negotiated());
  EXPECT_EQ(incoming->get_id(), early->get_id());
  EXPECT_NE(early->get_id() % 2, back->get_id() % 2) << "RFC 8832 section 6: parity by DTLS role";
  EXPECT_EQ(pair.received_by_a[0]->get_label(), "back");

  early->put_packet("ping");
  ASSERT_TRUE(pair.drive_until([&] { return incoming->get_available_packet_count() == 1; }));
  EXPECT_EQ(next_text(incoming), "ping");
  incoming->put_packet("pong");
  ASSERT_TRUE(pair.drive_until([&] { return early->get_available_packet_count() == 1; }));
  EXPECT_EQ(next_text(early), "pong");
}

TEST(Loopback, TextBinaryEmptyAndLarge) {
  RealPair pair;
  ASSERT_TRUE(pair.open_lane());
  const Channel &lane = pair.lane_a;
  PackedByteArray large(262144);
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<std::uint8_t>(i * 7 >> 3);
  lane->set_write_mode(DataChannel::WRITE_MODE_TEXT);
  EXPECT_EQ(lane->put_packet(std::string("n\0l", 3)), Error::OK);
  EXPECT_EQ(lane->put_packet(""), Error::OK);
  lane->set_write_mode(DataChannel::WRITE_MODE_BINARY);
  EXPECT_EQ(lane->put_packet(""), Error::OK);
  EXPECT_EQ(lane->put_packet(large), Error::OK);
  EXPECT_EQ(lane->get_max_packet_size(), 262144);
  large.push_back(1);
  EXPECT_EQ(lane->put_packet(large), Error::ERR_INVALID_PARAMETER);
  large.pop_back();

  ASSERT_TRUE(pair.drive_until([&] { return pair.lane_b->get_available_packet_count() == 4; }));
  EXPECT_EQ(next_text(pair.lane_b), std::string("n\0l", 3));
  EXPECT_TRUE(pair.lane_b->was_string_packet());
  EXPECT_EQ(next_text(pair.lane_b), "");
  EXPECT_EQ(pair.lane_b->get_packet_error(), Error::OK);
  EXPECT_TRUE(pair.lane_b->was_string_packet());
  EXPECT_EQ(next_text(pair.lane_b), "");
  EXPECT_FALSE(pair.lane_b->was_string_packet());
  EXPECT_EQ(pair.lane_b->get_packet(), large);
}

TEST(Loopback, EveryReliabilityDelivers) {
  for (int kind = 0; kind < 3; ++kind) {
    SCOPED_TRACE(kind);
    RealPair pair;
    DataChannelOptions options;
    options.ordered = false;
    if (kind == 1) options.max_retransmits = 10;
    if (kind == 2) options.max_packet_life_time = 10000;
    pair.make_lane(0, options);
    ASSERT_TRUE(pair.open_lane());
    for (int i = 0; i < 100; ++i) EXPECT_EQ(pair.lane_a->put_packet(std::to_string(i)), Error::OK);
    ASSERT_TRUE(pair.drive_until([&] { return pair.lane_b->get_available_packet_count() == 100; }));
    std::vector<int> numbers;
    for (int i = 0; i < 100; ++i) numbers.push_back(std::stoi(next_text(pair.lane_b)));
    std::sort(numbers.begin(), numbers.end());
    for (int i = 0; i < 100; ++i) EXPECT_EQ(numbers[static_cast<std::size_t>(i)], i);
  }
}

TEST(Loopback, EitherEndClosesAChannelAndItsIdIsFree) {
  RealPair pair;
  ASSERT_TRUE(pair.open_lane());
  for (const bool by_a : {true, false}) {
    SCOPED_TRACE(by_a);
    const Channel closer = by_a ? pair.lane_a : pair.lane_b;
    const Channel hearer = by_a ? pair.lane_b : pair.lane_a;
    int closed = 0;
    closer->closed.connect([&] { ++closed; });
    hearer->closed.connect([&] { ++closed; });
    EXPECT_EQ(closer->put_packet("last"), Error::OK);
    closer->close();
    EXPECT_EQ(closer->get_ready_state(), DataChannel::STATE_CLOSING);
    EXPECT_EQ(closer->put_packet("more"), Error::ERR_UNCONFIGURED);
    ASSERT_TRUE(pair.drive_until([&] { return closed == 2; }));
    EXPECT_EQ(next_text(hearer), "last") << "what was accepted before is still delivered";
    EXPECT_EQ(closer->get_ready_state(), DataChannel::STATE_CLOSED);
    EXPECT_EQ(hearer->get_ready_state(), DataChannel::STATE_CLOSED);

    pair.make_lane(1);
    ASSERT_TRUE(pair.lane_a && pair.lane_b) << pair.a->get_last_error_message();
    ASSERT_TRUE(pair.drive_until([&] {
      return pair.lane_a->get_ready_state() == DataChannel::STATE_OPEN &&
             pair.lane_b->get_ready_state() == DataChannel::STATE_OPEN;
    }));
    EXPECT_EQ(pair.lane_b->put_packet("again"), Error::OK);
    ASSERT_TRUE(pair.drive_until([&] { return pair.lane_a->get_available_packet_count() == 1; }));
    EXPECT_EQ(next_text(pair.lane_a), "again");
  }
}

TEST(Loopback, WhatWasSentBeforeACloseArrives) {
  constexpr int kPackets = 50;
  RealPair pair;
  for (int round = 0; round < 10; ++round) {
    pair.make_lane(1);
    ASSERT_TRUE(round == 0 ? pair.open_lane() : pair.drive_until([&] {
      return pair.lane_a->get_ready_state() == DataChannel::STATE_OPEN &&
             pair.lane_b->get_ready_state() == DataChannel::STATE_OPEN;
    }));
    for (int i = 0; i < kPackets; ++i) {
      ASSERT_EQ(pair.lane_a->put_packet(std::to_string(i)), Error::OK);
    }
    pair.lane_a->close();
    ASSERT_TRUE(pair.drive_until([&] {
      return pair.lane_a->get_ready_state() == DataChannel::STATE_CLOSED &&
             pair.lane_b->get_ready_state() == DataChannel::STATE_CLOSED;
    }));
    ASSERT_EQ(pair.lane_b->get_available_packet_count(), kPackets) << "in round " << round;
    for (int i = 0; i < kPackets; ++i) EXPECT_EQ(next_text(pair.lane_b), std::to_string(i));
  }
}

TEST(Loopback, WordBeforeTheEndOfTheConnectionArrives) {
  for (int round = 0; round < 5; ++round) {
    RealPair pair;
    ASSERT_TRUE(pair.open_lane());
    ASSERT_EQ(pair.lane_a->put_packet("bye"), Error::OK);
    pair.a->close();
    ASSERT_TRUE(pair.drive_until(
        [&] { return pair.b->get_connection_state() == PeerConnection::STATE_CLOSED; }));
    EXPECT_EQ(next_text(pair.lane_b), "bye") << "in round " << round;
  }
}

TEST(Loopback, DroppedHandleClosesTheOtherEnd) {
  RealPair pair;
  ASSERT_TRUE(pair.open_lane());
  pair.lane_a.reset();
  EXPECT_TRUE(pair.drive_until(
      [&] { return pair.lane_b->get_ready_state() == DataChannel::STATE_CLOSED; }));
}

TEST(Loopback, ClosingTheConnectionClosesThePeersCleanly) {
  RealPair pair;
  ASSERT_TRUE(pair.open_lane());
  std::vector<std::string> heard;
  pair.lane_b->closed.connect([&] { heard.push_back("channel"); });
  pair.b->connection_state_changed.connect(
      [&](int state) { heard.push_back("connection " + std::to_string(state)); });
  pair.a->close();
  EXPECT_EQ(pair.lane_a->get_ready_state(), DataChannel::STATE_CLOSED);
  ASSERT_TRUE(pair.drive_until(
      [&] { return pair.b->get_connection_state() == PeerConnection::STATE_CLOSED; }));
  EXPECT_EQ(heard, (std::vector<std::string>{"channel", "connection 5"}));
}

TEST(Loopback, InitializeConnectsAgain) {
  RealPair pair;
  ASSERT_TRUE(pair.open_lane());
  ASSERT_EQ(pair.a->initialize(local_configuration()), Error::OK);
  ASSERT_EQ(pair.b->initialize(local_configuration()), Error::OK);
  pair.make_lane(1);
  ASSERT_TRUE(pair.open_lane());
  EXPECT_EQ(pair.lane_a->put_packet("x"), Error::OK);
  EXPECT_TRUE(pair.drive_until([&] { return pair.lane_b->get_available_packet_count() == 1; }));
}

TEST(Loopback, WithoutTrickle) {
  // One text each way, as copied by hand: no candidate is signalled by itself.
  const auto a = PeerConnection::create(local_configuration());
  const auto b = PeerConnection::create(local_configuration());
  const auto lane = a->create_data_channel("lane");
  Channel incoming;
  b->data_channel_received.connect([&](const Channel &channel) { incoming = channel; });
  for (const auto &each : {a, b}) {
    each->session_description_created.connect(each, &PeerConnection::set_local_description);
  }
  const auto gathered = [](const std::shared_ptr<PeerConnection> &peer) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (peer->get_gathering_state() != PeerConnection::GATHERING_STATE_COMPLETE) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      peer->wait(std::chrono::milliseconds(100));
      peer->poll();
    }
    return true;
  };
  ASSERT_EQ(a->create_offer(), Error::OK);
  ASSERT_TRUE(gathered(a));
  ASSERT_EQ(b->set_remote_description("offer", a->get_local_description()), Error::OK);
  ASSERT_TRUE(gathered(b));
  ASSERT_EQ(a->set_remote_description("answer", b->get_local_description()), Error::OK);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!incoming && std::chrono::steady_clock::now() < deadline) {
    b->wait(std::chrono::milliseconds(5));
    a->poll(), b->poll();
  }
  EXPECT_TRUE(incoming);
}

TEST(Loopback, SendsFromSeveralThreads) {
  constexpr int kThreads = 3, kEach = 500;
  RealPair pair;
  ASSERT_TRUE(pair.open_lane());
  std::vector<std::thread> threads;
  std::atomic<int> accepted{0};
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < kEach; ++j) {
        if (pair.lane_a->put_packet(std::to_string(i) + " " + std::to_string(j)) == Error::OK) {
          ++accepted;
        }
      }
    });
  }
  std::vector<int> next(kThreads, 0);
  int received = 0;
  const bool all = pair.drive_until([&] {
    PackedByteArray packet;
    while (pair.lane_b->get_packet(packet)) {
      const std::string text = get_string_from_utf8(packet);
      const auto thread = static_cast<std::size_t>(text[0] - '0');
      EXPECT_EQ(std::stoi(text.substr(2)), next[thread]++) << "each thread's own order is kept";
      ++received;
    }
    return received == kThreads * kEach;
  });
  for (std::thread &thread : threads) thread.join();
  EXPECT_TRUE(all) << received;
  EXPECT_EQ(accepted, kThreads * kEach);
}

}  // namespace
}  // namespace peerlane::test
