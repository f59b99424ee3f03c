// SPDX-License-Identifier: MIT
#include "io/strand.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace peerlane {
namespace {

using namespace std::chrono_literals;

/// Waits for something that another thread says, with a deadline instead of a fixed sleep.
class Gate {
 public:
  void open() {
    const std::lock_guard guard(lock_);
    open_ = true;
    signal_.notify_all();
  }
  bool wait(std::chrono::milliseconds patience = 5000ms) {
    std::unique_lock guard(lock_);
    return signal_.wait_for(guard, patience, [this] { return open_; });
  }

 private:
  std::mutex lock_;
  std::condition_variable signal_;
  bool open_ = false;
};

std::shared_ptr<Strand> make_strand() {
  auto strand = Strand::create();
  EXPECT_TRUE(strand.ok()) << strand.message();
  return std::move(strand).value();
}

TEST(Strand, RunsPostedTasksInOrderUnderItsLockOnItsThread) {
  const auto strand = make_strand();
  std::vector<int> order;
  bool held = true;
  Gate done;
  for (int i = 0; i < 100; ++i) {
    strand->post([&, i] {
      order.push_back(i);
      held = held && strand->held() && strand->on_network_thread();
      if (i == 99) done.open();
    });
  }
  ASSERT_TRUE(done.wait());
  ASSERT_EQ(order.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
  EXPECT_TRUE(held);
  EXPECT_FALSE(strand->held());
  strand->stop();
}

TEST(Strand, RunsTimersAtTheirDeadline) {
  const auto strand = make_strand();
  Gate done;
  std::unique_ptr<Timer> timer;
  const auto begun = std::chrono::steady_clock::now();
  strand->post([&] {
    timer = std::make_unique<Timer>(strand->timers(), [&] { done.open(); });
    timer->arm_in(30ms);
  });
  ASSERT_TRUE(done.wait());
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 30ms);
  Gate freed;
  strand->post([&] {
    timer.reset();
    freed.open();
  });
  ASSERT_TRUE(freed.wait());
  strand->stop();
}

TEST(Strand, AnApplicationThreadMayTakeATurnAndItsTimerStillFires) {
  const auto strand = make_strand();
  Gate done;
  std::unique_ptr<Timer> timer;
  while (!strand->try_begin_turn()) std::this_thread::yield();
  EXPECT_TRUE(strand->held());
  EXPECT_FALSE(strand->on_network_thread());
  timer = std::make_unique<Timer>(strand->timers(), [&] { done.open(); });
  timer->arm_in(10ms);
  strand->end_turn();
  EXPECT_FALSE(strand->held());
  // The network thread slept without a deadline; it has to learn of this one.
  ASSERT_TRUE(done.wait());
  Gate freed;
  strand->post([&] {
    timer.reset();
    freed.open();
  });
  ASSERT_TRUE(freed.wait());
  strand->stop();
}

TEST(Strand, OnlyOneThreadHoldsIt) {
  const auto strand = make_strand();
  while (!strand->try_begin_turn()) std::this_thread::yield();
  bool other_got_it = true;
  std::thread([&] { other_got_it = strand->try_begin_turn() || strand->help(); }).join();
  EXPECT_FALSE(other_got_it);
  EXPECT_FALSE(strand->try_begin_turn());
  strand->end_turn();
  strand->stop();
}

TEST(Strand, HelpRunsExpiredTimersOnTheCallersThread) {
  const auto strand = make_strand();
  const auto caller = std::this_thread::get_id();
  // While it is helped all the time, the network thread stands back, so that sooner or later the
  // helper is first.
  std::atomic<int> runs_here{0};
  std::unique_ptr<Timer> timer;
  while (!strand->try_begin_turn()) std::this_thread::yield();
  timer = std::make_unique<Timer>(strand->timers(), [&] {
    if (std::this_thread::get_id() == caller) ++runs_here;
    timer->arm_in(100us);
  });
  timer->arm_in(100us);
  strand->end_turn();
  const auto deadline = std::chrono::steady_clock::now() + 5s;
  while (runs_here == 0 && std::chrono::steady_clock::now() < deadline) strand->help();
  EXPECT_GT(runs_here, 0);
  Gate freed;
  strand->post([&] {
    timer.reset();
    freed.open();
  });
  ASSERT_TRUE(freed.wait());
  strand->stop();
}

TEST(Strand, StopRunsWhatWasPostedBeforeAndFreesTheStrand) {
  auto strand = make_strand();
  std::atomic<bool> ran{false};
  strand->post([&] { ran = true; });
  strand->stop();
  const std::weak_ptr<Strand> weak = strand;
  strand.reset();
  const auto deadline = std::chrono::steady_clock::now() + 5s;
  while (!weak.expired() && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(1ms);
  EXPECT_TRUE(weak.expired());
  EXPECT_TRUE(ran);
}

}  // namespace
}  // namespace peerlane
