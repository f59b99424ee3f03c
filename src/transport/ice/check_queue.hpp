// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_ICE_CHECK_QUEUE_HPP
#define PEERLANE_TRANSPORT_ICE_CHECK_QUEUE_HPP

#include <cstddef>
#include <functional>
#include <list>

#include "core/timer.hpp"
#include "signaling/candidate.hpp"

namespace peerlane {

/// The peer's candidates that wait until libnice has room for their checks. Lives on the strand.
///
/// libnice remembers 200 requests, and a pair that finds no place among them fails without a word.
/// So what makes 180 pairs goes at once. The others follow in batches, each of which is over before
/// the next one: for that, checks are then repeated less often.
class CheckQueue {
 public:
  /// Of one generation; what makes more is left out.
  static constexpr std::size_t kMaxPairs = 1024;

  struct Agent {
    /// How many pairs the candidate makes with addresses of ours.
    std::function<std::size_t(const Candidate &candidate)> pairs_of;
    /// How often a check is sent that begins from now on.
    std::function<void(unsigned sends)> set_sends;
    std::function<void(const Candidate &candidate)> use;
  };
  CheckQueue(TimerQueue &timers, Agent agent);

  /// A new generation: everything anew.
  void begin();
  /// False where it is left out.
  bool add(const Candidate &candidate);
  bool empty() const { return waiting_.empty(); }
  /// Runs whenever the last one has gone.
  void on_empty(std::function<void()> task) { on_empty_ = std::move(task); }
  void stop();

 private:
  void next_batch();
  void use_what_fits();

  const Agent agent_;
  std::function<void()> on_empty_;
  Timer timer_;  // While a batch is under way.
  std::list<Candidate> waiting_;
  std::size_t pairs_ = 0;     // Of all, the waiting ones included.
  std::size_t used_ = 0;      // Of those that have gone.
  std::size_t in_batch_ = 0;  // Of the batch under way.
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_ICE_CHECK_QUEUE_HPP
