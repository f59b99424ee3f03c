// SPDX-License-Identifier: MIT
// Handles that end at every moment, on the real network.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lifetime/process_usage.hpp"
#include "peerlane/peerlane.hpp"

namespace peerlane::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using PeerPtr = std::shared_ptr<PeerConnection>;
using ChannelPtr = std::shared_ptr<DataChannel>;

Configuration local() {
  Configuration configuration;
  configuration.bind_address = "127.0.0.1";
  return configuration;
}

// Two peers, one channel of a that b receives, and a place in every slot of both.
class Couple {
 public:
  // Called with the name of each signal as it fires.
  using Hook = std::function<void(Couple &, const std::string &)>;

  explicit Couple(Hook given) : hook(std::move(given)) {
    a = PeerConnection::create(local());
    b = PeerConnection::create(local());
    wire(a, b, "a.");
    wire(b, a, "b.");
    lane = a->create_data_channel("lane");
    wire_channel(lane, "a.lane.");
    b->data_channel_received.connect([this](const ChannelPtr &channel) {
      incoming = channel;
      wire_channel(channel, "b.lane.");
      channel->packet_received.connect([this] {
        if (incoming) incoming->put_packet("pong");
      });
      fire("b.data_channel_received");
    });
    lane->opened.connect([this] {
      if (lane) lane->put_packet("ping");
    });
    lane->packet_received.connect([this] {
      if (lane) lane->close();
    });
    a->create_offer();
  }

  // Until the peers are done, one is gone, or nothing more comes for a while.
  void run(std::chrono::milliseconds patience = 10s) {
    const auto deadline = Clock::now() + patience;
    while (!finished && (a || b) && Clock::now() < deadline) {
      // The raw pointer: a slot may take the last handle.
      for (PeerPtr *each : {&a, &b}) {
        if (PeerConnection *const peer = each->get()) peer->poll();
      }
      if (hit) return;
      if (a) a->wait(1ms);
    }
  }

  void fire(const std::string &name) {
    if (name == "a.lane.closed" || name == "b.lane.closed") finished = ++closings == 2;
    if (hook) hook(*this, name);
  }

  PeerPtr a, b;
  ChannelPtr lane, incoming;
  bool hit = false, finished = false;
  int closings = 0;
  Hook hook;

 private:
  void wire(const PeerPtr &from, const PeerPtr &to, const std::string &who) {
    from->session_description_created.connect(from, &PeerConnection::set_local_description);
    from->session_description_created.connect(to, &PeerConnection::set_remote_description);
    from->ice_candidate_created.connect(to, &PeerConnection::add_ice_candidate);
    from->session_description_created.connect([this, who] { fire(who + "description"); });
    from->ice_candidate_created.connect([this, who] { fire(who + "candidate"); });
    from->connection_state_changed.connect(
        [this, who](int state) { fire(who + "connection " + std::to_string(state)); });
    from->gathering_state_changed.connect(
        [this, who](int state) { fire(who + "gathering " + std::to_string(state)); });
    from->signaling_state_changed.connect(
        [this, who](int state) { fire(who + "signaling " + std::to_string(state)); });
  }
  void wire_channel(const ChannelPtr &channel, const std::string &who) {
    channel->opened.connect([this, who] { fire(who + "opened"); });
    channel->packet_received.connect([this, who] { fire(who + "packets"); });
    channel->closed.connect([this, who] { fire(who + "closed"); });
    channel->buffered_amount_low.connect([this, who] { fire(who + "low"); });
  }
};

// The names that fire in an undisturbed life, each once.
const std::vector<std::string> &signals_of_a_life() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> heard;
    Couple couple([&](Couple &, const std::string &name) {
      if (std::find(heard.begin(), heard.end(), name) == heard.end()) heard.push_back(name);
    });
    couple.run();
    EXPECT_TRUE(couple.finished) << "an undisturbed life ends with the channel closed";
    return heard;
  }();
  return names;
}

// Does `action` at the first signal of each name; nothing may crash, and nothing may fire at what
// is gone.
void at_every_signal(const std::function<void(Couple &)> &action) {
  ASSERT_GE(signals_of_a_life().size(), 15u);
  for (const std::string &when : signals_of_a_life()) {
    SCOPED_TRACE(when);
    int reached = 0;
    const auto begin = Clock::now();
    Couple couple([&](Couple &self, const std::string &name) {
      EXPECT_FALSE(self.hit && !self.a && name.rfind("a.", 0) == 0) << name << " of a dead peer";
      EXPECT_FALSE(self.hit && !self.b && name.rfind("b.", 0) == 0) << name << " of a dead peer";
      if (self.hit || name != when) return;
      self.hit = true;
      ++reached;
      action(self);
    });
    couple.run();
    EXPECT_EQ(reached, 1);
    EXPECT_LT(Clock::now() - begin, 10s);
  }
}

TEST(Lifetime, OwnPeerMayBeDestroyedInEverySlot) {
  at_every_signal([](Couple &couple) { couple.a.reset(); });
  at_every_signal([](Couple &couple) { couple.b.reset(); });
}

TEST(Lifetime, BothPeersMayBeDestroyedInEverySlot) {
  at_every_signal([](Couple &couple) {
    couple.a.reset();
    couple.b.reset();
  });
}

TEST(Lifetime, EverythingMayBeDestroyedInEverySlot) {
  at_every_signal([](Couple &couple) {
    couple.lane.reset();
    couple.incoming.reset();
    couple.b.reset();
    couple.a.reset();
  });
}

TEST(Lifetime, ChannelsMayBeDroppedInEverySlot) {
  at_every_signal([](Couple &couple) {
    couple.lane.reset();
    couple.incoming.reset();
  });
}

TEST(Lifetime, CloseInEverySlot) {
  at_every_signal([](Couple &couple) {
    const auto begin = Clock::now();
    couple.a->close();
    couple.b->close();
    EXPECT_LT(Clock::now() - begin, 1s) << "close() waits for nobody";
    EXPECT_EQ(couple.a->get_connection_state(), PeerConnection::STATE_CLOSED);
    EXPECT_EQ(couple.lane->get_ready_state(), DataChannel::STATE_CLOSED);
  });
}

TEST(Lifetime, InitializeInEverySlotConnectsAnew) {
  at_every_signal([](Couple &couple) {
    ASSERT_EQ(couple.a->initialize(local()), Error::OK);
    ASSERT_EQ(couple.b->initialize(local()), Error::OK);
    EXPECT_EQ(couple.lane->get_ready_state(), DataChannel::STATE_CLOSED);
    couple.lane = couple.a->create_data_channel("second");
    EXPECT_EQ(couple.a->create_offer(), Error::OK);
  });
}

TEST(Lifetime, PeerWiredToItselfDoesNotLeak) {
  std::weak_ptr<PeerConnection> weak;
  {
    auto peer = PeerConnection::create(local());
    weak = peer;
    peer->session_description_created.connect(peer, &PeerConnection::set_local_description);
    peer->ice_candidate_created.connect(peer, &PeerConnection::add_ice_candidate);
  }
  EXPECT_TRUE(weak.expired());
}

TEST(Lifetime, CloseReturnsFastAtEveryStage) {
  for (int polls = 0; polls < 40; polls += 3) {
    Couple couple(nullptr);
    for (int i = 0; i < polls; ++i) {
      couple.a->poll(), couple.b->poll();
      couple.a->wait(1ms);
    }
    const auto begin = Clock::now();
    couple.a.reset();
    couple.b.reset();
    // A millisecond where the machine is idle; tests run side by side.
    EXPECT_LT(Clock::now() - begin, 500ms) << "after " << polls << " polls";
  }
}

TEST(Lifetime, HandlesOutliveTheirPeers) {
  Couple couple(nullptr);
  couple.run();
  ASSERT_TRUE(couple.lane && couple.incoming);
  couple.a.reset();
  couple.b.reset();
  EXPECT_EQ(couple.lane->get_ready_state(), DataChannel::STATE_CLOSED);
  EXPECT_EQ(couple.lane->get_label(), "lane");
  EXPECT_EQ(couple.incoming->put_packet("x"), Error::ERR_UNCONFIGURED);
  EXPECT_EQ(get_string_from_utf8(couple.incoming->get_packet()), "ping");
}

// A whole life `cycles` times over; what the process holds stays level after the first few.
void live_often(int cycles) {
  int threads_alive = 0;
  const auto live = [&] {
    std::string heard;
    Couple couple([&](Couple &, const std::string &name) { heard += name + "\n"; });
    couple.run();
    ASSERT_TRUE(couple.finished) << "after\n" << heard;
    threads_alive = usage().threads;
  };
  for (int i = 0; i < 20; ++i) live();
  const ProcessUsage before = settled_usage(threads_alive);
  EXPECT_LT(before.threads, threads_alive) << "the network thread ends";
  for (int i = 0; i < cycles; ++i) live();
  const ProcessUsage after = settled_usage(threads_alive);
  EXPECT_LE(after.descriptors, before.descriptors);
  EXPECT_LE(after.threads, before.threads);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  // 4 KiB for each life would be a leak; an allocator's page more or less is none.
  EXPECT_LT(after.resident_kib, before.resident_kib + 4096 + 2 * cycles);
#endif
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kLives = 200;  // Each takes several times as long.
#else
constexpr int kLives = 1000;
#endif

TEST(Lifetime, ThousandLivesLeaveNothingBehind) { live_often(kLives); }

TEST(Lifetime, NetworkStartsAndEndsWithTheConnections) {
  {
    // The first connection of a process also starts threads of GLib and usrsctp, which stay.
    Couple couple(nullptr);
    couple.run();
  }
  ProcessUsage alive;
  {
    Couple couple(nullptr);
    couple.run();
    alive = usage();
  }
  const ProcessUsage after = settled_usage(alive.threads);
  EXPECT_LT(after.threads, alive.threads);
  EXPECT_LT(after.descriptors, alive.descriptors);
  {
    Couple couple(nullptr);
    couple.run();
    EXPECT_TRUE(couple.finished) << "and starts again";
  }
  EXPECT_EQ(settled_usage(alive.threads).threads, after.threads);
}

}  // namespace
}  // namespace peerlane::test
