// SPDX-License-Identifier: MIT
#include "io/strand.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "io/loop_poller.hpp"

namespace peerlane {

namespace {

// While the application polls more often than this, it does the network thread's work, and the
// thread keeps away from the sockets; a wake-up of it would only compete for the lock.
constexpr std::int64_t kHelpedRecently = 200;
constexpr int kStandBackMilliseconds = 1;

std::int64_t microseconds(TimePoint time) { return time.time_since_epoch().count(); }

}  // namespace

Result<std::shared_ptr<Strand>> Strand::create() {
  std::unique_ptr<LoopPoller> poller = LoopPoller::create();
  if (!poller)
    return Failure{Error::ERR_CANT_CREATE, "the system gives no descriptor for a network thread"};
  std::shared_ptr<Strand> strand(new Strand(std::move(poller)));
  try {
    std::thread([strand] { strand->run(); }).detach();
  } catch (const std::system_error &) {
    return Failure{Error::ERR_CANT_CREATE, "the system gives no network thread"};
  }
  return strand;
}

Strand::Strand(std::unique_ptr<LoopPoller> poller) : timers_(clock_), poller_(std::move(poller)) {}

Strand::~Strand() = default;

void Strand::stop() {
  stopping_ = true;
  poller_->wake();
}

void Strand::post(std::function<void()> task) {
  using Function = std::function<void()>;
  post(std::make_shared<Function>(std::move(task)),
       [](void *posted) { (*static_cast<Function *>(posted))(); });
}

void Strand::post(std::shared_ptr<void> object, void (*function)(void *object)) {
  bool first = false;
  {
    const std::lock_guard guard(posted_lock_);
    first = posted_.empty();
    posted_.push_back({std::move(object), function});
    any_posted_ = true;
  }
  if (first) wake();
}

void Strand::wake() {
  // It looks by itself before it goes back to work, and a wake-up now would only make it compete
  // for the lock with the thread that helps.
  if (!standing_back_) poller_->wake();
}

void Strand::assert_held() const {
#ifndef NDEBUG
  if (!held()) {
    std::fputs("peerlane: a transport object was touched outside its strand\n", stderr);
    std::abort();
  }
#endif
}

void Strand::take_turn() {
  if (!lock_.try_lock()) {
    // The lock is not fair: threads that help would take it again and again before us.
    ++waiting_;
    lock_.lock();
    --waiting_;
  }
  holder_.store(std::this_thread::get_id(), std::memory_order_relaxed);
}

bool Strand::try_begin_turn() {
  if (held() || waiting_.load(std::memory_order_relaxed) != 0 || !lock_.try_lock()) return false;
  holder_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  return true;
}

void Strand::release() {
  holder_.store(std::thread::id(), std::memory_order_relaxed);
  lock_.unlock();
}

void Strand::end_turn() {
  turn_.run();
  const bool pending = turn_.pending();
  const TimePoint next = timers_.next_deadline();
  release();
  if (pending || microseconds(next) < wakes_at_.load(std::memory_order_relaxed)) wake();
}

bool Strand::help(const std::function<void()> &first) {
  if (!try_begin_turn()) return false;
  helped_at_.store(microseconds(clock_.now()), std::memory_order_relaxed);
  if (first) first();
  thread_local std::vector<ReadyDescriptor> ready;
  poller_->wait(0, LoopPoller::Wake::KEEP, ready);
  handle(ready);
  end_turn();
  return true;
}

void Strand::handle(std::vector<ReadyDescriptor> &ready) {
  poller_->dispatch(ready);
  timers_.run_expired();
}

bool Strand::take_posted(std::vector<Task> &tasks) {
  const std::lock_guard guard(posted_lock_);
  tasks.swap(posted_);
  any_posted_ = false;
  return !tasks.empty();
}

int Strand::milliseconds_to_sleep() {
  const TimePoint next = timers_.next_deadline();
  if (turn_.pending()) {
    wakes_at_.store(0, std::memory_order_relaxed);
    return 0;
  }
  if (next == TimePoint::max()) {
    wakes_at_.store(INT64_MAX, std::memory_order_relaxed);
    return -1;
  }
  wakes_at_.store(microseconds(next), std::memory_order_relaxed);
  const std::int64_t left = (next - clock_.now()).count();
  // Rounded up: waking too early would only mean another turn with nothing to do.
  return static_cast<int>(std::clamp<std::int64_t>((left + 999) / 1000, 0, 60'000));
}

bool Strand::helped_recently() const {
  return microseconds(clock_.now()) - helped_at_.load(std::memory_order_relaxed) < kHelpedRecently;
}

bool Strand::stand_back() {
  if (!helped_recently()) return false;
  // Set before the rest is looked at: who posts meanwhile either sees it, or is seen.
  standing_back_ = true;
  while (!stopping_ && !any_posted_ && helped_recently()) {
    if (poller_->wait_for_wake(kStandBackMilliseconds)) break;
  }
  standing_back_ = false;
  return true;
}

void Strand::run() {
  network_thread_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  std::vector<ReadyDescriptor> ready;
  std::vector<Task> tasks;
  int timeout = 0;
  for (;;) {
    const bool last = stopping_;
    // Who helped meanwhile has run and armed timers: the time to sleep is not known any more.
    if (stand_back()) timeout = 0;
    poller_->wait(last ? 0 : timeout, LoopPoller::Wake::TAKE, ready);
    take_turn();
    handle(ready);
    if (take_posted(tasks)) {
      for (const Task &task : tasks) task.function(task.object.get());
      tasks.clear();
    }
    turn_.run();
    timeout = milliseconds_to_sleep();
    release();
    if (last) return;
  }
}

}  // namespace peerlane
