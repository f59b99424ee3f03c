// SPDX-License-Identifier: MIT
#include "core/turn_queue.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

namespace peerlane {
namespace {

class Task final : public TurnTask {
 public:
  explicit Task(std::function<void()> work) : work_(std::move(work)) {}
  void run_at_turn_end() override {
    // A copy, since a task may be destroyed by its own work.
    const std::function<void()> work = work_;
    work();
  }

 private:
  std::function<void()> work_;
};

class TurnQueueTest : public testing::Test {
 protected:
  TurnQueue queue;
  std::string order;
};

TEST_F(TurnQueueTest, RunsAMarkedTaskOnceAtTheEndOfTheTurn) {
  Task task([this] { order += 'x'; });
  queue.mark(task);
  queue.mark(task);
  EXPECT_EQ(order, "");
  EXPECT_TRUE(queue.pending());
  queue.run();
  EXPECT_EQ(order, "x");
  EXPECT_FALSE(queue.pending());
  queue.run();
  EXPECT_EQ(order, "x");
}

TEST_F(TurnQueueTest, RunsTasksInTheOrderOfMarkingAndThoseMarkedByTasksToo) {
  Task c([this] { order += 'c'; });
  Task a([&] {
    order += 'a';
    queue.mark(c);
  });
  Task b([this] { order += 'b'; });
  queue.mark(a);
  queue.mark(b);
  queue.run();
  EXPECT_EQ(order, "abc");
}

TEST_F(TurnQueueTest, StopsAfterSomeRoundsWhereATaskMarksItselfForEver) {
  Task other([this] { order += 'o'; });
  Task *self = nullptr;
  Task endless([&] {
    order += 'e';
    queue.mark(*self);
  });
  self = &endless;
  queue.mark(endless);
  queue.mark(other);
  queue.run();
  EXPECT_EQ(order, "eoeeeeeee");
  EXPECT_TRUE(queue.pending());
  queue.unmark(endless);
  EXPECT_EQ(order.size(), 9u);
  order.clear();
  queue.run();
  EXPECT_EQ(order, "");
}

TEST_F(TurnQueueTest, LetsATaskDestroyItselfAndOthers) {
  auto victim = std::make_unique<Task>([this] { order += 'v'; });
  std::unique_ptr<Task> self;
  self = std::make_unique<Task>([&] {
    queue.unmark(*victim);
    victim.reset();
    queue.unmark(*self);
    self.reset();
    order += 's';
  });
  Task last([this] { order += 'l'; });
  queue.mark(*self);
  queue.mark(*victim);
  queue.mark(last);
  queue.run();
  EXPECT_EQ(order, "sl");
}

TEST_F(TurnQueueTest, ForgetsATaskThatIsUnmarked) {
  Task task([this] { order += 'x'; });
  queue.unmark(task);
  queue.mark(task);
  queue.unmark(task);
  queue.run();
  EXPECT_EQ(order, "");
  queue.mark(task);
  queue.run();
  EXPECT_EQ(order, "x");
}

}  // namespace
}  // namespace peerlane
