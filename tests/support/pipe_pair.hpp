// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_SUPPORT_PIPE_PAIR_HPP
#define PEERLANE_TESTS_SUPPORT_PIPE_PAIR_HPP

#include <cstdint>

#include "support/lossy_pipe.hpp"
#include "support/virtual_strand.hpp"

namespace peerlane::test {

/// Two ends, "a" and "b", a path between them in each direction, and the strand that drives all of
/// it.
///
/// Whoever tests a layer constructs its two transports on `strand.timers` with `a_to_b` and
/// `b_to_a` below them, and connects receive() by wire().
class PipePair {
 public:
  explicit PipePair(const PathProfile &profile = {}, std::uint64_t seed = 1)
      : a_to_b(strand.timers, profile, seed * 2), b_to_a(strand.timers, profile, seed * 2 + 1) {}

  /// Anything with receive(ByteView).
  template <class A, class B>
  void wire(A &a, B &b) {
    a_to_b.set_receiver([&b](ByteView datagram) { b.receive(datagram); });
    b_to_a.set_receiver([&a](ByteView datagram) { a.receive(datagram); });
  }

  VirtualStrand strand;
  LossyPipe a_to_b;
  LossyPipe b_to_a;
};

}  // namespace peerlane::test

#endif  // PEERLANE_TESTS_SUPPORT_PIPE_PAIR_HPP
