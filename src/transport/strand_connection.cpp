// SPDX-License-Identifier: MIT
#include "transport/strand_connection.hpp"

#include <atomic>
#include <chrono>
#include <mutex>
#include <utility>
#include <vector>

#include "core/heap_for_messages.hpp"
#include "core/message_queue.hpp"
#include "io/direct_wait.hpp"
#include "io/loop_context.hpp"
#include "transport/transport_stack.hpp"

namespace peerlane {

namespace {

// A send on the spot saves a thread switch and costs a system call of its own. Messages that follow
// each other faster than this are queued instead, so that one flush carries many.
constexpr std::int64_t kInlineInterval = 100;

// More traffic than this between two waits is bulk. Then it is better that the network thread works
// while the application does.
constexpr std::uint64_t kQuietTraffic = 16u << 10;
// So long the sockets stay with an application that has waited and may soon wait again. Longer
// would delay what a busy application does not look at.
constexpr Duration kKeptBetweenWaits = std::chrono::milliseconds(4);
// Less than that, so that the sockets are not taken back in the middle of it.
constexpr std::chrono::milliseconds kFirstWait{2};

TimePoint steady_now() { return SteadyClock().now(); }

}  // namespace

/// What the handle and the tasks that it posts share. The stack is touched only on the strand.
struct StrandConnection::Shared {
  std::shared_ptr<TransportStack> stack;

  std::mutex lock;  // Guards the next three.
  MessageQueue outbox;
  std::vector<Command> commands;
  bool scheduled = false;

  std::atomic<bool> outbox_used{false};
  std::atomic<std::int64_t> sent_at{0};

  // Swapped with `outbox`, so that its memory is used again, and with `commands`. Strand only.
  MessageQueue draining;
  std::vector<Command> executing;

  static void drain_posted(void *shared) { static_cast<Shared *>(shared)->drain(); }

  void drain() {
    {
      const std::lock_guard guard(lock);
      outbox.swap(draining);
      commands.swap(executing);
      scheduled = false;
      outbox_used.store(false, std::memory_order_release);
    }
    // What was sent comes first: it must not be lost to the close that follows it. No command needs
    // to come before a message, since a message needs an open channel.
    if (!draining.empty()) stack->enqueue(draining);
    if (executing.empty()) return;
    for (Command &command : executing) stack->execute(std::move(command));
    std::exchange(executing, {});  // Large and rare, after the beginning.
  }
};

StrandConnection::StrandConnection(std::shared_ptr<Strand> strand, std::shared_ptr<void> life)
    : strand_(std::move(strand)),
      link_(std::make_shared<ConnectionLink>()),
      shared_(std::make_shared<Shared>()) {
  shared_->stack = std::make_shared<TransportStack>(strand_, link_, std::move(life));
}

StrandConnection::~StrandConnection() {
  // Nothing may be delivered any more; the rest happens in the background.
  link_->events.set_wakeup_handler(nullptr);
  link_->events.set_group_handler(nullptr);
  // Handed over, not shared: the last holder frees the stack, and must be on the strand.
  strand_->post([shared = std::move(shared_), strand = strand_] {
    shared->drain();
    shared->stack->close();
    // The stack keeps itself as long as it needs.
    strand->post([shared] {});
  });
}

void StrandConnection::execute(Command command) {
  bool first = false;
  {
    const std::lock_guard guard(shared_->lock);
    shared_->commands.push_back(std::move(command));
    first = !std::exchange(shared_->scheduled, true);
  }
  if (first) strand_->post(shared_, &Shared::drain_posted);
}

template <class Payload>
void StrandConnection::send_or_queue(ChannelLink &channel, bool is_text, Payload &&payload) {
  keep_heap_for_messages_of(payload.size());
  link_->traffic.fetch_add(payload.size() + kMessageOverhead, std::memory_order_relaxed);
  const TimePoint now = steady_now();
  const std::int64_t now_us = now.time_since_epoch().count();
  if (!shared_->outbox_used.load(std::memory_order_acquire) &&
      now_us - shared_->sent_at.load(std::memory_order_relaxed) > kInlineInterval &&
      strand_->try_begin_turn()) {
    shared_->sent_at.store(now_us, std::memory_order_relaxed);
    shared_->drain();
    shared_->stack->send(channel, is_text, std::forward<Payload>(payload));
    strand_->end_turn();
    return;
  }
  bool first = false;
  {
    const std::lock_guard guard(shared_->lock);
    shared_->outbox.push(channel.key, is_text, now, std::forward<Payload>(payload));
    shared_->outbox_used.store(true, std::memory_order_release);
    first = !std::exchange(shared_->scheduled, true);
  }
  if (first) strand_->post(shared_, &Shared::drain_posted);
}

void StrandConnection::send(ChannelLink &channel, bool is_text, PackedByteArray &&payload) {
  send_or_queue(channel, is_text, std::move(payload));
}

void StrandConnection::send(ChannelLink &channel, bool is_text, ByteView payload) {
  send_or_queue(channel, is_text, payload);
}

void StrandConnection::post_wakeup() {
  if (!link_->events.has_handlers()) return;
  strand_->post(link_, [](void *link) { static_cast<ConnectionLink *>(link)->events.wake(); });
}

void StrandConnection::help() {
  // Whoever polls between two messages does not send a burst.
  shared_->sent_at.store(0, std::memory_order_relaxed);
  strand_->help([this] {
    if (std::exchange(has_sockets_, false)) shared_->stack->loop()->take_back();
    if (shared_->outbox_used.load(std::memory_order_relaxed)) shared_->drain();
  });
}

bool StrandConnection::wait(std::chrono::milliseconds timeout) {
  EventMailbox &events = link_->events;
  const TimePoint deadline = steady_now() + timeout;
  std::chrono::milliseconds left = timeout;
  const auto is_over = [&] { return events.ready() || left <= left.zero(); };
  if (is_over()) return events.ready();
  DirectWait *direct = is_quiet() ? DirectWait::of_this_thread() : nullptr;
  if (direct == nullptr) return_sockets();
  while (direct != nullptr) {
    // At first without the lock: where messages follow each other, the sockets are still ours.
    const auto time = has_sockets_ ? std::min(left, kFirstWait) : left;
    if (!has_sockets_ && !borrow_sockets(Duration::max())) break;
    wait_for_sockets(*direct, time);
    left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_now());
    if (is_over()) return events.ready();
    has_sockets_ = false;
  }
  return events.wait(left);
}

void StrandConnection::wait_for_sockets(DirectWait &direct, std::chrono::milliseconds time) {
  // What is published before this is seen, what comes after it wakes us.
  link_->events.set_waiter(&direct);
  if (!link_->events.ready()) direct.wait(sockets_, time);
  link_->events.set_waiter(nullptr);
  has_sockets_ = borrow_sockets(kKeptBetweenWaits);
}

bool StrandConnection::is_quiet() {
  const std::uint64_t traffic = link_->traffic.load(std::memory_order_relaxed);
  return traffic - std::exchange(former_traffic_, traffic) < kQuietTraffic;
}

bool StrandConnection::borrow_sockets(Duration time) {
  strand_->take_turn();
  LoopContext *loop = shared_->stack->loop();
  if (loop != nullptr) {
    loop->handle(sockets_);
    loop->lend(sockets_, time);
  }
  strand_->end_turn();
  return loop != nullptr;
}

void StrandConnection::return_sockets() {
  if (!std::exchange(has_sockets_, false)) return;
  strand_->take_turn();
  shared_->stack->loop()->take_back();
  strand_->end_turn();
}

void StrandConnection::fill_stats(PeerConnectionStats &stats) const {
  if (strand_->try_begin_turn()) {
    shared_->stack->publish_stats();
    strand_->end_turn();
  } else {
    // Busy: what was true at the last state or question is given now, and what is true now next
    // time.
    strand_->post([shared = shared_] { shared->stack->publish_stats(); });
  }
  stats = link_->stats.get();
}

}  // namespace peerlane
