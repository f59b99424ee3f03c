// SPDX-License-Identifier: MIT
#include "transport/sctp/flight_limit.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace peerlane {

namespace {

using namespace std::chrono_literals;

constexpr Duration kPeriod = 10s;
// Shorter ones would take a scheduler's hiccup for a queue.
constexpr Duration kLeastInterval = 20ms;
// A queue of so much delay may stand: a game does not see it, and the path never runs dry.
constexpr Duration kLeastQueue = 10ms;
constexpr int kQueueShare = 4;       // Or so much of the round trip: a quarter.
constexpr double kLeastShare = 0.5;  // Not all at once: a sample may be wrong.
constexpr Duration kShortPath = 5ms;
// No processor carries more than so much in such a time through this stack. Half of it is as fast
// for large messages, and slower for small ones.
constexpr Duration kShortestPath = 1ms;
constexpr std::size_t kMostOnShortestPath = 1u << 20;
constexpr Duration kBetweenLosses = 20ms;
constexpr std::size_t kFloor = 16u << 10;
constexpr std::size_t kFloorOnShortPath = 64u << 10;

}  // namespace

std::size_t FlightLimit::bytes() const {
  const Duration path = least();
  const bool shortest = path > Duration(0) && path < kShortestPath;
  return shortest ? std::min(limit_, kMostOnShortestPath) : limit_;
}

Duration FlightLimit::least() const {
  const Duration least = std::min(least_, former_least_);
  return least == Duration::max() ? Duration(0) : least;
}

void FlightLimit::on_round_trip(Duration sample, std::size_t in_flight, TimePoint now) {
  if (now >= period_end_) {
    period_end_ = now + kPeriod;
    former_least_ = std::exchange(least_, Duration::max());
  }
  least_ = std::min(least_, sample);
  interval_least_ = std::min(interval_least_, sample);
  interval_most_ = std::max(interval_most_, in_flight);
  if (now < interval_end_) return;
  end_interval();
  // What has changed by this shows one round trip later, the queue included.
  interval_end_ = now + std::max(kLeastInterval, interval_least_);
  interval_least_ = Duration::max();
  interval_most_ = 0;
}

void FlightLimit::end_interval() {
  const std::size_t in_flight = interval_most_;
  const Duration path = least();
  const Duration allowed = path + std::max(kLeastQueue, path / kQueueShare);
  if (interval_least_ <= allowed) {
    shrunk_from_ = 0;
    if (in_flight * 2 > limit_) limit_ = std::min(limit_ + limit_ / 8, kNoLimit);
    return;
  }
  if (shrunk_from_ == 0) {
    shrunk_from_ = in_flight;
    slow_round_trip_ = interval_least_;
  } else if (in_flight * 4 < shrunk_from_ && interval_least_ * 5 > slow_round_trip_ * 4) {
    // Much less is under way, and it takes as long as before: the path itself has got longer.
    least_ = former_least_ = interval_least_;
    shrunk_from_ = 0;
    return;
  }
  const double share =
      static_cast<double>(allowed.count()) / static_cast<double>(interval_least_.count());
  shrink(static_cast<std::size_t>(static_cast<double>(in_flight) * std::max(share, kLeastShare)));
}

void FlightLimit::on_retransmission(std::size_t in_flight, TimePoint now) {
  // On a longer path the congestion window does as it should.
  if (least() == Duration(0) || least() > kShortPath || now - last_loss_ < kBetweenLosses) return;
  last_loss_ = now;
  shrink(in_flight / 10 * 7);
}

void FlightLimit::shrink(std::size_t to) {
  const std::size_t floor = least() > kShortPath ? kFloor : kFloorOnShortPath;
  limit_ = std::clamp(to, floor, limit_ < floor ? floor : limit_);
}

}  // namespace peerlane
