// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_SCTP_USRSCTP_RUNTIME_HPP
#define PEERLANE_TRANSPORT_SCTP_USRSCTP_RUNTIME_HPP

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "core/timer.hpp"
#include "transport/sctp/sctp_outbox.hpp"
#include "transport/sctp/sctp_ticker.hpp"

namespace peerlane {

/// The number of an association, as the address that usrsctp wants. Never dereferenced.
inline void *usrsctp_address(std::uint64_t id) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  return reinterpret_cast<void *>(static_cast<std::uintptr_t>(id));
}

/// usrsctp, which is global to the process: its set-up, its timers, and which association a packet
/// of it belongs to. Any thread.
///
/// Associations have numbers instead of pointers as addresses, and no number comes twice: usrsctp
/// may still send for an association that is gone.
class UsrsctpRuntime {
 public:
  /// Sets usrsctp up at the first call. It is never torn down by itself: other associations, and
  /// destructors of static objects, may come at any time.
  static UsrsctpRuntime &instance();

  /// Enters a number and returns it.
  std::uint64_t add(std::shared_ptr<SctpOutbox> outbox);
  void remove(std::uint64_t id);
  /// What the association `id` has to say through its socket.
  static void on_upcall(std::uint64_t id);

  /// The ticker of a strand; made at the first call, gone with the last holder.
  std::shared_ptr<SctpTicker> ticker(TimerQueue &timers);
  /// Passes on the time since the last tick of any strand.
  void tick(SctpTicker &ticker);

  /// Held while sockets are made and closed and while timers run: usrsctp takes its locks in
  /// opposite order there.
  std::mutex &lifecycle_lock() { return lifecycle_; }

  /// While one exists, the packets of the association `id` go to `outbox` without a look-up. Around
  /// each call into usrsctp.
  class Call {
   public:
    Call(std::uint64_t id, SctpOutbox &outbox);
    ~Call();
    Call(const Call &) = delete;
    Call &operator=(const Call &) = delete;

   private:
    std::uint64_t outer_id_;
    SctpOutbox *outer_outbox_;
  };

  /// For tests: frees everything that usrsctp holds. False while associations exist. The next
  /// instance() sets it up again.
  static bool finish();

 private:
  friend class SctpTicker;
  UsrsctpRuntime();
  void set_up();
  void add_ticker(TimePoint now);
  void remove_ticker(TimerQueue &timers);
  std::shared_ptr<SctpOutbox> find(std::uint64_t id);
  friend struct UsrsctpCallbacks;

  std::mutex lifecycle_;
  // Under lifecycle_.
  TimePoint last_tick_{};

  std::mutex registry_mutex_;
  // Under registry_mutex_.
  bool set_up_ = false;
  std::uint64_t next_id_ = 1;
  std::unordered_map<std::uint64_t, std::shared_ptr<SctpOutbox>> outboxes_;
  std::map<TimerQueue *, std::weak_ptr<SctpTicker>> tickers_;
  std::size_t ticker_count_ = 0;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_SCTP_USRSCTP_RUNTIME_HPP
