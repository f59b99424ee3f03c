// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_SCTP_SCTP_OUTBOX_HPP
#define PEERLANE_TRANSPORT_SCTP_SCTP_OUTBOX_HPP

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "peerlane/types.hpp"

namespace peerlane {

class SctpTicker;

/// What the stack leaves behind for one association: packets to send and the news that there is
/// something to read. Any thread: the stack's timers run on whichever strand ticks.
///
/// The stack calls with its locks held, so nothing happens here but storing.
class SctpOutbox {
 public:
  /// The owner, on its strand.
  class Owner {
   public:
    /// The stack has done something on its own, because of a timer.
    virtual void on_stack_activity() = 0;
    /// The wall clock, which the stack uses, has been set.
    virtual void on_wall_clock_step() = 0;

   protected:
    ~Owner() = default;
  };

  struct Packets {
    PackedByteArray bytes;
    std::vector<std::uint32_t> lengths;
  };

  SctpOutbox(Owner &owner, SctpTicker &ticker, std::function<void()> wake);

  void append(const std::uint8_t *packet, std::size_t size);
  /// Takes over a buffer to append to, where there is none.
  void lend(Packets &buffer);
  /// The packets, with their buffer.
  void take(Packets &packets);
  bool empty() const;
  /// The bytes of all packets.
  std::size_t size() const;
  /// A waiting acknowledgement that only repeats what the next one says better is replaced by it.
  void set_coalesce_sacks(bool coalesce);

  void set_readable() { readable_.store(true, std::memory_order_relaxed); }
  bool readable() const { return readable_.load(std::memory_order_relaxed); }
  bool take_readable() { return readable_.exchange(false, std::memory_order_relaxed); }

  /// After a tick: tells the owner, directly where it lives on the strand of `ticker`.
  void notify(const SctpTicker &ticker);
  /// The owner is about to go; called on its strand.
  void detach();

 private:
  bool replaces_waiting_sack(const std::uint8_t *packet, std::size_t size);

  const SctpTicker &ticker_;
  std::atomic<bool> readable_{false};
  mutable std::mutex mutex_;
  // Under the mutex.
  Owner *owner_;
  std::function<void()> wake_;
  Packets packets_;
  std::size_t waiting_sack_ = SIZE_MAX;  // Where it begins.
  bool coalesce_sacks_ = false;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_SCTP_SCTP_OUTBOX_HPP
