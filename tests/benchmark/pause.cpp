// SPDX-License-Identifier: MIT
// A paused game: nobody polls one end for a long time while the peer goes on sending.
#include <atomic>
#include <memory>
#include <thread>

#include "measurements.hpp"
#include "output.hpp"
#include "pair.hpp"
#include "resources.hpp"

namespace peerlane::benchmark {

namespace {

/// How often the state of a connection changed after it was connected.
struct StateWatch {
  explicit StateWatch(Pair &pair) {
    for (const auto &end : {pair.first, pair.second}) {
      end->connection_state_changed.connect([this](PeerConnection::ConnectionState) { ++changes; });
    }
  }
  std::atomic<int> changes{0};
};

struct Lane {
  std::shared_ptr<DataChannel> from, to;
  std::atomic<int> accepted{0};  ///< Counted by the sender.
  int received = 0;              ///< Counted by the receiver.
};

/// The peer that does not pause: sends 60 packets a second on two lanes of one connection, and on
/// another one as much as it is allowed to.
class Peer {
 public:
  Peer(const Options &options, Pair &game, Pair &bulk)
      : reliable{game.reliable[0], game.reliable[1]},
        unreliable{game.unreliable[0], game.unreliable[1]},
        file{bulk.bulk[0], bulk.bulk[1]},
        options_(options),
        game_(game),
        bulk_(bulk),
        thread_([this] { run(); }) {}
  ~Peer() { stop(); }

  void stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }

  Lane reliable, unreliable, file;

 private:
  void run() {
    PackedByteArray packet(static_cast<std::size_t>(options_.size), 0x47);
    const PackedByteArray block(65536, 0x5A);
    const auto frame = std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(1.0 / options_.hz));
    for (auto next = Clock::now(); !stop_; std::this_thread::sleep_until(next)) {
      next += frame;
      game_.first->poll();
      bulk_.first->poll();
      for (Lane *lane : {&reliable, &unreliable}) {
        if (lane->from->put_packet(ByteView(packet)) == Error::OK) ++lane->accepted;
      }
      while (!stop_ && file.from->put_packet(ByteView(block)) == Error::OK) ++file.accepted;
    }
  }

  const Options options_;
  Pair &game_;
  Pair &bulk_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

void take_all(Lane &lane, PackedByteArray &packet) {
  while (lane.to->get_packet(packet)) ++lane.received;
}

}  // namespace

void measure_pause(const Options &options, Report &report) {
  Pair game;
  Pair bulk;
  game.connect();
  bulk.connect();
  StateWatch game_states(game);
  StateWatch bulk_states(bulk);
  Peer peer(options, game, bulk);
  PackedByteArray packet;
  const auto play = [&] {
    game.second->poll();
    bulk.second->poll();
    for (Lane *lane : {&peer.reliable, &peer.unreliable, &peer.file}) take_all(*lane, packet);
  };
  const Usage usage;
  while (usage.wall() < options.warmup) {
    play();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  const Usage pause;
  while (pause.wall() < options.seconds) {
    show_progress("paused, seconds", pause.wall(), options.seconds);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  // Everything that was accepted so far has to come now; more is sent meanwhile.
  const int game_due = peer.reliable.accepted;
  const int file_due = peer.file.accepted;
  double game_caught_up = -1;
  double file_caught_up = -1;
  const Usage resumed;
  while ((game_caught_up < 0 || file_caught_up < 0) && resumed.wall() < 30) {
    show_progress("catching up, seconds", resumed.wall(), 30);
    play();
    if (game_caught_up < 0 && peer.reliable.received >= game_due) game_caught_up = resumed.wall();
    if (file_caught_up < 0 && peer.file.received >= file_due) file_caught_up = resumed.wall();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  if (game_caught_up < 0) throw MeasurementError("the game did not catch up in 30 s");
  if (file_caught_up < 0) throw MeasurementError("the bulk transfer did not catch up in 30 s");
  const double busy = usage.cpu() / usage.wall();
  peer.stop();
  const Usage draining;
  const auto lost = [](const Lane &lane) { return lane.accepted - lane.received; };
  while (lost(peer.reliable) + lost(peer.file) > 0 && draining.wall() < 10) {
    play();
    game.first->poll();
    bulk.first->poll();
  }
  report.add("catch_up", 1e3 * game_caught_up, "ms");
  report.add("bulk_catch_up", 1e3 * file_caught_up, "ms");
  report.add("reliable_due", game_due, "");
  report.add("reliable_lost", lost(peer.reliable), "");
  report.add("unreliable_arrived", 100.0 * peer.unreliable.received / peer.unreliable.accepted,
             "%");
  report.add("bulk_lost", lost(peer.file), "");
  report.add("bulk_accepted", 65536e-6 * peer.file.accepted, "MB");
  report.add("state_changes", game_states.changes + bulk_states.changes, "");
  report.add("busy_cores", busy, "cores");
}

}  // namespace peerlane::benchmark
