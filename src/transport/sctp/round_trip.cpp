// SPDX-License-Identifier: MIT
#include "transport/sctp/round_trip.hpp"

#include <algorithm>
#include <utility>

#include "transport/sctp/wire.hpp"

namespace peerlane {

void RoundTrip::on_data_sent(std::uint32_t tsn, TimePoint now) {
  if (!pending_) pending_ = {tsn, now};
}

std::optional<Duration> RoundTrip::on_acknowledged(std::uint32_t cumulative_tsn, TimePoint now) {
  if (!pending_ || sctp_wire::later(pending_->tsn, cumulative_tsn)) return std::nullopt;
  return add(now - std::exchange(pending_, std::nullopt)->sent_at);
}

std::optional<Duration> RoundTrip::on_heartbeat_acknowledged(TimePoint now) {
  if (!heartbeat_sent_) return std::nullopt;
  return add(now - *std::exchange(heartbeat_sent_, std::nullopt));
}

Duration RoundTrip::add(Duration sample) {
  // Zero means unknown.
  sample = std::max(sample, Duration(1));
  smoothed_ = smoothed_ == Duration(0) ? sample : (smoothed_ * 7 + sample) / 8;
  return sample;
}

}  // namespace peerlane
