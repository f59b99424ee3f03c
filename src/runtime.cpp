// SPDX-License-Identifier: MIT
#include "runtime.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdlib>
#include <mutex>
#include <utility>
#include <vector>

#include "io/strand.hpp"
#include "peerlane/runtime.hpp"
#include "transport/strand_connection.hpp"

namespace peerlane {

namespace {

constexpr int kMaxThreads = 64;
// How long the threads outlive the last connection: a program that reconnects finds them running.
constexpr std::chrono::milliseconds kLinger{500};
// What leaving the process may cost for the last goodbyes.
constexpr std::chrono::milliseconds kExitPatience{100};

/// The network threads of the process. Never destroyed, since connections may live in static
/// objects. Any thread.
class Runtime {
 public:
  static Runtime &instance() {
    static Runtime *const runtime = [] {
      auto *made = new Runtime;
      std::atexit([] { instance().leave(); });
      return made;
    }();
    return *runtime;
  }

  Error set_thread_count(int count) {
    if (count < 1 || count > kMaxThreads) return Error::ERR_PARAMETER_RANGE_ERROR;
    const std::lock_guard guard(lock_);
    if (used_) return Error::ERR_ALREADY_IN_USE;
    thread_count_ = static_cast<std::size_t>(count);
    return Error::OK;
  }

  std::size_t take_ticket() {
    const std::lock_guard guard(lock_);
    used_ = true;
    return next_ticket_++;
  }

  Result<std::unique_ptr<NetworkConnection>> create_connection(std::size_t ticket) {
    const std::lock_guard guard(lock_);
    used_ = true;
    while (strands_.size() < thread_count_) {
      auto strand = Strand::create();
      if (!strand) return strand.failure();
      strands_.push_back(std::move(strand).value());
    }
    std::shared_ptr<Strand> strand = strands_[ticket % strands_.size()];
    ++connections_;
    // Its end, on some strand, is the end of the connection.
    std::shared_ptr<void> life(nullptr, [this](void *) { connection_ended(); });
    return std::unique_ptr<NetworkConnection>(
        std::make_unique<StrandConnection>(std::move(strand), std::move(life)));
  }

 private:
  void connection_ended() {
    const std::lock_guard guard(lock_);
    --connections_;
    if (connections_ != 0) return;
    none_left_.notify_all();
    if (strands_.empty()) return;
    // The first thread waits for all of them.
    const std::uint64_t idle = ++idle_generation_;
    strands_.front()->post([this, idle, strand = std::weak_ptr<Strand>(strands_.front())] {
      const std::shared_ptr<Strand> alive = strand.lock();
      if (!alive) return;
      linger_ = std::make_unique<Timer>(alive->timers(), [this, idle] { stop_if_idle(idle); });
      linger_->arm_in(kLinger);
    });
  }

  void stop_if_idle(std::uint64_t idle) {
    std::vector<std::shared_ptr<Strand>> stopped;
    const std::lock_guard guard(lock_);
    if (connections_ != 0 || idle != idle_generation_) return;
    stopped.swap(strands_);
    for (const auto &strand : stopped) strand->stop();
  }

  void leave() {
    std::unique_lock guard(lock_);
    none_left_.wait_for(guard, kExitPatience, [this] { return connections_ == 0; });
  }

  std::mutex lock_;
  std::condition_variable none_left_;
  std::vector<std::shared_ptr<Strand>> strands_;
  std::unique_ptr<Timer> linger_;  // Of the first strand, touched on it only.
  std::size_t thread_count_ = 1;
  std::size_t next_ticket_ = 0;
  std::size_t connections_ = 0;
  std::uint64_t idle_generation_ = 0;
  bool used_ = false;
};

}  // namespace

Error set_io_thread_count(int count) { return Runtime::instance().set_thread_count(count); }

std::size_t take_connection_ticket() { return Runtime::instance().take_ticket(); }

Result<std::unique_ptr<NetworkConnection>> create_network_connection(std::size_t ticket) {
  return Runtime::instance().create_connection(ticket);
}

}  // namespace peerlane
