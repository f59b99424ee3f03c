// SPDX-License-Identifier: MIT
#include "game_traffic.hpp"

#include <algorithm>
#include <cstring>
#include <thread>

#include "output.hpp"

namespace peerlane::benchmark {

namespace {

// As a file of so many bytes that is handed over at once.
constexpr int kFileBytes = 8 << 20;
constexpr auto kPatience = std::chrono::seconds(20);

std::int64_t now_ns() { return Clock::now().time_since_epoch().count(); }

}  // namespace

GameTraffic::GameTraffic(const Options &options)
    : options_(options), packet_(static_cast<std::size_t>(options.size), 0x47) {}

void GameTraffic::add_lane(Pair &pair, std::shared_ptr<DataChannel> (Pair::*channel)[2]) {
  if (std::find(pairs_.begin(), pairs_.end(), &pair) == pairs_.end()) pairs_.push_back(&pair);
  lanes_.push_back({(pair.*channel)[0], (pair.*channel)[1]});
}

void GameTraffic::add_bulk(Pair &pair) { bulk_ = &pair; }

void GameTraffic::play(const char *phase) {
  std::jthread receiver([this](const std::stop_token &stop) { receive_until(stop); });
  const auto frame =
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1.0 / options_.hz));
  const double time = options_.warmup + options_.seconds;
  const Usage usage;
  auto next = Clock::now();
  while (usage.wall() < time) {
    show_progress(phase, usage.wall(), time);
    measuring_ = usage.wall() >= options_.warmup;
    send_frame(measuring_);
    next += frame;
    std::this_thread::sleep_until(next);
  }
  measuring_ = false;
  const auto deadline = Clock::now() + kPatience;
  while (reliable_due_ > 0 && Clock::now() < deadline) {
    for (Pair *pair : pairs_) pair->first->poll();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  // An unreliable packet sent in the last frame is still under way.
  std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(options_.rtt + 50));
  receiver.request_stop();
  receiver.join();
  if (reliable_due_ > 0) throw MeasurementError("reliable packets did not arrive in 20 s");
}

void GameTraffic::send_frame(bool measured) {
  for (Pair *pair : pairs_) pair->first->poll();
  if (bulk_) fill_bulk();
  for (Lane &lane : lanes_) {
    // 0 where it is not measured.
    const std::int64_t stamp = measured ? now_ns() : 0;
    std::memcpy(packet_.data(), &stamp, sizeof stamp);
    const bool reliable = lane.from->get_max_retransmits() == 65535;
    if (measured && reliable) ++reliable_due_;
    if (lane.from->put_packet(ByteView(packet_)) != Error::OK) {
      throw MeasurementError("a game packet was refused");
    }
    if (measured) ++lane.sent;
  }
}

void GameTraffic::fill_bulk() {
  DataChannel &channel = *bulk_->bulk[0];
  while (channel.get_buffered_amount() < kFileBytes) {
    if (channel.put_packet(ByteView(bulk_message_)) != Error::OK) return;
  }
}

void GameTraffic::receive_until(const std::stop_token &stop) {
  PollGroup group;
  for (Pair *pair : pairs_) group.add(pair->second);
  PackedByteArray packet;
  while (!stop.stop_requested()) {
    group.wait(std::chrono::milliseconds(10));
    group.poll();
    for (Lane &lane : lanes_) {
      while (lane.to->get_packet(packet)) {
        std::int64_t stamp = 0;
        std::memcpy(&stamp, packet.data(), sizeof stamp);
        if (stamp == 0) continue;
        lane.delays.push_back(1e-6 * static_cast<double>(now_ns() - stamp));
        if (lane.to->get_max_retransmits() == 65535) --reliable_due_;
      }
    }
    while (bulk_ && bulk_->bulk[1]->get_packet(packet)) {
      if (measuring_) bulk_bytes_ += static_cast<double>(packet.size());
    }
  }
}

void report_lane(Report &report, const std::string &prefix, const GameTraffic::Lane &lane) {
  report.add(prefix + "_delay_p50", percentile(lane.delays, 0.5), "ms");
  report.add(prefix + "_delay_p99", percentile(lane.delays, 0.99), "ms");
  report.add(prefix + "_delay_max", percentile(lane.delays, 1), "ms");
  report.add(prefix + "_arrived",
             lane.sent > 0 ? 100.0 * static_cast<double>(lane.delays.size()) / lane.sent : 0, "%");
}

}  // namespace peerlane::benchmark
