// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_SUPPORT_LOSSY_PIPE_HPP
#define PEERLANE_TESTS_SUPPORT_LOSSY_PIPE_HPP

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <span>
#include <vector>

#include "core/datagram_sink.hpp"
#include "core/timer.hpp"

namespace peerlane::test {

/// How a path treats datagrams. Probabilities are 0 to 1. Pure value.
struct PathProfile {
  double loss = 0;
  double duplicate = 0;
  double corrupt = 0;   ///< One bit is flipped.
  double truncate = 0;  ///< Cut at a random length, which may be 0.
  double reorder = 0;   ///< Held back by `reorder_delay`, so that later ones overtake it.
  Duration delay{0};
  Duration jitter{0};  ///< Up to so much more delay; keeps the order, unlike `reorder`.
  Duration reorder_delay = std::chrono::milliseconds(20);
  std::uint64_t bytes_per_second = 0;  ///< 0: no limit.
  /// How much may wait for the bandwidth; beyond it the tail is dropped.
  std::size_t queue_bytes = 64 * 1024;
  std::size_t mtu = 65535;  ///< Larger datagrams vanish without a word.
};

/// One direction of a bad path: takes datagrams where ICE would, and delivers them, or not, through
/// the TimerQueue. The same seed and the same input give the same output. Lives on the strand.
class LossyPipe final : public DatagramSink {
 public:
  using Receiver = std::function<void(ByteView)>;
  using Predicate = std::function<bool(ByteView)>;
  enum class Fate { PASS, DROP, DUPLICATE, HOLD_BACK };
  /// Decides about the datagram with this number, counted from 0, before the profile does.
  using Script = std::function<Fate(ByteView, std::size_t)>;

  struct Counters {
    std::uint64_t sent = 0;       ///< Handed in.
    std::uint64_t delivered = 0;  ///< Handed out, duplicates included.
    std::uint64_t dropped = 0;    ///< By loss, script, outage or a full queue.
    std::uint64_t bytes_sent = 0;
  };

  explicit LossyPipe(TimerQueue &timers, PathProfile profile = {}, std::uint64_t seed = 1);

  void set_receiver(Receiver receiver) { receiver_ = std::move(receiver); }
  /// For datagrams sent from now on.
  void set_profile(const PathProfile &profile) { profile_ = profile; }
  void set_script(Script script) { script_ = std::move(script); }
  /// Drops the `nth` datagram (from 0) for which the predicate is true. Replaces the script.
  void drop_nth(std::size_t nth, Predicate predicate);
  /// Nothing that is sent between the two times arrives.
  void add_outage(TimePoint from, TimePoint to) { outages_.push_back({from, to}); }
  /// Sees each datagram as it is handed in, before anything happens to it.
  void set_tap(Receiver tap) { tap_ = std::move(tap); }

  void send(std::span<const ByteView> datagrams) override;
  /// Delivers a datagram of a third party in the next turn, whatever the profile and the script
  /// say.
  void inject(ByteView datagram) { schedule(timers_.now(), datagram); }

  const Counters &counters() const { return counters_; }

 private:
  struct Outage {
    TimePoint from;
    TimePoint to;
  };
  void send_one(ByteView datagram);
  bool in_outage() const;
  void schedule(TimePoint arrival, ByteView datagram);
  void damage(PackedByteArray &datagram);
  /// When the last byte has passed the bottleneck; TimePoint::max() where the queue is full.
  TimePoint departure(std::size_t size);
  void deliver_due();
  bool chance(double probability);
  std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : random_() % bound; }

  TimerQueue &timers_;
  PathProfile profile_;
  std::mt19937_64 random_;
  Timer timer_;
  Receiver receiver_;
  Receiver tap_;
  Script script_;
  std::vector<Outage> outages_;
  std::multimap<TimePoint, PackedByteArray> in_flight_;  // Equal times stay in order.
  TimePoint link_free_{};
  TimePoint last_arrival_{};
  Counters counters_;
};

}  // namespace peerlane::test

#endif  // PEERLANE_TESTS_SUPPORT_LOSSY_PIPE_HPP
