// SPDX-License-Identifier: MIT
#include "pair.hpp"

#include <thread>

#include "output.hpp"
#include "report.hpp"

namespace peerlane::benchmark {

Pair::Pair(const CandidateFilter &filter) {
  Configuration configuration;
  configuration.bind_address = "127.0.0.1";
  first = PeerConnection::create(configuration);
  second = PeerConnection::create(configuration);
  DataChannelOptions lane;
  lane.negotiated = true;
  const std::shared_ptr<PeerConnection> ends[2] = {first, second};
  for (int i = 0; i < 2; ++i) {
    lane.id = 1;
    lane.ordered = true;
    lane.max_retransmits.reset();
    reliable[i] = ends[i]->create_data_channel("reliable", lane);
    lane.id = 3;
    bulk[i] = ends[i]->create_data_channel("bulk", lane);
    lane.id = 2;
    lane.ordered = false;
    lane.max_retransmits = 0;
    unreliable[i] = ends[i]->create_data_channel("unreliable", lane);
  }
  for (int i = 0; i < 2; ++i) {
    const auto &from = ends[i];
    const auto &to = ends[1 - i];
    from->session_description_created.connect(from, &PeerConnection::set_local_description);
    from->session_description_created.connect(to, &PeerConnection::set_remote_description);
    const std::weak_ptr<PeerConnection> receiver = to;
    from->ice_candidate_created.connect(
        [receiver, filter, i](const std::string &media, int index, const std::string &candidate) {
          const std::string passed = filter ? filter(i == 0, candidate) : candidate;
          const auto alive = receiver.lock();
          if (alive && !passed.empty()) alive->add_ice_candidate(media, index, passed);
        });
  }
}

void Pair::start() { first->create_offer(); }

bool Pair::open() const {
  for (int i = 0; i < 2; ++i) {
    for (const auto &channel : {reliable[i], unreliable[i], bulk[i]}) {
      if (channel->get_ready_state() != DataChannel::STATE_OPEN) return false;
    }
  }
  return true;
}

void Pair::connect(std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  start();
  while (!open()) {
    if (std::chrono::steady_clock::now() > deadline) {
      throw MeasurementError("the channels did not open in time");
    }
    poll();
    if (!first->wait(std::chrono::milliseconds(0))) second->wait(std::chrono::milliseconds(1));
  }
}

PeerConnectionStats stats_of(const PeerConnection &connection) {
  connection.get_stats();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  return connection.get_stats();
}

std::vector<std::unique_ptr<Pair>> connect_pairs(int count) {
  std::vector<std::unique_ptr<Pair>> pairs;
  for (int i = 0; i < count; ++i) {
    show_progress("connecting pairs", i, count);
    pairs.push_back(std::make_unique<Pair>());
    pairs.back()->connect();
  }
  return pairs;
}

}  // namespace peerlane::benchmark
