// SPDX-License-Identifier: MIT
#include "transport/ice/check_queue.hpp"

#include <utility>

namespace peerlane {

namespace {

// More than two machines with ten networks each make.
constexpr std::size_t kPatientPairs = 100;
// RFC 8489 section 6.2.1 says seven; with six a pair is given up after some 20 seconds.
constexpr unsigned kPatientSends = 6;
constexpr unsigned kImpatientSends = 3;
// STUN_AGENT_MAX_SAVED_IDS is 200; a few remain for checks that the peer triggers.
constexpr std::size_t kBatch = 180 - kPatientPairs;
// Three sends take four times the first interval, which is at most 5 ms for each pair under way
// (RFC 8445 section 14.3); twice that, for a machine that is late.
constexpr Duration kBatchTime = std::chrono::seconds(8);

}  // namespace

CheckQueue::CheckQueue(TimerQueue &timers, Agent agent)
    : agent_(std::move(agent)), timer_(timers, [this] { next_batch(); }) {}

void CheckQueue::begin() {
  timer_.cancel();
  waiting_.clear();
  pairs_ = used_ = in_batch_ = 0;
  agent_.set_sends(kPatientSends);
}

bool CheckQueue::add(const Candidate &candidate) {
  const std::size_t pairs = agent_.pairs_of(candidate);
  if (pairs_ + pairs > kMaxPairs) return false;
  pairs_ += pairs;
  waiting_.push_back(candidate);
  use_what_fits();
  return true;
}

void CheckQueue::use_what_fits() {
  while (!waiting_.empty()) {
    const std::size_t pairs = agent_.pairs_of(waiting_.front());
    if (used_ + pairs > kPatientPairs) {
      // One that is larger than a batch goes alone.
      if (in_batch_ != 0 && in_batch_ + pairs > kBatch) return;
      agent_.set_sends(kImpatientSends);
      in_batch_ += pairs;
      if (!timer_.armed()) timer_.arm_in(kBatchTime);
    }
    used_ += pairs;
    const Candidate candidate = std::move(waiting_.front());
    waiting_.pop_front();
    agent_.use(candidate);
  }
}

void CheckQueue::next_batch() {
  in_batch_ = 0;
  if (waiting_.empty()) return;
  use_what_fits();
  if (waiting_.empty() && on_empty_) on_empty_();
}

void CheckQueue::stop() {
  timer_.cancel();
  waiting_.clear();
  on_empty_ = nullptr;
}

}  // namespace peerlane
