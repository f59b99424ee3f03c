// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "api/fake_peer.hpp"

namespace peerlane::test {
namespace {

using namespace std::chrono_literals;
using State = TransportStateChanged::State;

class Wait : public ::testing::Test {
 protected:
  Wait() {
    channel = peer->create_data_channel("lane");
    negotiate(peer, other);
    peer.wire().run_wakeups();
  }
  void wake_on_event() {
    peer->set_wakeup_handler([this] { ++woken; });
  }

  FakePeer peer, other;
  std::shared_ptr<DataChannel> channel;
  std::atomic<int> woken{0};
};

TEST_F(Wait, FalseWhereNothingComes) {
  EXPECT_FALSE(peer->wait(0ms));
  EXPECT_FALSE(peer->wait(-5ms));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(peer->wait(20ms));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 20ms);
}

TEST_F(Wait, TrueAtOnceWhereSomethingIsThere) {
  peer.wire().transport(State::CONNECTED);
  EXPECT_TRUE(peer->wait(0ms));
  EXPECT_TRUE(peer->wait(std::chrono::milliseconds::max()));
  peer.settle();
  EXPECT_FALSE(peer->wait(0ms));
}

TEST_F(Wait, EndsWhenSomethingArrives) {
  std::thread network([&] {
    std::this_thread::yield();
    peer.wire().transport(State::CONNECTED);
  });
  EXPECT_TRUE(peer->wait(60s));
  network.join();
}

TEST_F(Wait, WhoeverWaitsDoesNotPollInALoop) {
  const int before = peer.wire().helped;
  for (int i = 0; i < 50; ++i) {
    peer.wire().transport(i % 2 == 0 ? State::CONNECTED : State::DISCONNECTED);
    ASSERT_TRUE(peer->wait(60s));
    peer->poll();
  }
  EXPECT_EQ(peer.wire().helped, before);
}

TEST_F(Wait, LocalEventsCount) {
  peer->create_offer();
  EXPECT_TRUE(peer->wait(60s));
  peer->poll();
  peer.settle();
  EXPECT_FALSE(peer->wait(0ms));
}

TEST_F(Wait, WithoutANetworkItOnlyTakesTime) {
  FakePeer idle;
  EXPECT_FALSE(idle->wait(0ms));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(idle->wait(20ms));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 20ms);
  idle->close();
  EXPECT_FALSE(idle->wait(1ms));
}

TEST_F(Wait, HandlerRunsOncePerDrainedPoll) {
  wake_on_event();
  EXPECT_EQ(woken, 0);
  peer.wire().transport(State::CONNECTED);
  peer.wire().transport(State::DISCONNECTED);
  EXPECT_EQ(woken, 1);
  peer.settle();
  EXPECT_EQ(woken, 1);
  peer.wire().transport(State::CONNECTED);
  EXPECT_EQ(woken, 2);
}

TEST_F(Wait, HandlerRunsInTheSetterWhereSomethingIsPending) {
  peer.wire().transport(State::CONNECTED);
  wake_on_event();
  EXPECT_EQ(woken, 1);
  peer->set_wakeup_handler(nullptr);
  peer.settle();
  peer.wire().transport(State::DISCONNECTED);
  EXPECT_EQ(woken, 1);
}

TEST_F(Wait, OwnCallsWakeOnANetworkThread) {
  wake_on_event();
  peer->create_offer();
  EXPECT_EQ(woken, 0) << "never inside the caller's own call";
  EXPECT_EQ(peer.wire().posted_wakeups, 1);
  channel->close();
  EXPECT_EQ(peer.wire().posted_wakeups, 1) << "the edge only";
  peer.wire().run_wakeups();
  EXPECT_EQ(woken, 1);
  peer.settle();
  peer->create_offer();
  EXPECT_EQ(peer.wire().posted_wakeups, 1);
}

TEST_F(Wait, SlotsDoNotWakeForWhatTheirPollDelivers) {
  wake_on_event();
  peer->create_offer();
  peer.wire().run_wakeups();
  peer.settle();
  EXPECT_EQ(woken, 1) << "the state of the applied offer came in the same poll";
  EXPECT_EQ(peer.wire().posted_wakeups, 0);
}

TEST_F(Wait, WhatAPollLeavesWakesAgain) {
  wake_on_event();
  peer.apply = false;
  int left = 3000;
  peer->session_description_created.connect([&] {
    if (--left > 0) peer->create_offer();
  });
  peer->create_offer();
  int polls = 0;
  while (left > 0) {
    peer.wire().run_wakeups();
    ASSERT_EQ(woken, ++polls) << "each poll that leaves something wakes again";
    ASSERT_LT(polls, 3000);
    peer->poll();
  }
  EXPECT_GT(polls, 1);
}

TEST_F(Wait, HandlerSetBeforeThereIsANetworkIsKept) {
  FakePeer early;
  early->set_wakeup_handler([this] { ++woken; });
  EXPECT_FALSE(early.has_wire());
  const auto lane = early->create_data_channel("a");
  early->create_offer();
  ASSERT_TRUE(early.has_wire());
  EXPECT_EQ(woken, 0);
  early.wire().run_wakeups();
  EXPECT_EQ(woken, 1);
}

TEST_F(Wait, EventWithoutANetworkWakesOnANetworkThread) {
  FakePeer early;
  early->set_wakeup_handler([this] { ++woken; });
  const auto lane = early->create_data_channel("a");
  lane->close();
  EXPECT_EQ(woken, 0);
  ASSERT_TRUE(early.has_wire()) << "somebody has to run the handler";
  early.wire().run_wakeups();
  EXPECT_EQ(woken, 1);
}

TEST_F(Wait, HandlerIsToldOnceOfWhatWasThereBeforeTheNetwork) {
  FakePeer early;
  const auto lane = early->create_data_channel("a"), second = early->create_data_channel("b");
  lane->close();
  early->set_wakeup_handler([this] { ++woken; });
  EXPECT_EQ(woken, 1) << "inside the setter";
  early->create_offer();
  early.wire().run_wakeups();
  EXPECT_EQ(woken, 1);
  early.settle();
  early.wire().transport(State::FAILED);
  EXPECT_EQ(woken, 2);
}

TEST_F(Wait, HandlerRunsNoMoreAfterClose) {
  wake_on_event();
  auto &wire = peer.wire();
  peer->close();
  wire.transport(State::CONNECTED);
  EXPECT_EQ(woken, 0);
  EXPECT_FALSE(peer->wait(0ms));
}

TEST_F(Wait, HandlerSurvivesInitialize) {
  wake_on_event();
  ASSERT_EQ(peer->initialize(), Error::OK);
  const auto lane = peer->create_data_channel("a");
  peer->create_offer();
  ASSERT_EQ(peer.wires.size(), 2u);
  peer.wire().run_wakeups();
  EXPECT_EQ(woken, 1);
}

class Group : public ::testing::Test {
 protected:
  // A connected peer in the group, that counts its state changes.
  FakePeer &add() {
    peers.push_back(std::make_unique<FakePeer>());
    FakePeer &peer = *peers.back();
    kept.push_back(peer->create_data_channel("a"));
    FakePeer other;
    negotiate(peer, other);
    peer.heard.clear();
    EXPECT_EQ(group.add(peer.connection), Error::OK);
    return peer;
  }

  PollGroup group;
  std::vector<std::unique_ptr<FakePeer>> peers;
  std::vector<std::shared_ptr<DataChannel>> kept;
};

TEST_F(Group, PollsOnlyWhatHasSomething) {
  FakePeer &first = add(), &second = add();
  add();
  EXPECT_EQ(group.size(), 3u);
  EXPECT_FALSE(group.wait(0ms));
  EXPECT_EQ(group.poll(), 0);
  first.wire().transport(State::CONNECTED);
  second.wire().transport(State::CONNECTED);
  second.wire().transport(State::DISCONNECTED);
  EXPECT_TRUE(group.wait(60s));
  EXPECT_EQ(group.poll(), 2);
  EXPECT_EQ(first.heard, std::vector<std::string>{"connection 2"});
  EXPECT_EQ(second.heard.size(), 2u);
  EXPECT_EQ(group.poll(), 0);
  EXPECT_FALSE(group.wait(1ms));
}

TEST_F(Group, HasSomethingThatWasThereBeforeItWasAdded) {
  FakePeer peer, other;
  const auto lane = peer->create_data_channel("a");
  peer->create_offer();
  EXPECT_EQ(group.add(peer.connection), Error::OK);
  EXPECT_TRUE(group.wait(0ms));
  EXPECT_EQ(group.poll(), 1);
  EXPECT_EQ(peer.heard_of("offer").size(), 1u);
}

TEST_F(Group, OwnCallsMakeAMemberReady) {
  FakePeer peer;
  const auto lane = peer->create_data_channel("a");
  EXPECT_EQ(group.add(peer.connection), Error::OK);
  EXPECT_FALSE(group.wait(0ms));
  peer->create_offer();
  peer.wire().run_wakeups();
  EXPECT_TRUE(group.wait(0ms));
  EXPECT_EQ(group.poll(), 1);
  EXPECT_FALSE(group.wait(0ms));
}

TEST_F(Group, ArgumentsAreChecked) {
  FakePeer &peer = add();
  EXPECT_EQ(group.add(nullptr), Error::ERR_INVALID_PARAMETER);
  EXPECT_EQ(group.add(peer.connection), Error::ERR_ALREADY_EXISTS);
  PollGroup second;
  EXPECT_EQ(second.add(peer.connection), Error::ERR_ALREADY_IN_USE);
  EXPECT_EQ(second.remove(peer.connection), Error::ERR_DOES_NOT_EXIST);
  EXPECT_EQ(second.remove(nullptr), Error::ERR_DOES_NOT_EXIST);
  EXPECT_EQ(group.remove(peer.connection), Error::OK);
  EXPECT_EQ(group.remove(peer.connection), Error::ERR_DOES_NOT_EXIST);
  EXPECT_EQ(second.add(peer.connection), Error::OK);
}

TEST_F(Group, EndOfTheGroupSetsItsMembersFree) {
  FakePeer &peer = add();
  auto second = std::make_unique<PollGroup>();
  ASSERT_EQ(group.remove(peer.connection), Error::OK);
  ASSERT_EQ(second->add(peer.connection), Error::OK);
  second.reset();
  EXPECT_EQ(group.add(peer.connection), Error::OK);
}

TEST_F(Group, RemovedAndDeadMembersAreNotPolled) {
  FakePeer &removed = add(), &dead = add();
  removed.wire().transport(State::CONNECTED);
  dead.wire().transport(State::CONNECTED);
  group.remove(removed.connection);
  dead.connection.reset();
  EXPECT_EQ(group.size(), 0u);
  EXPECT_FALSE(group.wait(0ms));
  EXPECT_EQ(group.poll(), 0);
  EXPECT_TRUE(removed.heard.empty());
}

TEST_F(Group, MemberPolledByItselfIsNotReadyAnyMore) {
  FakePeer &peer = add();
  peer.wire().transport(State::CONNECTED);
  peer.settle();
  EXPECT_FALSE(group.wait(0ms));
  EXPECT_EQ(group.poll(), 0);
}

TEST_F(Group, WaitEndsWhenSomethingArrives) {
  FakePeer &peer = add();
  std::thread network([&] { peer.wire().transport(State::CONNECTED); });
  EXPECT_TRUE(group.wait(60s));
  network.join();
  EXPECT_EQ(group.poll(), 1);
}

TEST_F(Group, SlotsMayDoAnything) {
  FakePeer &first = add(), &second = add(), &third = add();
  int nested = -1;
  first->connection_state_changed.connect([&] {
    nested = group.poll();
    group.remove(second.connection);
    third.connection.reset();
    first.connection.reset();
  });
  for (FakePeer *each : {&first, &second, &third}) each->wire().transport(State::CONNECTED);
  EXPECT_EQ(group.poll(), 1);
  EXPECT_EQ(nested, 0);
  EXPECT_TRUE(second.heard.empty());
  EXPECT_TRUE(third.heard.empty());
  EXPECT_EQ(group.size(), 0u);
}

TEST_F(Group, HandleDroppedInASlotEndsTheConnectionThereAndThen) {
  FakePeer &peer = add();
  peer->connection_state_changed.connect([&] { peer.connection.reset(); });
  peer.wire().stage(TransportStateChanged{State::CONNECTED});
  peer.wire().stage(TransportStateChanged{State::DISCONNECTED});
  peer.wire().publish();
  EXPECT_EQ(group.poll(), 1);
  EXPECT_EQ(peer.heard, std::vector<std::string>{"connection 2"});
  EXPECT_TRUE(peer.wire().destroyed);
}

TEST_F(Group, MayBeDestroyedInASlot) {
  auto doomed = std::make_unique<PollGroup>();
  FakePeer &first = add(), &second = add();
  for (FakePeer *each : {&first, &second}) {
    group.remove(each->connection);
    doomed->add(each->connection);
    each->wire().transport(State::CONNECTED);
  }
  first->connection_state_changed.connect([&] { doomed.reset(); });
  EXPECT_EQ(doomed->poll(), 1);
  EXPECT_TRUE(second.heard.empty());
  EXPECT_TRUE(second->wait(0ms));
}

TEST_F(Group, SlotThatThrowsLeavesTheOthersReady) {
  FakePeer &first = add(), &second = add();
  first->connection_state_changed.connect([] { throw 1; });
  first.wire().transport(State::CONNECTED);
  first.wire().transport(State::DISCONNECTED);
  second.wire().transport(State::CONNECTED);
  EXPECT_THROW(group.poll(), int);
  EXPECT_TRUE(second.heard.empty());
  first->connection_state_changed.disconnect_all();
  EXPECT_TRUE(group.wait(0ms));
  EXPECT_EQ(group.poll(), 2);
  EXPECT_EQ(second.heard.size(), 1u);
  EXPECT_EQ(first->get_connection_state(), PeerConnection::STATE_DISCONNECTED);
}

TEST_F(Group, MembersReadyOnSeveralThreads) {
  constexpr int kRounds = 200;
  FakePeer &first = add(), &second = add();
  std::atomic<bool> stop{false};
  const auto flap = [&](FakePeer &peer) {
    return std::thread([&peer, &stop] {
      for (int i = 0; i < kRounds && !stop; ++i) {
        peer.wire().transport(i % 2 == 0 ? State::DISCONNECTED : State::CONNECTED);
      }
    });
  };
  std::thread a = flap(first), b = flap(second);
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (first.heard.size() + second.heard.size() < 2 * kRounds &&
         std::chrono::steady_clock::now() < deadline) {
    group.wait(1s);
    group.poll();
  }
  stop = true;
  a.join(), b.join();
  EXPECT_EQ(first.heard.size() + second.heard.size(), 2u * kRounds);
}

}  // namespace
}  // namespace peerlane::test
