// SPDX-License-Identifier: MIT
#include "transport/liveness.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace peerlane {
namespace {

using namespace std::chrono_literals;

class LivenessTest : public ::testing::Test, protected Clock, protected Liveness::Listener {
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
  std::vector<unsigned> unanswered_;
  Liveness liveness_;

 private:
  TimePoint now() const override { return now_; }
  void on_liveness(Liveness::Verdict verdict) override { heard_.push_back(verdict); }
  void on_quiet(unsigned unanswered) override {
    asked_.push_back(now_);
    unanswered_.push_back(unanswered);
  }
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
  pass(2999ms);
  EXPECT_TRUE(asked_.empty());
  pass(2000ms);
  EXPECT_EQ(asked_, (std::vector<TimePoint>{begin + 3000ms, begin + 3250ms, begin + 3500ms,
                                            begin + 3750ms, begin + 4000ms, begin + 4250ms,
                                            begin + 4500ms, begin + 4750ms}));
  EXPECT_EQ(unanswered_, (std::vector<unsigned>{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(heard_, Verdicts{});
}

TEST_F(LivenessTest, PeersThatFellSilentAboutTheSameTimeAreAskedAtTheSameTime) {
  const TimePoint begin = now_;
  pass(7ms);
  Liveness other(timers_, 5s, 30s, true, *this);
  liveness_.start();
  pass(36ms);
  other.start();
  pass(3s);
  EXPECT_EQ(asked_, (std::vector<TimePoint>{}));
  pass(7ms);
  EXPECT_EQ(asked_, (std::vector<TimePoint>{begin + 3050ms, begin + 3050ms}));
}

TEST_F(LivenessTest, AnAnswerEndsTheQuestions) {
  liveness_.start();
  for (int i = 0; i < 3; ++i) {
    pass(3300ms);
    liveness_.heard();
  }
  EXPECT_EQ(unanswered_, (std::vector<unsigned>{0, 1, 0, 1, 0, 1}));
}

TEST_F(LivenessTest, SilenceIsAskedLessOften) {
  liveness_.start();
  pass(5s);
  asked_.clear();
  pass(24999ms);
  EXPECT_EQ(asked_.size(), 49u);
}

TEST_F(LivenessTest, APeerThatIsHeardIsNotAsked) {
  liveness_.start();
  for (int i = 0; i < 100; ++i) {
    pass(2900ms);
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
