// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_SCTP_ROUND_TRIP_HPP
#define PEERLANE_TRANSPORT_SCTP_ROUND_TRIP_HPP

#include <cstdint>
#include <optional>

#include "core/clock.hpp"

namespace peerlane {

/// Measures the round trip of an association in microseconds, one packet at a time: usrsctp does so
/// in whole milliseconds of the wall clock. Lives on the strand.
class RoundTrip {
 public:
  /// A data packet with this TSN goes out, and another one behind it: what is acknowledged alone
  /// may be acknowledged late (RFC 9260 section 6.2).
  void on_data_sent(std::uint32_t tsn, TimePoint now);
  /// A data packet went out again. By Karn's rule its acknowledgement says nothing.
  void on_retransmission() { pending_.reset(); }
  /// The sample, where one was under way.
  std::optional<Duration> on_acknowledged(std::uint32_t cumulative_tsn, TimePoint now);

  void on_heartbeat_sent(TimePoint now) { heartbeat_sent_ = now; }
  std::optional<Duration> on_heartbeat_acknowledged(TimePoint now);

  /// Smoothed as in RFC 9260 section 6.3.1; zero before the first sample.
  Duration smoothed() const { return smoothed_; }

 private:
  struct Pending {
    std::uint32_t tsn;
    TimePoint sent_at;
  };
  Duration add(Duration sample);

  std::optional<Pending> pending_;
  std::optional<TimePoint> heartbeat_sent_;
  Duration smoothed_{0};
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_SCTP_ROUND_TRIP_HPP
