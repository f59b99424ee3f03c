// SPDX-License-Identifier: MIT
// Connections that begin and end on two threads, at every stage, on one busy network thread; and
// channels whose last handle is dropped by a thread that only sends.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "peerlane/peerlane.hpp"

namespace peerlane::test {
namespace {

using namespace std::chrono_literals;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kLivesAtOnce = 60;
#else
constexpr int kLivesAtOnce = 200;
#endif
// A life that nobody cuts short is over after so many polls.
constexpr int kStages = 40;

/// The channel that a third thread sends on while its owner may drop it: the one use of a handle
/// that several threads share.
class SharedChannel {
 public:
  void set(std::shared_ptr<DataChannel> channel) {
    const std::lock_guard guard(lock_);
    std::swap(channel_, channel);
  }
  std::shared_ptr<DataChannel> get() const {
    const std::lock_guard guard(lock_);
    return channel_;
  }

 private:
  mutable std::mutex lock_;
  std::shared_ptr<DataChannel> channel_;
};

void wire(const std::shared_ptr<PeerConnection> &from, const std::shared_ptr<PeerConnection> &to) {
  from->session_description_created.connect(from, &PeerConnection::set_local_description);
  from->session_description_created.connect(to, &PeerConnection::set_remote_description);
  from->ice_candidate_created.connect(to, &PeerConnection::add_ice_candidate);
}

/// True where both channels opened.
bool live(int stage, SharedChannel &shared) {
  Configuration local;
  local.bind_address = "127.0.0.1";
  auto a = PeerConnection::create(local);
  auto b = PeerConnection::create(local);
  const DataChannelOptions options{.negotiated = true, .id = 1};
  auto lane = a->create_data_channel("lane", options);
  auto other = b->create_data_channel("lane", options);
  wire(a, b);
  wire(b, a);
  int opened = 0;
  lane->opened.connect([&opened] { ++opened; });
  other->opened.connect([&opened] { ++opened; });
  EXPECT_EQ(a->create_offer(), Error::OK);
  PackedByteArray packet;
  const bool whole = stage == kStages - 1;
  for (int i = 0; whole ? opened < 2 && i < 30000 : i < stage; ++i) {
    a->poll();
    b->poll();
    while (other->get_packet(packet)) lane->put_packet(ByteView(packet));
    a->wait(1ms);
    if (lane->get_ready_state() == DataChannel::STATE_OPEN) shared.set(other);
  }
  // In another order each time: the network thread is somewhere else each time too.
  if (stage % 2 == 0) a.reset();
  if (stage % 3 == 0) lane.reset();
  b.reset();
  shared.set(nullptr);
  return opened == 2;
}

TEST(TwoThreads, ConnectionsEndAtEveryStageWhileAnotherThreadSends) {
  SharedChannel shared[2];
  std::atomic<bool> done{false};
  std::atomic<int> whole{0};
  std::thread sender([&] {
    const PackedByteArray packet(1000, 7);
    while (!done) {
      for (SharedChannel &each : shared) {
        if (const auto channel = each.get()) channel->put_packet(ByteView(packet));
      }
      std::this_thread::yield();
    }
  });
  const auto run = [&](int thread) {
    for (int i = 0; i < kLivesAtOnce; ++i)
      whole += live((i * 7 + thread) % kStages, shared[thread]);
  };
  std::thread first(run, 0), second(run, 1);
  first.join();
  second.join();
  done = true;
  sender.join();
  EXPECT_GE(whole, 2 * kLivesAtOnce / kStages) << "some must have been whole";
}

// One side's channels are each handed to another thread, which sends one message and lets go.
TEST(TwoThreads, AnotherThreadDropsTheLastHandleWhileTheConnectionPolls) {
  Configuration local;
  local.bind_address = "127.0.0.1";
  auto a = PeerConnection::create(local);
  auto b = PeerConnection::create(local);
  SharedChannel handed_over;
  std::atomic<bool> done{false};
  std::thread sender([&] {
    while (!done) {
      auto channel = handed_over.get();
      if (!channel) continue;
      handed_over.set(nullptr);
      channel->put_packet("last words");
    }
  });
  int received = 0, closed = 0;
  std::vector<std::shared_ptr<DataChannel>> arrived;
  b->data_channel_received.connect([&](std::shared_ptr<DataChannel> channel) {
    channel->packet_received.connect([&] { ++received; });
    channel->closed.connect([&] { ++closed; });
    arrived.push_back(std::move(channel));
  });
  wire(a, b);
  wire(b, a);
  std::shared_ptr<DataChannel> next;
  for (int made = 0, i = 0; closed < kLivesAtOnce && i < 60000; ++i) {
    if (!next && made < kLivesAtOnce) {
      next = a->create_data_channel("lane");
      if (++made == 1) a->create_offer();
    }
    a->poll();
    b->poll();
    if (next && next->get_ready_state() == DataChannel::STATE_OPEN && !handed_over.get()) {
      handed_over.set(std::move(next));
      next = nullptr;
    }
    b->wait(1ms);
  }
  done = true;
  sender.join();
  EXPECT_EQ(received, kLivesAtOnce);
  EXPECT_EQ(closed, kLivesAtOnce);
}

}  // namespace
}  // namespace peerlane::test
