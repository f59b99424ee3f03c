// SPDX-License-Identifier: MIT
#include "transport/liveness.hpp"

#include <algorithm>
#include <chrono>

namespace peerlane {

namespace {

using namespace std::chrono_literals;

// Each question and its answer cost both ends CPU time, on each idle connection; but before silence
// is told, enough of them have had the time to be answered, if some get lost.
constexpr Duration kQuiet = 3s;
constexpr Duration kQuietSecond = 3400ms;
// Connections that have been quiet since about the same time ask at the same time: waking costs
// more than asking.
constexpr Duration kSlot = 50ms;
constexpr int kSlotsOfQuiet = 60;  // At least, where the times are short.
constexpr Duration kBetweenQuestions = 250ms;
constexpr Duration kBetweenQuestionsIntoSilence = 500ms;

Duration quiet_after(Duration silent_after, bool asks_first) {
  return asks_first ? std::min(kQuiet, silent_after * 60 / 100)
                    : std::min(kQuietSecond, silent_after * 68 / 100);
}

TimePoint end_of_slot(TimePoint time, Duration slot) {
  const Duration into = time.time_since_epoch() % slot;
  return into == Duration(0) ? time : time + (slot - into);
}

}  // namespace

Liveness::Liveness(TimerQueue &timers, Duration silent_after, Duration lost_after, bool asks_first,
                   Listener &listener)
    : timers_(timers),
      silent_after_(silent_after),
      lost_after_(lost_after),
      quiet_after_(quiet_after(silent_after, asks_first)),
      listener_(listener),
      timer_(timers, [this] { check(); }) {}

void Liveness::start() {
  running_ = true;
  revive();
}

void Liveness::stop() {
  running_ = false;
  timer_.cancel();
}

void Liveness::revive() {
  verdict_ = Verdict::ALIVE;
  last_heard_ = timers_.now();
  if (running_) wait_for_quiet();
}

void Liveness::heard() {
  if (!running_ || verdict_ == Verdict::LOST) return;
  last_heard_ = timers_.now();
  if (verdict_ == Verdict::ALIVE) return;
  verdict_ = Verdict::ALIVE;
  wait_for_quiet();
  listener_.on_liveness(verdict_);
}

void Liveness::wait_for_quiet() {
  const Duration slot = std::min(kSlot, quiet_after_ / kSlotsOfQuiet);
  timer_.arm_at(end_of_slot(last_heard_ + quiet_after_, slot));
}

void Liveness::check() {
  const Duration silence = timers_.now() - last_heard_;
  if (silence >= lost_after_) {
    verdict_ = Verdict::LOST;
    listener_.on_liveness(verdict_);
    return;
  }
  if (silence < quiet_after_) {
    unanswered_ = 0;
    wait_for_quiet();
    return;
  }
  const bool silent = silence >= silent_after_;
  const Duration question =
      std::min(silent ? kBetweenQuestionsIntoSilence : kBetweenQuestions, silent_after_ / 10);
  timer_.arm_at(last_heard_ + std::min(silence + question, silent ? lost_after_ : silent_after_));
  listener_.on_quiet(unanswered_++);
  if (!silent || verdict_ == Verdict::SILENT) return;
  verdict_ = Verdict::SILENT;
  listener_.on_liveness(verdict_);
}

}  // namespace peerlane
