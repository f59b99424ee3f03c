// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_BENCHMARK_GAME_TRAFFIC_HPP
#define PEERLANE_TESTS_BENCHMARK_GAME_TRAFFIC_HPP

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "options.hpp"
#include "pair.hpp"
#include "report.hpp"
#include "resources.hpp"

namespace peerlane::benchmark {

/// What a game does to its lanes: in each frame one packet goes out on every lane, and a thread at
/// the other ends, asleep in wait(), takes the time that each was under way.
class GameTraffic {
 public:
  explicit GameTraffic(const Options &options);

  /// A lane from the pair's first end to its second.
  void add_lane(Pair &pair, std::shared_ptr<DataChannel> (Pair::*channel)[2]);
  /// In each frame, before its packets, the bulk channel of the pair is filled up with as much as a
  /// file has.
  void add_bulk(Pair &pair);
  /// Warm-up and measurement, and then until every packet of the reliable lanes has arrived.
  void play(const char *phase);

  struct Lane {
    std::shared_ptr<DataChannel> from, to;
    int sent = 0;
    std::vector<double> delays;  ///< In ms; of the packets sent after the warm-up.
  };
  const Lane &lane(std::size_t index) const { return lanes_[index]; }
  double bulk_bytes() const { return bulk_bytes_; }  ///< Arrived while it measured.

 private:
  void send_frame(bool measured);
  void fill_bulk();
  bool all_arrived() const;
  void receive_until(const std::stop_token &stop);

  const Options options_;
  std::vector<Pair *> pairs_;
  std::deque<Lane> lanes_;
  Pair *bulk_ = nullptr;
  const PackedByteArray bulk_message_ = PackedByteArray(65536, 0x5A);
  PackedByteArray packet_;
  std::atomic<int> reliable_due_{0};  ///< Measured packets of reliable lanes still under way.
  std::atomic<bool> measuring_{false};
  double bulk_bytes_ = 0;
};

/// delay p50, p99 and max of a lane, and the share that arrived, under names that begin so.
void report_lane(Report &report, const std::string &prefix, const GameTraffic::Lane &lane);

}  // namespace peerlane::benchmark

#endif  // PEERLANE_TESTS_BENCHMARK_GAME_TRAFFIC_HPP
