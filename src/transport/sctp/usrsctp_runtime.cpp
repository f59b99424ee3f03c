// SPDX-License-Identifier: MIT
#include "transport/sctp/usrsctp_runtime.hpp"

#include <usrsctp.h>

#include <algorithm>
#include <chrono>
#include <vector>

namespace peerlane {

namespace {

using namespace std::chrono_literals;

struct CurrentCall {
  std::uint64_t id = 0;
  SctpOutbox *outbox = nullptr;
};
thread_local CurrentCall current_call;
// What the timers of this thread's tick have touched; null outside a tick.
thread_local std::vector<std::shared_ptr<SctpOutbox>> *touched = nullptr;

void set_options() {
  // Extensions that WebRTC has no use for, and whose code has seen little of the world: addresses
  // are ICE's business, authentication and encryption are DTLS's. auto_asconf goes first, asconf
  // needs auth.
  usrsctp_sysctl_set_sctp_auto_asconf(0);
  usrsctp_sysctl_set_sctp_asconf_enable(0);
  usrsctp_sysctl_set_sctp_auth_enable(0);
  usrsctp_sysctl_set_sctp_ecn_enable(0);
  usrsctp_sysctl_set_sctp_pktdrop_enable(0);
  usrsctp_sysctl_set_sctp_nrsack_enable(0);
  // No answer to packets that belong to no association: an early INIT must not kill the handshake.
  usrsctp_sysctl_set_sctp_blackhole(2);

  // Half of what RFC 9260 section 16 gives for the start, and a maximum that lets the association
  // resume within 2 s after an outage of the path.
  usrsctp_sysctl_set_sctp_rto_min_default(200);
  usrsctp_sysctl_set_sctp_rto_initial_default(500);
  usrsctp_sysctl_set_sctp_rto_max_default(2000);
  usrsctp_sysctl_set_sctp_init_rto_max_default(2000);
  usrsctp_sysctl_set_sctp_delayed_sack_time_default(20);
  usrsctp_sysctl_set_sctp_initial_cwnd(10);  // RFC 6928
  // No limit per call: a burst goes out with one system call, and acknowledgements of a whole burst
  // may come back as one, which with a limit would starve the window.
  usrsctp_sysctl_set_sctp_max_burst_default(0);
  // But what is missing must not go out at once, again and again, into the queue that lost it.
  usrsctp_sysctl_set_sctp_fr_max_burst_default(4);
  usrsctp_sysctl_set_sctp_use_cwnd_based_maxburst(0);

  // The stack must never give up on a path that our own liveness still believes in: at 2 s each,
  // these are half an hour.
  usrsctp_sysctl_set_sctp_assoc_rtx_max_default(1000);
  usrsctp_sysctl_set_sctp_path_rtx_max_default(1000);
  usrsctp_sysctl_set_sctp_init_rtx_max_default(1000);
  usrsctp_sysctl_set_sctp_max_retran_chunk(1000);

  // Bounds what a peer can make us hold that sends tiny messages into a closed window: each costs
  // some 500 bytes. Our own queue needs as many for 4 MiB of messages of 128 bytes.
  usrsctp_sysctl_set_sctp_max_chunks_on_queue(32768);
  usrsctp_enable_crc32c_offload();
}

}  // namespace

struct UsrsctpCallbacks {
  // Called with locks of the association held: nothing but storing may happen.
  static int on_output(void *address, void *packet, std::size_t size, std::uint8_t, std::uint8_t) {
    const auto id = reinterpret_cast<std::uintptr_t>(address);
    const auto *bytes = static_cast<const std::uint8_t *>(packet);
    if (id == current_call.id) {
      current_call.outbox->append(bytes, size);
    } else if (const auto outbox = touch(id)) {
      outbox->append(bytes, size);
    }
    return 0;
  }

  static std::shared_ptr<SctpOutbox> touch(std::uint64_t id) {
    auto outbox = UsrsctpRuntime::instance().find(id);
    if (outbox == nullptr || touched == nullptr) return outbox;
    if (touched->empty() || touched->back() != outbox) touched->push_back(outbox);
    return outbox;
  }
};

UsrsctpRuntime::UsrsctpRuntime() = default;

UsrsctpRuntime &UsrsctpRuntime::instance() {
  // Never destroyed: strands may outlive static objects.
  static UsrsctpRuntime *runtime = new UsrsctpRuntime;
  return *runtime;
}

void UsrsctpRuntime::set_up() {
  if (set_up_) return;
  // Of each socket's own table of associations, of which ours have one; 2 kB otherwise.
  usrsctp_tunable_set_sctp_pcbtblsize(1);
  usrsctp_init_nothreads(0, &UsrsctpCallbacks::on_output, nullptr);
  set_options();
  set_up_ = true;
}

std::uint64_t UsrsctpRuntime::add(std::shared_ptr<SctpOutbox> outbox) {
  std::uint64_t id;
  {
    const std::lock_guard lock(registry_mutex_);
    set_up();
    id = next_id_++;
    outboxes_.emplace(id, std::move(outbox));
  }
  usrsctp_register_address(usrsctp_address(id));
  return id;
}

void UsrsctpRuntime::remove(std::uint64_t id) {
  usrsctp_deregister_address(usrsctp_address(id));
  const std::lock_guard lock(registry_mutex_);
  outboxes_.erase(id);
}

std::shared_ptr<SctpOutbox> UsrsctpRuntime::find(std::uint64_t id) {
  const std::lock_guard lock(registry_mutex_);
  const auto found = outboxes_.find(id);
  return found == outboxes_.end() ? nullptr : found->second;
}

std::shared_ptr<SctpTicker> UsrsctpRuntime::ticker(TimerQueue &timers) {
  {
    const std::lock_guard lock(registry_mutex_);
    set_up();
    if (auto ticker = tickers_[&timers].lock()) return ticker;
  }
  auto ticker = std::make_shared<SctpTicker>(timers);
  const std::lock_guard lock(registry_mutex_);
  tickers_[&timers] = ticker;
  return ticker;
}

void UsrsctpRuntime::add_ticker(TimePoint now) {
  const std::scoped_lock lock(lifecycle_, registry_mutex_);
  if (ticker_count_++ == 0) last_tick_ = now;
}

void UsrsctpRuntime::remove_ticker(TimerQueue &timers) {
  const std::lock_guard lock(registry_mutex_);
  --ticker_count_;
  tickers_.erase(&timers);
}

void UsrsctpRuntime::tick(SctpTicker &ticker) {
  std::vector<std::shared_ptr<SctpOutbox>> active;
  {
    // Another strand that ticks, or opens or closes a socket: the time is not lost, whoever comes
    // next passes it on.
    const std::unique_lock lock(lifecycle_, std::try_to_lock);
    if (!lock.owns_lock()) return;
    const TimePoint now = ticker.timers().now();
    // Whole milliseconds; the rest stays for the next tick.
    const auto elapsed =
        std::chrono::duration_cast<std::chrono::milliseconds>(now - last_tick_).count();
    if (elapsed <= 0) return;
    last_tick_ += std::chrono::milliseconds(elapsed);
    touched = &active;
    usrsctp_handle_timers(static_cast<std::uint32_t>(elapsed));
    touched = nullptr;
  }
  for (const auto &outbox : active) outbox->notify(ticker);
}

UsrsctpRuntime::Call::Call(std::uint64_t id, SctpOutbox &outbox)
    : outer_id_(current_call.id), outer_outbox_(current_call.outbox) {
  current_call = {id, &outbox};
}

UsrsctpRuntime::Call::~Call() { current_call = {outer_id_, outer_outbox_}; }

void UsrsctpRuntime::on_upcall(std::uint64_t id) {
  if (id == current_call.id) {
    current_call.outbox->set_readable();
  } else if (const auto outbox = UsrsctpCallbacks::touch(id)) {
    outbox->set_readable();
  }
}

bool UsrsctpRuntime::finish() {
  UsrsctpRuntime &runtime = instance();
  const std::lock_guard lifecycle(runtime.lifecycle_);
  {
    // Not for longer: what the timers send is looked up in the registry.
    const std::lock_guard lock(runtime.registry_mutex_);
    if (!runtime.set_up_) return true;
  }
  // What closed sockets leave behind is freed by a timer.
  for (int i = 0; i < 100; ++i) {
    if (usrsctp_finish() == 0) {
      const std::lock_guard lock(runtime.registry_mutex_);
      runtime.set_up_ = false;
      return true;
    }
    usrsctp_handle_timers(100);
  }
  return false;
}

}  // namespace peerlane
