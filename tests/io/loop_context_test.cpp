// SPDX-License-Identifier: MIT
#include "io/loop_context.hpp"

#include <fcntl.h>
#include <glib-unix.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <thread>

#include "io/loop_poller.hpp"

namespace peerlane {
namespace {

using namespace std::chrono_literals;

gboolean read_one(gint descriptor, GIOCondition, gpointer counter) {
  char byte = 0;
  if (read(descriptor, &byte, 1) == 1) ++*static_cast<int *>(counter);
  return G_SOURCE_CONTINUE;
}

class LoopContextTest : public ::testing::Test {
 protected:
  /// Turns as the network thread does, until `done` or the deadline.
  bool drive(const std::function<bool()> &done, std::chrono::milliseconds patience = 5000ms) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    std::vector<ReadyDescriptor> ready;
    while (!done()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      poller_->wait(1, LoopPoller::Wake::TAKE, ready);
      poller_->dispatch(ready);
      timers_.run_expired();
    }
    return true;
  }
  static gboolean count(gpointer counter) {
    ++*static_cast<int *>(counter);
    return G_SOURCE_CONTINUE;
  }
  static void attach(GSource *source, LoopContext &context, int &counter) {
    g_source_set_callback(source, count, &counter, nullptr);
    g_source_attach(source, context.native());
    g_source_unref(source);
  }
  /// Reads a byte at a time and counts them; to be destroyed and unreferenced.
  static GSource *watch(int descriptor, LoopContext &context, int &reads) {
    GSource *source = g_unix_fd_source_new(descriptor, G_IO_IN);
    g_source_set_callback(source, G_SOURCE_FUNC(read_one), &reads, nullptr);
    g_source_attach(source, context.native());
    return source;
  }

  SteadyClock clock_;
  TimerQueue timers_{clock_};
  std::unique_ptr<LoopPoller> poller_ = LoopPoller::create();
};

TEST_F(LoopContextTest, RunsIdleAndTimeoutSources) {
  const auto context = LoopContext::create(*poller_, timers_);
  int idle = 0;
  int ticks = 0;
  attach(g_idle_source_new(), *context, idle);
  attach(g_timeout_source_new(5), *context, ticks);
  EXPECT_TRUE(drive([&] { return idle > 0 && ticks >= 3; }));
}

TEST_F(LoopContextTest, ASourceAttachedByAnotherThreadWakesThePoller) {
  const auto context = LoopContext::create(*poller_, timers_);
  int idle = 0;
  std::thread([&] { attach(g_idle_source_new(), *context, idle); }).join();
  EXPECT_TRUE(drive([&] { return idle > 0; }));
}

TEST_F(LoopContextTest, NoticesADescriptorThatWasReopenedUnderItsNumber) {
  const auto context = LoopContext::create(*poller_, timers_);
  int reads = 0;
  for (int round = 1; round <= 3; ++round) {
    int ends[2] = {-1, -1};
    ASSERT_EQ(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    GSource *source = watch(ends[0], *context, reads);
    ASSERT_EQ(write(ends[1], "x", 1), 1);
    EXPECT_TRUE(drive([&] { return reads == round; })) << "round " << round;
    g_source_destroy(source);
    g_source_unref(source);
    close(ends[0]);
    close(ends[1]);
  }
}

TEST_F(LoopContextTest, EndOfAContextLeavesADescriptorThatAnotherOneHasByNow) {
  auto former = LoopContext::create(*poller_, timers_);
  const auto next = LoopContext::create(*poller_, timers_);
  int reads = 0, ends[2] = {-1, -1}, reopened[2] = {-1, -1};
  ASSERT_EQ(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  GSource *source = watch(ends[0], *former, reads);
  ASSERT_EQ(write(ends[1], "x", 1), 1);
  ASSERT_TRUE(drive([&] { return reads == 1; }));
  // A connection closes its socket, the next one opens its own, and the first is freed after that.
  close(ends[0]);
  ASSERT_EQ(pipe2(reopened, O_CLOEXEC | O_NONBLOCK), 0);
  ASSERT_EQ(reopened[0], ends[0]);
  GSource *next_source = watch(reopened[0], *next, reads);
  ASSERT_EQ(write(reopened[1], "x", 1), 1);
  ASSERT_TRUE(drive([&] { return reads == 2; }));
  drive([] { return false; }, 20ms);  // GLib still has to say that it changed its set.
  g_source_destroy(source);
  g_source_unref(source);
  former.reset();
  ASSERT_EQ(write(reopened[1], "x", 1), 1);
  EXPECT_TRUE(drive([&] { return reads == 3; }, 500ms));
  g_source_destroy(next_source);
  g_source_unref(next_source);
  for (const int each : {ends[1], reopened[0], reopened[1]}) close(each);
}

/// Descriptor numbers that are lent while their owner closes them.
class LoopLoanTest : public LoopContextTest {
 protected:
  ~LoopLoanTest() override {
    for (const int each : {ends_[1], reopened_[0], reopened_[1]}) close(each);
  }
  void lend_close_and_open_again() {
    ASSERT_EQ(pipe2(ends_, O_CLOEXEC | O_NONBLOCK), 0);
    GSource *source = watch(ends_[0], *lender_, reads_);
    ASSERT_EQ(write(ends_[1], "x", 1), 1);
    ASSERT_TRUE(drive([&] { return reads_ == 1; }));
    std::vector<WatchedDescriptor> lent;
    lender_->lend(lent, Duration::max());
    g_source_destroy(source);
    g_source_unref(source);
    close(ends_[0]);
    ASSERT_EQ(pipe2(reopened_, O_CLOEXEC | O_NONBLOCK), 0);
    ASSERT_EQ(reopened_[0], ends_[0]);
  }

  std::unique_ptr<LoopContext> lender_ = LoopContext::create(*poller_, timers_);
  int reads_ = 0;
  int ends_[2] = {-1, -1};
  int reopened_[2] = {-1, -1};
};

TEST_F(LoopLoanTest, DoesNotWatchWhatAStrangerHasOpenedMeanwhile) {
  lend_close_and_open_again();
  ASSERT_EQ(write(reopened_[1], "x", 1), 1);
  lender_->take_back();
  std::vector<ReadyDescriptor> ready;
  poller_->wait(20, LoopPoller::Wake::TAKE, ready);
  for (const ReadyDescriptor &each : ready) EXPECT_NE(each.descriptor, reopened_[0]);
}

TEST_F(LoopLoanTest, LeavesAloneWhatAnotherContextHasOpenedMeanwhile) {
  lend_close_and_open_again();
  const auto next = LoopContext::create(*poller_, timers_);
  GSource *source = watch(reopened_[0], *next, reads_);
  ASSERT_EQ(write(reopened_[1], "x", 1), 1);
  ASSERT_TRUE(drive([&] { return reads_ == 2; }));
  drive([] { return false; }, 20ms);  // GLib still has to say that it changed its set.
  lender_->take_back();
  drive([] { return false; }, 20ms);  // The lender learns what is gone.
  ASSERT_EQ(write(reopened_[1], "x", 1), 1);
  EXPECT_TRUE(drive([&] { return reads_ == 3; }, 500ms));
  g_source_destroy(source);
  g_source_unref(source);
}

struct Killer {
  std::unique_ptr<LoopContext> context;
  bool ran = false;
};

TEST_F(LoopContextTest, MayBeDestroyedByOneOfItsSources) {
  Killer killer{LoopContext::create(*poller_, timers_)};
  GSource *source = g_idle_source_new();
  g_source_set_callback(
      source,
      [](gpointer data) -> gboolean {
        auto *self = static_cast<Killer *>(data);
        self->context.reset();
        self->ran = true;
        return G_SOURCE_REMOVE;
      },
      &killer, nullptr);
  g_source_attach(source, killer.context->native());
  g_source_unref(source);
  EXPECT_TRUE(drive([&] { return killer.ran; }));
  EXPECT_EQ(killer.context, nullptr);
}

TEST_F(LoopContextTest, GivesNullInsteadOfEndingTheProcessWithoutDescriptors) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  const int next_free = dup(0);
  ASSERT_GE(next_free, 0);
  close(next_free);
  none.rlim_cur = static_cast<rlim_t>(next_free);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto context = LoopContext::create(*poller_, timers_);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(context, nullptr);
}

}  // namespace
}  // namespace peerlane
