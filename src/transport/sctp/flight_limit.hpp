// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_SCTP_FLIGHT_LIMIT_HPP
#define PEERLANE_TRANSPORT_SCTP_FLIGHT_LIMIT_HPP

#include <cstddef>

#include "core/clock.hpp"

namespace peerlane {

/// Bounds what an association has under way, below what its congestion window would allow. The
/// window grows until something is lost; on a path with a deep queue that is megabytes too late,
/// and every message of a game waits behind them. Lives on the strand.
///
/// Where the least round trip of an interval lies far above the path's own, a queue stands
/// somewhere, and the limit falls to what the path carries without one (the idea of RFC 6817,
/// section 2.4.2). On a short path the queue is a socket's buffer, which overflows before it takes
/// time to pass; there losses tell, and the limit grows slowly where the window regains its size in
/// no time. On the shortest ones more than the stack carries in a round trip only stands in its
/// queues, and has left the processor's cache when its turn comes.
class FlightLimit {
 public:
  /// `in_flight`: bytes that are under way.
  void on_round_trip(Duration sample, std::size_t in_flight, TimePoint now);
  void on_retransmission(std::size_t in_flight, TimePoint now);

  std::size_t bytes() const;
  /// The path's own round trip, as far as seen; zero before the first sample.
  Duration least() const;

 private:
  void end_interval();
  void shrink(std::size_t to);

  static constexpr std::size_t kNoLimit = 16u << 20;
  std::size_t limit_ = kNoLimit;
  TimePoint interval_end_{};
  Duration interval_least_ = Duration::max();
  std::size_t interval_most_ = 0;  // In flight.
  TimePoint last_loss_{};
  // Where it began to shrink because of a queue: what was under way, and for how long. 0 where it
  // does not.
  std::size_t shrunk_from_ = 0;
  Duration slow_round_trip_{0};
  // Of this and of the last period: a path may get longer.
  TimePoint period_end_{};
  Duration least_ = Duration::max();
  Duration former_least_ = Duration::max();
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_SCTP_FLIGHT_LIMIT_HPP
