// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_SCTP_SCTP_TICKER_HPP
#define PEERLANE_TRANSPORT_SCTP_SCTP_TICKER_HPP

#include <vector>

#include "core/timer.hpp"
#include "transport/sctp/sctp_outbox.hpp"

namespace peerlane {

/// Drives the stack's timers from one strand, as long as it has associations there. Lives on the
/// strand.
///
/// The stack has one timer wheel for the process. Every strand ticks; whoever comes first passes on
/// the time that has gone by, so no strand depends on another one's life.
class SctpTicker {
 public:
  explicit SctpTicker(TimerQueue &timers);
  ~SctpTicker();
  SctpTicker(const SctpTicker &) = delete;
  SctpTicker &operator=(const SctpTicker &) = delete;

  void add(SctpOutbox::Owner &owner);
  void remove(SctpOutbox::Owner &owner);
  /// Data moves: a fine tick for a while, since retransmission waits for it.
  void touch();

  TimerQueue &timers() { return timers_; }

 private:
  void tick();
  void watch_wall_clock();
  Duration interval() const;

  TimerQueue &timers_;
  Timer timer_;
  std::vector<SctpOutbox::Owner *> owners_;
  TimePoint last_activity_{};
  Duration wall_offset_{};
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_SCTP_SCTP_TICKER_HPP
