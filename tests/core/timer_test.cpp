// SPDX-License-Identifier: MIT
#include "core/timer.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace peerlane {
namespace {

class FakeClock final : public Clock {
 public:
  TimePoint now() const override { return time; }
  TimePoint time{std::chrono::seconds(100)};
};

class TimerQueueTest : public testing::Test {
 protected:
  void run_after(Duration by) {
    clock.time += by;
    queue.run_expired();
  }
  FakeClock clock;
  TimerQueue queue{clock};
  std::string order;
};

constexpr Duration kTick = std::chrono::milliseconds(1);

TEST_F(TimerQueueTest, HasNoDeadlineWhereNothingIsArmed) {
  Timer timer(queue, [] {});
  EXPECT_EQ(queue.next_deadline(), TimePoint::max());
  timer.arm_in(kTick);
  EXPECT_EQ(queue.next_deadline(), clock.time + kTick);
  timer.cancel();
  EXPECT_EQ(queue.next_deadline(), TimePoint::max());
}

TEST_F(TimerQueueTest, RunsByDeadlineAndThenInTheOrderOfArming) {
  Timer a(queue, [this] { order += 'a'; });
  Timer b(queue, [this] { order += 'b'; });
  Timer c(queue, [this] { order += 'c'; });
  Timer d(queue, [this] { order += 'd'; });
  d.arm_in(3 * kTick);
  c.arm_in(2 * kTick);
  a.arm_in(2 * kTick);
  b.arm_in(kTick);
  run_after(2 * kTick);
  EXPECT_EQ(order, "bca");
  EXPECT_FALSE(a.armed());
  EXPECT_TRUE(d.armed());
  run_after(kTick);
  EXPECT_EQ(order, "bcad");
}

TEST_F(TimerQueueTest, RunsNothingEarly) {
  Timer timer(queue, [this] { order += 'x'; });
  timer.arm_in(10 * kTick);
  run_after(10 * kTick - Duration(1));
  EXPECT_EQ(order, "");
  run_after(Duration(1));
  EXPECT_EQ(order, "x");
}

TEST_F(TimerQueueTest, ReplacesTheDeadlineWhenArmedAgain) {
  Timer timer(queue, [this] { order += 'x'; });
  timer.arm_in(kTick);
  timer.arm_in(5 * kTick);
  run_after(4 * kTick);
  EXPECT_EQ(order, "");
  run_after(kTick);
  EXPECT_EQ(order, "x");
  run_after(5 * kTick);
  EXPECT_EQ(order, "x");
}

TEST_F(TimerQueueTest, RunsATimerThatArmsItselfForNowAtTheNextCall) {
  std::optional<Timer> timer;
  timer.emplace(queue, [this, &timer] {
    order += 'x';
    timer->arm_in(Duration(0));
  });
  timer->arm_in(Duration(0));
  queue.run_expired();
  EXPECT_EQ(order, "x");
  EXPECT_EQ(queue.next_deadline(), clock.time);
  queue.run_expired();
  EXPECT_EQ(order, "xx");
}

TEST_F(TimerQueueTest, LetsACallbackCancelAndDestroyOtherTimers) {
  std::optional<Timer> second(std::in_place, queue, [this] { order += '2'; });
  Timer third(queue, [this] { order += '3'; });
  Timer fourth(queue, [this] { order += '4'; });
  Timer first(queue, [&] {
    order += '1';
    second.reset();
    third.cancel();
  });
  for (Timer *timer : {&first, &*second, &third, &fourth}) timer->arm_at(clock.time);
  queue.run_expired();
  EXPECT_EQ(order, "14");
}

TEST_F(TimerQueueTest, LetsACallbackDestroyItsOwnTimer) {
  auto state = std::make_shared<std::string>("state");
  std::optional<Timer> timer;
  timer.emplace(queue, [this, &timer, state] {
    timer.reset();
    order += *state;
  });
  state.reset();
  timer->arm_in(kTick);
  run_after(kTick);
  EXPECT_EQ(order, "state");
  EXPECT_EQ(queue.next_deadline(), TimePoint::max());
}

TEST_F(TimerQueueTest, RunsAnExpiredTimerBehindOneThatWasArmedMeanwhileForThePast) {
  Timer early(queue, [this] { order += 'e'; });
  Timer first(queue, [&] {
    order += '1';
    early.arm_at(TimePoint{});
  });
  Timer second(queue, [this] { order += '2'; });
  first.arm_in(kTick);
  second.arm_in(2 * kTick);
  run_after(2 * kTick);
  EXPECT_EQ(order, "12");
  queue.run_expired();
  EXPECT_EQ(order, "12e");
}

TEST_F(TimerQueueTest, KeepsTheOrderOfManyThatAreArmedAgainAndCancelled) {
  std::mt19937 random(7);
  std::deque<Timer> timers;
  std::vector<int> ran;
  std::set<std::tuple<TimePoint, int, int>> expected;  // Deadline, order of arming, timer.
  std::vector<std::optional<std::tuple<TimePoint, int, int>>> armed(200);
  for (int i = 0; i < 200; ++i) timers.emplace_back(queue, [&ran, i] { ran.push_back(i); });
  for (int step = 0; step < 20000; ++step) {
    const int i = static_cast<int>(random() % 200);
    if (auto &entry = armed[static_cast<std::size_t>(i)]; entry) {
      expected.erase(*entry);
      entry.reset();
    }
    Timer &timer = timers[static_cast<std::size_t>(i)];
    if (random() % 4 == 0) {
      timer.cancel();
    } else {
      timer.arm_in(static_cast<int>(random() % 50) * kTick);
      armed[static_cast<std::size_t>(i)] = {timer.deadline(), step, i};
      expected.insert({timer.deadline(), step, i});
    }
    if (step % 10 != 0) continue;
    ran.clear();
    run_after(kTick);
    for (const int each : ran) {
      ASSERT_FALSE(expected.empty());
      ASSERT_EQ(each, std::get<2>(*expected.begin()));
      expected.erase(expected.begin());
      armed[static_cast<std::size_t>(each)].reset();
    }
    ASSERT_EQ(queue.next_deadline(),
              expected.empty() ? TimePoint::max() : std::get<0>(*expected.begin()));
  }
}

}  // namespace
}  // namespace peerlane
