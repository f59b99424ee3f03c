// SPDX-License-Identifier: MIT
#include "io/loop_poller.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>

#include "io/loop_context.hpp"

namespace peerlane {

namespace {
// No context has this number.
constexpr std::uint64_t kWakeEvent = 0;
constexpr int kEventsAtOnce = 64;

epoll_event event_for(std::uint32_t id, int descriptor, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = static_cast<std::uint64_t>(id) << 32 | static_cast<std::uint32_t>(descriptor);
  return event;
}
}  // namespace

std::unique_ptr<LoopPoller> LoopPoller::create() {
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) return nullptr;
  std::unique_ptr<LoopPoller> made(new LoopPoller(epoll));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kWakeEvent;
  // Refused also where there is no descriptor for the event.
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, made->wake_event_.descriptor(), &event) != 0) return nullptr;
  return made;
}

LoopPoller::~LoopPoller() { close(epoll_); }

bool LoopPoller::wait_for_wake(int milliseconds) {
  pollfd descriptor{wake_event_.descriptor(), POLLIN, 0};
  return poll(&descriptor, 1, milliseconds) > 0;
}

void LoopPoller::wait(int milliseconds, Wake wake, std::vector<ReadyDescriptor> &ready) {
  std::array<epoll_event, kEventsAtOnce> events;
  const int count = epoll_wait(epoll_, events.data(), kEventsAtOnce, milliseconds);
  ready.clear();
  for (int i = 0; i < count; ++i) {
    const epoll_event &event = events[static_cast<std::size_t>(i)];
    if (event.data.u64 == kWakeEvent) {
      if (wake == Wake::TAKE) wake_event_.take();
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
  epoll_event event = event_for(id, descriptor, events);
  owners_[descriptor] = id;
  // A descriptor that was closed and opened again under its old number is no longer in the set.
  if (known && epoll_ctl(epoll_, EPOLL_CTL_MOD, descriptor, &event) == 0) return;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) != 0) {
    epoll_ctl(epoll_, EPOLL_CTL_MOD, descriptor, &event);
  }
}

bool LoopPoller::owns(std::uint32_t id, int descriptor) const {
  const auto owner = owners_.find(descriptor);
  return owner != owners_.end() && owner->second == id;
}

void LoopPoller::change(std::uint32_t id, int descriptor, std::uint32_t events) {
  if (!owns(id, descriptor)) return;
  epoll_event event = event_for(id, descriptor, events);
  epoll_ctl(epoll_, EPOLL_CTL_MOD, descriptor, &event);
}

void LoopPoller::unwatch(std::uint32_t id, int descriptor) {
  if (!owns(id, descriptor)) return;
  owners_.erase(descriptor);
  epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr);
}

}  // namespace peerlane
