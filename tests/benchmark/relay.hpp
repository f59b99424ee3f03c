// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_BENCHMARK_RELAY_HPP
#define PEERLANE_TESTS_BENCHMARK_RELAY_HPP

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "resources.hpp"
#include "udp_socket.hpp"

namespace peerlane::benchmark {

/// A long or bad path between the two peers of a Pair: a thread that passes their datagrams on
/// after half a round trip each, and loses some. It keeps batches of datagrams together as the
/// kernel does, and holds as many as come, so that it limits nothing itself.
class Relay {
 public:
  struct Path {
    double rtt_ms = 0;
    double loss_percent = 0;  ///< Of the datagrams in each direction, by a seeded dice.
  };

  explicit Relay(const Path &path);
  ~Relay();
  Relay(const Relay &) = delete;
  Relay &operator=(const Relay &) = delete;

  /// Leads a candidate through the relay; "" for one that it cannot serve. A Pair::CandidateFilter.
  std::string candidate(bool from_first, const std::string &candidate);
  /// For datagrams from now on.
  void set_loss(double percent) { loss_percent_ = percent; }

  struct Counters {
    double lost = 0;              ///< Datagrams, by the dice.
    double overflowed = 0;        ///< At the relay's sockets: it was the bottleneck.
    double peers_overflowed = 0;  ///< At the peers' own sockets.
    // By how much datagrams were passed on too late: a busy machine, not the library.
    double late_p99_ms = 0;
    double late_max_ms = 0;
  };
  /// While the peers still have their sockets.
  Counters counters() const;

 private:
  struct Batch {
    Clock::time_point due;
    std::vector<std::uint8_t> bytes;
    std::size_t segment;
  };
  /// What is on its way to one peer.
  struct Direction {
    std::atomic<std::uint16_t> port{0};  ///< The peer's own; 0 until its candidate is known.
    std::deque<Batch> waiting;
    std::mt19937_64 dice;
  };

  void run();
  void receive(int peer);
  void forward(int peer);
  void count_lateness(Clock::duration late, std::size_t datagrams);
  std::chrono::nanoseconds time_to_next() const;

  const Clock::duration delay_;
  std::atomic<double> loss_percent_;
  // sockets_[i] stands for peer i: the other one sends to it.
  UdpSocket sockets_[2] = {UdpSocket(UdpSocket::Batching::ON), UdpSocket(UdpSocket::Batching::ON)};
  Direction to_[2];
  std::vector<std::uint8_t> scratch_ = std::vector<std::uint8_t>(UdpSocket::kBatchBytes);
  std::atomic<std::uint64_t> lost_{0};
  std::atomic<std::int64_t> late_max_us_{0};
  // How many datagrams were so many steps late; the last one stands for everything above.
  static constexpr std::chrono::microseconds kLatenessStep{100};
  std::array<std::atomic<std::uint64_t>, 1000> lateness_{};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace peerlane::benchmark

#endif  // PEERLANE_TESTS_BENCHMARK_RELAY_HPP
