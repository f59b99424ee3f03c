// SPDX-License-Identifier: MIT
#include "transport/liveness.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace peerlane {
namespace {

using namespace std::chrono_literals;

class LivenessTest : public ::testing::Test, private Clock, private Liveness::Listener {
 protected:
  LivenessTest() : timers_(*this), liveness_(timers_, 5s, 30s, true, *this) {}

  void pass(Duration time) {
    const TimePoint end = now_ + time;
    while (timers_.next_deadline() <= end) {
      now_ = std::max(now_, timers_.next_deadline());
      timers_.run_expired();
    }
    now_ = end;
  }

  TimePoint now_{1000s};
  TimerQueue timers_;
  std::vector<Liveness::Verdict> heard_;
  std::vector<TimePoint> asked_;
  Liveness liveness_;

 private:
  TimePoint now() const override { return now_; }
  void on_liveness(Liveness::Verdict verdict) override { heard_.push_back(verdict); }
  void on_quiet() override { asked_.push_back(now_); }
};

using Verdicts = std::vector<Liveness::Verdict>;

TEST_F(LivenessTest, SaysNothingWhileThePeerIsHeard) {
  liveness_.start();
  for (int i = 0; i < 100; ++i) {
    pass(4s);
    liveness_.heard();
  }
  EXPECT_EQ(heard_, Verdicts{});
}

TEST_F(LivenessTest, SilenceIsNoticedAfterFiveSecondsAndLossAfterThirty) {
  liveness_.start();
  pass(4999ms);
  EXPECT_EQ(heard_, Verdicts{});
  pass(1ms);
  EXPECT_EQ(heard_, Verdicts{Liveness::Verdict::SILENT});
  pass(24999ms);
  EXPECT_EQ(heard_.size(), 1u);
  pass(1ms);
  EXPECT_EQ(heard_, (Verdicts{Liveness::Verdict::SILENT, Liveness::Verdict::LOST}));
}

TEST_F(LivenessTest, AQuietPeerIsAskedSeveralTimesBeforeItIsCalledSilent) {
  liveness_.start();
  const TimePoint begin = now_;
  pass(1999ms);
  EXPECT_TRUE(asked_.empty());
  pass(3000ms);
  EXPECT_EQ(asked_, (std::vector<TimePoint>{begin + 2000ms, begin + 2500ms, begin + 3000ms,
                                            begin + 3500ms, begin + 4000ms, begin + 4500ms}));
  EXPECT_EQ(heard_, Verdicts{});
}

TEST_F(LivenessTest, APeerThatIsHeardIsNotAsked) {
  liveness_.start();
  for (int i = 0; i < 100; ++i) {
    pass(1900ms);
    liveness_.heard();
  }
  EXPECT_TRUE(asked_.empty());
}

TEST_F(LivenessTest, SilenceCountsFromTheLastSignOfLife) {
  liveness_.start();
  pass(4s);
  liveness_.heard();
  pass(4s);
  EXPECT_EQ(heard_, Verdicts{});
  pass(1s);
  EXPECT_EQ(heard_, Verdicts{Liveness::Verdict::SILENT});
}

TEST_F(LivenessTest, ASilentPeerMayComeBackAndFallSilentAgain) {
  liveness_.start();
  pass(10s);
  liveness_.heard();
  EXPECT_EQ(heard_, (Verdicts{Liveness::Verdict::SILENT, Liveness::Verdict::ALIVE}));
  pass(5s);
  EXPECT_EQ(heard_.back(), Liveness::Verdict::SILENT);
}

TEST_F(LivenessTest, ALostPeerComesBackOnlyByRevival) {
  liveness_.start();
  pass(30s);
  liveness_.heard();
  EXPECT_EQ(heard_.back(), Liveness::Verdict::LOST);
  liveness_.revive();
  pass(5s);
  EXPECT_EQ(heard_.back(), Liveness::Verdict::SILENT);
}

TEST_F(LivenessTest, NothingIsJudgedBeforeTheStartAndAfterTheEnd) {
  pass(100s);
  liveness_.start();
  liveness_.stop();
  pass(100s);
  EXPECT_EQ(heard_, Verdicts{});
}

}  // namespace
}  // namespace peerlane
