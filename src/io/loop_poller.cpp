// SPDX-License-Identifier: MIT
#include "io/loop_poller.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>

#include "io/loop_context.hpp"

namespace peerlane {

namespace {
// No context has this number.
constexpr std::uint64_t kWakeEvent = 0;
constexpr int kEventsAtOnce = 64;
}  // namespace

std::unique_ptr<LoopPoller> LoopPoller::create() {
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) return nullptr;
  const int wake_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kWakeEvent;
  if (wake_event < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, wake_event, &event) != 0) {
    if (wake_event >= 0) close(wake_event);
    close(epoll);
    return nullptr;
  }
  return std::unique_ptr<LoopPoller>(new LoopPoller(epoll, wake_event));
}

LoopPoller::LoopPoller(int epoll, int wake_event) : epoll_(epoll), wake_event_(wake_event) {}

LoopPoller::~LoopPoller() {
  close(wake_event_);
  close(epoll_);
}

void LoopPoller::wake() {
  const std::uint64_t one = 1;
  // The counter can only be full if a wake-up is pending anyway.
  [[maybe_unused]] const ssize_t written = write(wake_event_, &one, sizeof one);
}

bool LoopPoller::wait_for_wake(int milliseconds) {
  pollfd descriptor{wake_event_, POLLIN, 0};
  return poll(&descriptor, 1, milliseconds) > 0;
}

void LoopPoller::wait(int milliseconds, Wake wake, std::vector<ReadyDescriptor> &ready) {
  std::array<epoll_event, kEventsAtOnce> events;
  const int count = epoll_wait(epoll_, events.data(), kEventsAtOnce, milliseconds);
  ready.clear();
  for (int i = 0; i < count; ++i) {
    const epoll_event &event = events[static_cast<std::size_t>(i)];
    if (event.data.u64 == kWakeEvent) {
      std::uint64_t taken = 0;
      if (wake == Wake::TAKE) [[maybe_unused]]
        const ssize_t bytes = read(wake_event_, &taken, sizeof taken);
      continue;
    }
    ready.push_back({static_cast<std::uint32_t>(event.data.u64 >> 32),
                     static_cast<int>(static_cast<std::uint32_t>(event.data.u64)), event.events});
  }
}

void LoopPoller::dispatch(const std::vector<ReadyDescriptor> &ready) {
  dispatching_.clear();
  for (const ReadyDescriptor &each : ready) {
    const auto found = contexts_.find(each.context);
    if (found != contexts_.end() && found->second->set_ready(each.descriptor, each.events)) {
      dispatching_.push_back(each.context);
    }
  }
  // Looked up again: a source of one connection may end another.
  for (const std::uint32_t id : dispatching_) {
    const auto found = contexts_.find(id);
    if (found != contexts_.end()) found->second->dispatch();
  }
}

std::uint32_t LoopPoller::add(LoopContext &context) {
  const std::uint32_t id = next_id_++;
  contexts_.emplace(id, &context);
  return id;
}

void LoopPoller::remove(std::uint32_t id) { contexts_.erase(id); }

void LoopPoller::watch(std::uint32_t id, int descriptor, std::uint32_t events, bool known) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = static_cast<std::uint64_t>(id) << 32 | static_cast<std::uint32_t>(descriptor);
  owners_[descriptor] = id;
  // A descriptor that was closed and opened again under its old number is no longer in the set.
  if (known && epoll_ctl(epoll_, EPOLL_CTL_MOD, descriptor, &event) == 0) return;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) != 0) {
    epoll_ctl(epoll_, EPOLL_CTL_MOD, descriptor, &event);
  }
}

void LoopPoller::unwatch(std::uint32_t id, int descriptor) {
  const auto owner = owners_.find(descriptor);
  if (owner == owners_.end() || owner->second != id) return;
  owners_.erase(owner);
  epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr);
}

}  // namespace peerlane
