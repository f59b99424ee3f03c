// SPDX-License-Identifier: MIT
#include "relay.hpp"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>

#include <algorithm>
#include <sstream>

namespace peerlane::benchmark {

Relay::Relay(const Path &path)
    : delay_(std::chrono::microseconds(static_cast<std::int64_t>(path.rtt_ms * 500))),
      loss_percent_(path.loss_percent) {
  to_[0].dice.seed(1);
  to_[1].dice.seed(2);
  thread_ = std::thread([this] { run(); });
}

Relay::~Relay() {
  stop_ = true;
  thread_.join();
}

std::string Relay::candidate(bool from_first, const std::string &candidate) {
  // candidate:<foundation> <component> <transport> <priority> <address> <port> typ host …
  std::istringstream words(candidate);
  std::vector<std::string> all;
  for (std::string word; words >> word;) all.push_back(word);
  if (all.size() < 8 || all[4] != "127.0.0.1" || all[7] != "host") return "";
  if (all[2] != "udp" && all[2] != "UDP") return "";
  const int peer = from_first ? 0 : 1;
  to_[peer].port = static_cast<std::uint16_t>(std::stoi(all[5]));
  all[5] = std::to_string(sockets_[peer].port());
  std::string rewritten;
  for (const std::string &word : all) rewritten += (rewritten.empty() ? "" : " ") + word;
  return rewritten;
}

Relay::Counters Relay::counters() const {
  Counters counters;
  counters.lost = static_cast<double>(lost_);
  counters.late_max_ms = 1e-3 * static_cast<double>(late_max_us_);
  std::uint64_t all = 0;
  for (const auto &each : lateness_) all += each;
  std::uint64_t later = all;
  for (const auto &each : lateness_) {
    later -= each;
    counters.late_p99_ms += 1e-3 * static_cast<double>(kLatenessStep.count());
    if (later <= all / 100) break;
  }
  for (int peer = 0; peer < 2; ++peer) {
    counters.overflowed += static_cast<double>(overflowed_at(sockets_[peer].port()));
    counters.peers_overflowed += static_cast<double>(overflowed_at(to_[peer].port));
  }
  return counters;
}

void Relay::run() {
  // The default lets a sleep take 50 us longer than asked for.
  prctl(PR_SET_TIMERSLACK, 1000);
  // A network does not wait until the machine has time for it. Needs privileges; without them the
  // counters of lateness tell what came of it.
  const sched_param priority{.sched_priority = 1};
  pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority);
  while (!stop_) {
    pollfd ready[2] = {{sockets_[0].descriptor(), POLLIN, 0},
                       {sockets_[1].descriptor(), POLLIN, 0}};
    const auto sleep = time_to_next();
    const timespec timeout{static_cast<time_t>(sleep.count() / 1'000'000'000),
                           static_cast<long>(sleep.count() % 1'000'000'000)};
    ppoll(ready, 2, &timeout, nullptr);
    for (int peer = 0; peer < 2; ++peer) {
      forward(peer);
      if (ready[peer].revents != 0) receive(peer);
      if (delay_ == Clock::duration::zero()) forward(peer);
    }
  }
}

void Relay::receive(int peer) {
  // A bound, since the other direction has its deadlines too.
  for (int i = 0; i < 32; ++i) {
    const auto received = sockets_[peer].receive(scratch_.data(), false);
    if (received.size == 0) return;
    const double loss = loss_percent_ / 100;
    Batch batch{Clock::now() + delay_, {}, received.segment};
    batch.bytes.reserve(received.size);
    for (std::size_t at = 0; at < received.size; at += received.segment) {
      const std::size_t end = std::min(at + received.segment, received.size);
      if (static_cast<double>(to_[peer].dice() >> 11) * 0x1.0p-53 < loss) {
        ++lost_;
      } else {
        batch.bytes.insert(batch.bytes.end(), scratch_.data() + at, scratch_.data() + end);
      }
    }
    if (!batch.bytes.empty()) to_[peer].waiting.push_back(std::move(batch));
  }
}

void Relay::forward(int peer) {
  Direction &way = to_[peer];
  if (way.waiting.empty()) return;
  const auto now = Clock::now();
  while (!way.waiting.empty() && way.waiting.front().due <= now) {
    const Batch &batch = way.waiting.front();
    count_lateness(now - batch.due, (batch.bytes.size() + batch.segment - 1) / batch.segment);
    // From the socket that stands for the other peer.
    if (way.port != 0) sockets_[1 - peer].send(way.port, ByteView(batch.bytes), batch.segment);
    way.waiting.pop_front();
  }
}

void Relay::count_lateness(Clock::duration late, std::size_t datagrams) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(late);
  late_max_us_ = std::max<std::int64_t>(late_max_us_, us.count());
  const auto step = static_cast<std::size_t>(us / kLatenessStep);
  lateness_[std::min(step, lateness_.size() - 1)] += datagrams;
}

std::chrono::nanoseconds Relay::time_to_next() const {
  // Also how long the end of the thread may take.
  auto next = Clock::now() + std::chrono::milliseconds(20);
  for (const Direction &way : to_) {
    if (!way.waiting.empty()) next = std::min(next, way.waiting.front().due);
  }
  return std::max(std::chrono::nanoseconds(0),
                  std::chrono::duration_cast<std::chrono::nanoseconds>(next - Clock::now()));
}

}  // namespace peerlane::benchmark
