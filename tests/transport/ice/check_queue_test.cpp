// SPDX-License-Identifier: MIT
#include "transport/ice/check_queue.hpp"

#include <gtest/gtest.h>

#include "channel/manual_clock.hpp"

namespace peerlane::test {
namespace {

using namespace std::chrono_literals;

class CheckQueueTest : public ::testing::Test {
 protected:
  void add(int count) {
    for (int i = 0; i < count; ++i) added_ += queue_.add(Candidate());
  }

  ManualClock clock_;
  TimerQueue timers_{clock_};
  std::size_t pairs_of_each_ = 1;
  unsigned sends_ = 0;
  int used_ = 0, added_ = 0;
  CheckQueue queue_{
      timers_,
      {[this](const Candidate &) { return pairs_of_each_; },
       [this](unsigned sends) { sends_ = sends; }, [this](const Candidate &) { ++used_; }}};
  void SetUp() override { queue_.begin(); }
};

TEST_F(CheckQueueTest, FewGoAtOnceAndAreAskedPatiently) {
  add(100);
  EXPECT_EQ(used_, 100);
  EXPECT_TRUE(queue_.empty());
  EXPECT_EQ(sends_, 6u);
  EXPECT_EQ(timers_.next_deadline(), TimePoint::max());
}

TEST_F(CheckQueueTest, MoreGoInBatchesOfWhichEachIsOverBeforeTheNext) {
  int emptied = 0;
  queue_.on_empty([&] { ++emptied; });
  add(256);
  EXPECT_EQ(used_, 180);
  EXPECT_EQ(sends_, 3u);
  clock_.advance(timers_, 7999ms);
  EXPECT_EQ(used_, 180);
  EXPECT_FALSE(queue_.empty());
  clock_.advance(timers_, 1ms);
  EXPECT_EQ(used_, 256);
  EXPECT_TRUE(queue_.empty());
  EXPECT_EQ(emptied, 1);
  add(5);
  EXPECT_EQ(used_, 256 + 4) << "80 in each batch, whenever they come";
  clock_.advance(timers_, 8s);
  EXPECT_EQ(used_, 256 + 5);
  EXPECT_EQ(emptied, 2);
}

TEST_F(CheckQueueTest, PairsCountAndNotCandidates) {
  pairs_of_each_ = 30;
  add(10);
  EXPECT_EQ(used_, 3 + 2) << "90 patient ones, and 60 of the 80 that are not";
  clock_.advance(timers_, 8s);
  EXPECT_EQ(used_, 7);
  queue_.begin();
  used_ = 0;
  pairs_of_each_ = 500;
  add(1);
  EXPECT_EQ(used_, 1) << "one that is larger than a batch goes all the same";
  add(1);
  EXPECT_EQ(used_, 1);
  clock_.advance(timers_, 8s);
  EXPECT_EQ(used_, 2);
}

TEST_F(CheckQueueTest, AGenerationHasALimitAndTheNextBeginsAnew) {
  pairs_of_each_ = 10;
  add(103);
  EXPECT_EQ(added_, 102);
  clock_.advance(timers_, 8s);
  queue_.begin();
  EXPECT_TRUE(queue_.empty());
  EXPECT_EQ(sends_, 6u);
  const int before = used_;
  clock_.advance(timers_, 60s);
  EXPECT_EQ(used_, before) << "those of the former one are not tried any more";
  add(18);
  EXPECT_EQ(used_, before + 18);
}

}  // namespace
}  // namespace peerlane::test
