// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_LIVENESS_HPP
#define PEERLANE_TRANSPORT_LIVENESS_HPP

#include "core/timer.hpp"

namespace peerlane {

/// Judges from authenticated traffic whether the peer is there. Lives on the strand.
///
/// This serves the purpose of RFC 7675, consent to receive, by other means: what counts is a record
/// that decrypts, and where none comes for three seconds the peer is asked for one. libnice's own
/// consent checks end a connection that loses a single answer, so they are off.
class Liveness {
 public:
  enum class Verdict { ALIVE, SILENT, LOST };

  class Listener {
   public:
    virtual void on_liveness(Verdict verdict) = 0;
    /// Nothing has come for a while: ask the peer for a sign of life. So many questions before this
    /// one have had no answer yet.
    virtual void on_quiet(unsigned unanswered) = 0;

   protected:
    ~Listener() = default;
  };

  /// `asks_first`: of two ends of this kind, the one that asks a little sooner, so that one
  /// question and its answer serve both.
  Liveness(TimerQueue &timers, Duration silent_after, Duration lost_after, bool asks_first,
           Listener &listener);

  /// From now on silence counts.
  void start();
  void stop();
  /// An authenticated datagram came. Cheap: the timer is not touched.
  void heard();
  /// Silence is counted anew, and a lost peer may come back: after an ICE restart.
  void revive();
  Verdict verdict() const { return verdict_; }

 private:
  void check();
  void wait_for_quiet();

  TimerQueue &timers_;
  const Duration silent_after_;
  const Duration lost_after_;
  const Duration quiet_after_;
  Listener &listener_;
  Timer timer_;
  TimePoint last_heard_{};
  Verdict verdict_ = Verdict::ALIVE;
  unsigned unanswered_ = 0;
  bool running_ = false;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_LIVENESS_HPP
