// SPDX-License-Identifier: MIT
// Two peers in one process: the minimal example of Godot's WebRTC tutorial, line by line. The
// tutorial sends one second after the offer and hopes; this sends when the channels open, and ends
// when both messages have arrived.
//
//   loopback [--verbose]

#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>

#include <peerlane/peerlane.hpp>

using namespace peerlane;
using namespace std::chrono_literals;

namespace {

double milliseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

const char *name_of(PeerConnection::ConnectionState state) {
  static const char *const names[] = {"new",          "connecting", "connected",
                                      "disconnected", "failed",     "closed"};
  return names[state];
}

const char *name_of(DataChannel::ChannelState state) {
  static const char *const names[] = {"connecting", "open", "closing", "closed"};
  return names[state];
}

}  // namespace

int main(int argc, char **argv) {
  const bool verbose = argc == 2 && std::strcmp(argv[1], "--verbose") == 0;
  if (argc > 1 && !verbose) {
    std::fprintf(stderr, "usage: %s [--verbose]\n", argv[0]);
    return 2;
  }
  const auto start = std::chrono::steady_clock::now();

  // Create the two peers.
  auto p1 = PeerConnection::create();
  auto p2 = PeerConnection::create();
  // And a negotiated channel for each peer.
  auto ch1 = p1->create_data_channel("chat", {.negotiated = true, .id = 1});
  auto ch2 = p2->create_data_channel("chat", {.negotiated = true, .id = 1});

  // Connect P1 session created to itself to set local description.
  p1->session_description_created.connect(p1, &PeerConnection::set_local_description);
  // Connect P1 session and ICE created to P2 set remote description and candidates.
  p1->session_description_created.connect(p2, &PeerConnection::set_remote_description);
  p1->ice_candidate_created.connect(p2, &PeerConnection::add_ice_candidate);
  // Same for P2.
  p2->session_description_created.connect(p2, &PeerConnection::set_local_description);
  p2->session_description_created.connect(p1, &PeerConnection::set_remote_description);
  p2->ice_candidate_created.connect(p1, &PeerConnection::add_ice_candidate);

  // Each sends its message as soon as its channel is open.
  ch1->opened.connect([&] { ch1->put_packet(to_utf8_buffer("Hi from P1")); });
  ch2->opened.connect([&] { ch2->put_packet(to_utf8_buffer("Hi from P2")); });

  // What the tutorial does not show: errors, and with --verbose how it goes.
  std::string last_error = "nothing came in time";
  int open_channels = 0;
  for (auto &[name, peer, channel] : {std::tuple("P1", p1, ch1), std::tuple("P2", p2, ch2)}) {
    peer->error_occurred.connect(
        [&last_error, name = name](Error error, const std::string &message) {
          last_error = std::string(name) + ": " + error_name(error) + ": " + message;
        });
    if (!verbose) continue;
    peer->connection_state_changed.connect(
        [name = name, start](PeerConnection::ConnectionState state) {
          std::printf("%8.2f ms  %s is %s\n", milliseconds_since(start), name, name_of(state));
        });
    channel->opened.connect([&open_channels, name = name, start] {
      std::printf("%8.2f ms  %s: channel open\n", milliseconds_since(start), name);
      if (++open_channels == 2) std::printf("connected in %.2f ms\n", milliseconds_since(start));
    });
  }

  // Let P1 create the offer.
  p1->create_offer();

  // A game polls once a frame; this program has nothing else to do and sleeps until there is
  // something to deliver.
  PollGroup both;
  both.add(p1);
  both.add(p2);

  int received = 0;
  while (received < 2 && milliseconds_since(start) < 10'000 &&
         p1->get_connection_state() != p1->STATE_FAILED) {
    both.wait(16ms);
    // Poll connections.
    p1->poll();
    p2->poll();
    // Check for messages.
    if (ch1->get_ready_state() == ch1->STATE_OPEN && ch1->get_available_packet_count() > 0) {
      std::printf("P1 received: %s\n", get_string_from_utf8(ch1->get_packet()).c_str());
      ++received;
    }
    if (ch2->get_ready_state() == ch2->STATE_OPEN && ch2->get_available_packet_count() > 0) {
      std::printf("P2 received: %s\n", get_string_from_utf8(ch2->get_packet()).c_str());
      ++received;
    }
  }
  if (received == 2) return 0;

  std::fprintf(
      stderr,
      "loopback: no messages after %.0f ms; P1 is %s, its channel %s; P2 is %s, its channel %s\n",
      milliseconds_since(start), name_of(p1->get_connection_state()),
      name_of(ch1->get_ready_state()), name_of(p2->get_connection_state()),
      name_of(ch2->get_ready_state()));
  std::fprintf(stderr, "loopback: %s\n", last_error.c_str());
  return 1;
}
