// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_BENCHMARK_BULK_HPP
#define PEERLANE_TESTS_BENCHMARK_BULK_HPP

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "pair.hpp"

namespace peerlane::benchmark {

using Pairs = std::vector<std::unique_ptr<Pair>>;

/// While it lives, a thread keeps the bulk channels of all pairs full, from first to second; it is
/// the only one that may use the first ends meanwhile.
class BulkSender {
 public:
  BulkSender(Pairs &pairs, int message_size);
  ~BulkSender();

 private:
  void run();

  Pairs &pairs_;
  const PackedByteArray message_;
  const int high_water_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

/// The second ends of all pairs. One thread.
class BulkReceiver {
 public:
  explicit BulkReceiver(Pairs &pairs);

  /// Counts anew what arrives in so many seconds.
  void receive_for(double time, const char *phase);

  double bytes = 0;
  double messages = 0;

 private:
  Pairs &pairs_;
  PollGroup group_;
  PackedByteArray packet_;
};

}  // namespace peerlane::benchmark

#endif  // PEERLANE_TESTS_BENCHMARK_BULK_HPP
