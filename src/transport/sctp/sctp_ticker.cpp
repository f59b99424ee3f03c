// SPDX-License-Identifier: MIT
#include "transport/sctp/sctp_ticker.hpp"

#include <sys/time.h>

#include <algorithm>
#include <chrono>

#include "transport/sctp/usrsctp_runtime.hpp"

namespace peerlane {

namespace {

using namespace std::chrono_literals;
constexpr Duration kActiveInterval = 10ms;
constexpr Duration kIdleInterval = 200ms;  // Nothing is under way.
constexpr Duration kActiveFor = 1s;
constexpr Duration kClockStep = 500ms;  // Less is slewing and rounding.

/// By which the wall clock is ahead. gettimeofday() since it is what the stack calls.
Duration wall_offset(TimePoint now) {
  struct timeval wall {};
  ::gettimeofday(&wall, nullptr);
  return std::chrono::seconds(wall.tv_sec) + std::chrono::microseconds(wall.tv_usec) -
         now.time_since_epoch();
}

}  // namespace

SctpTicker::SctpTicker(TimerQueue &timers)
    : timers_(timers), timer_(timers, [this] { tick(); }), wall_offset_(wall_offset(timers.now())) {
  last_activity_ = timers.now();
  UsrsctpRuntime::instance().add_ticker(timers.now());
  timer_.arm_in(interval());
}

SctpTicker::~SctpTicker() { UsrsctpRuntime::instance().remove_ticker(timers_); }

void SctpTicker::add(SctpOutbox::Owner &owner) { owners_.push_back(&owner); }

void SctpTicker::remove(SctpOutbox::Owner &owner) { std::erase(owners_, &owner); }

void SctpTicker::touch() {
  last_activity_ = timers_.now();
  if (timer_.armed() && timer_.deadline() > last_activity_ + kActiveInterval) {
    timer_.arm_in(kActiveInterval);
  }
}

Duration SctpTicker::interval() const {
  return timers_.now() - last_activity_ < kActiveFor ? kActiveInterval : kIdleInterval;
}

void SctpTicker::tick() {
  // An association that ends in this may be the last to hold us.
  const std::shared_ptr<SctpTicker> self = UsrsctpRuntime::instance().ticker(timers_);
  timer_.arm_in(interval());
  watch_wall_clock();
  UsrsctpRuntime::instance().tick(*this);
}

void SctpTicker::watch_wall_clock() {
  const Duration offset = wall_offset(timers_.now());
  const Duration step = offset - wall_offset_;
  wall_offset_ = offset;
  if (step < kClockStep && step > -kClockStep) return;
  const std::vector<SctpOutbox::Owner *> owners = owners_;
  for (SctpOutbox::Owner *owner : owners) owner->on_wall_clock_step();
}

}  // namespace peerlane
