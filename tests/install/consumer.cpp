// SPDX-License-Identifier: MIT
// What every consumer project builds and runs: two peers in one process, one message. C++17, and
// compiled without exceptions and RTTI.
#include <peerlane/peerlane.hpp>

#include <chrono>
#include <cstdio>

using peerlane::DataChannel;
using peerlane::PeerConnection;

int main() {
  auto p1 = PeerConnection::create();
  auto p2 = PeerConnection::create();
  peerlane::DataChannelOptions options;
  options.negotiated = true;
  options.id = 1;
  auto ch1 = p1->create_data_channel("chat", options);
  auto ch2 = p2->create_data_channel("chat", options);

  p1->session_description_created.connect(p1, &PeerConnection::set_local_description);
  p1->session_description_created.connect(p2, &PeerConnection::set_remote_description);
  p1->ice_candidate_created.connect(p2, &PeerConnection::add_ice_candidate);
  p2->session_description_created.connect(p2, &PeerConnection::set_local_description);
  p2->session_description_created.connect(p1, &PeerConnection::set_remote_description);
  p2->ice_candidate_created.connect(p1, &PeerConnection::add_ice_candidate);
  p1->create_offer();

  bool sent = false;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (std::chrono::steady_clock::now() < deadline) {
    p1->poll();
    p2->poll();
    if (!sent && ch1->get_ready_state() == DataChannel::STATE_OPEN) {
      ch1->put_packet(peerlane::to_utf8_buffer("hello"));
      sent = true;
    }
    if (ch2->get_available_packet_count() > 0) {
      const bool same = peerlane::get_string_from_utf8(ch2->get_packet()) == "hello";
      std::puts(same ? "received hello" : "received something else");
      return same ? 0 : 1;
    }
    p1->wait(std::chrono::milliseconds(1));
  }
  std::puts("nothing received within 10 s");
  return 1;
}
