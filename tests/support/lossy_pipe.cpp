// SPDX-License-Identifier: MIT
#include "support/lossy_pipe.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace peerlane::test {

LossyPipe::LossyPipe(TimerQueue &timers, PathProfile profile, std::uint64_t seed)
    : timers_(timers),
      profile_(profile),
      random_(seed),
      timer_(timers, [this] { deliver_due(); }) {}

void LossyPipe::drop_nth(std::size_t nth, Predicate predicate) {
  script_ = [nth, predicate = std::move(predicate), seen = std::size_t{0}](ByteView datagram,
                                                                           std::size_t) mutable {
    return predicate(datagram) && seen++ == nth ? Fate::DROP : Fate::PASS;
  };
}

void LossyPipe::send(std::span<const ByteView> datagrams) {
  for (ByteView datagram : datagrams) send_one(datagram);
}

void LossyPipe::send_one(ByteView datagram) {
  const std::size_t number = counters_.sent++;
  counters_.bytes_sent += datagram.size();
  if (tap_) tap_(datagram);
  const Fate fate = script_ ? script_(datagram, number) : Fate::PASS;
  // Each dice is thrown for each datagram, so that one setting does not shift the others' luck.
  const bool lost = chance(profile_.loss);
  const bool twice = chance(profile_.duplicate) || fate == Fate::DUPLICATE;
  const bool late = chance(profile_.reorder) || fate == Fate::HOLD_BACK;
  const auto extra = Duration(below(static_cast<std::uint64_t>(profile_.jitter.count()) + 1));
  const bool vanishes = lost || fate == Fate::DROP || datagram.size() > profile_.mtu || in_outage();
  const TimePoint departed = vanishes ? TimePoint::max() : departure(datagram.size());
  if (departed == TimePoint::max()) {
    ++counters_.dropped;
    return;
  }
  TimePoint arrival = departed + profile_.delay + extra;
  if (late) {
    arrival += profile_.reorder_delay;
  } else {
    arrival = last_arrival_ = std::max(arrival, last_arrival_);
  }
  PackedByteArray bytes(datagram.begin(), datagram.end());
  damage(bytes);
  schedule(arrival, bytes);
  if (twice) schedule(arrival, bytes);
}

bool LossyPipe::in_outage() const {
  const TimePoint now = timers_.now();
  return std::any_of(outages_.begin(), outages_.end(),
                     [now](const Outage &outage) { return now >= outage.from && now < outage.to; });
}

TimePoint LossyPipe::departure(std::size_t size) {
  const TimePoint now = timers_.now();
  if (profile_.bytes_per_second == 0) return now;
  link_free_ = std::max(link_free_, now);
  const auto waiting = static_cast<std::uint64_t>((link_free_ - now).count()) *
                       profile_.bytes_per_second / 1'000'000;
  if (waiting + size > profile_.queue_bytes) return TimePoint::max();
  link_free_ += Duration(size * 1'000'000 / profile_.bytes_per_second);
  return link_free_;
}

void LossyPipe::damage(PackedByteArray &datagram) {
  if (chance(profile_.corrupt) && !datagram.empty()) {
    const std::uint64_t bit = below(datagram.size() * 8);
    datagram[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
  }
  if (chance(profile_.truncate)) datagram.resize(below(datagram.size()));
}

void LossyPipe::schedule(TimePoint arrival, ByteView datagram) {
  in_flight_.emplace(arrival, PackedByteArray(datagram.begin(), datagram.end()));
  timer_.arm_at(in_flight_.begin()->first);
}

void LossyPipe::deliver_due() {
  std::vector<PackedByteArray> due;
  // First all out, then delivered: what the receiver causes to be sent belongs to the next turn.
  const auto end = in_flight_.upper_bound(timers_.now());
  for (auto next = in_flight_.begin(); next != end; ++next) due.push_back(std::move(next->second));
  in_flight_.erase(in_flight_.begin(), end);
  if (!in_flight_.empty()) timer_.arm_at(in_flight_.begin()->first);
  for (const PackedByteArray &datagram : due) {
    ++counters_.delivered;
    if (!receiver_) continue;
    // An exact heap block, so that a sanitizer sees any read beyond the datagram.
    const std::unique_ptr<std::uint8_t[]> exact(new std::uint8_t[datagram.size()]);
    std::copy(datagram.begin(), datagram.end(), exact.get());
    receiver_(ByteView(exact.get(), datagram.size()));
  }
}

bool LossyPipe::chance(double probability) {
  // By hand: the standard's distributions differ between implementations.
  const double dice = static_cast<double>(random_() >> 11) * 0x1.0p-53;
  return dice < probability;
}

}  // namespace peerlane::test
