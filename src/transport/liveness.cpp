// SPDX-License-Identifier: MIT
#include "transport/liveness.hpp"

namespace peerlane {

Liveness::Liveness(TimerQueue &timers, Duration silent_after, Duration lost_after,
                   Listener &listener)
    : timers_(timers),
      silent_after_(silent_after),
      lost_after_(lost_after),
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
  if (running_) timer_.arm_at(last_heard_ + silent_after_);
}

void Liveness::heard() {
  if (!running_ || verdict_ == Verdict::LOST) return;
  last_heard_ = timers_.now();
  if (verdict_ == Verdict::ALIVE) return;
  verdict_ = Verdict::ALIVE;
  timer_.arm_at(last_heard_ + silent_after_);
  listener_.on_liveness(verdict_);
}

void Liveness::check() {
  const TimePoint now = timers_.now();
  if (now - last_heard_ >= lost_after_) {
    verdict_ = Verdict::LOST;
    listener_.on_liveness(verdict_);
    return;
  }
  if (now - last_heard_ < silent_after_) {
    timer_.arm_at(last_heard_ + silent_after_);
    return;
  }
  timer_.arm_at(last_heard_ + lost_after_);
  if (verdict_ == Verdict::SILENT) return;
  verdict_ = Verdict::SILENT;
  listener_.on_liveness(verdict_);
}

}  // namespace peerlane
