// SPDX-License-Identifier: MIT
// The second example of Godot's WebRTC tutorial: two chat objects that know each other only by
// name, and one signaling object that carries descriptions and candidates between them.
//
//   local_signaling [--reverse]
//
// --reverse connects the slots of each chat in the opposite order; nothing depends on it.

#include <cassert>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <peerlane/peerlane.hpp>

using namespace peerlane;
using namespace std::chrono_literals;

namespace {

class Chat;

// A local signaling server; the tutorial's autoload "Signaling".
class Signaling {
 public:
  void register_chat(Chat &chat);
  void send_session(const std::string &path, const std::string &type, const std::string &sdp);
  void send_candidate(const std::string &path, const std::string &mid, int index,
                      const std::string &sdp);

 private:
  Chat &find_other(const std::string &path);

  // We will store the two peers here.
  std::vector<Chat *> peers_;
};

// An example p2p chat client.
class Chat {
 public:
  Chat(Signaling &signaling, std::string path, bool reverse)
      : signaling_(signaling), path_(std::move(path)) {
    // Connect all functions. The chat owns its peer, so a plain pointer is safe here.
    const auto connect_send = [this] {
      peer->session_description_created.connect(this, &Chat::on_session);
    };
    const auto connect_set = [this] {
      peer->session_description_created.connect(peer, &PeerConnection::set_local_description);
    };
    peer->ice_candidate_created.connect(this, &Chat::on_ice_candidate);
    if (reverse) {
      connect_set();
      connect_send();
    } else {
      connect_send();
      connect_set();
    }
    // Register to the local signaling server.
    signaling_.register_chat(*this);
  }

  const std::string &path() const { return path_; }

  void process() {
    // Always poll the connection frequently.
    peer->poll();
    if (channel->get_ready_state() == DataChannel::STATE_OPEN) {
      while (channel->get_available_packet_count() > 0) {
        const std::string text = get_string_from_utf8(channel->get_packet());
        std::printf("%s received: %s\n", path_.c_str(), text.c_str());
        ++received;
      }
    }
  }

  void send_message(const std::string &message) { channel->put_packet(to_utf8_buffer(message)); }

  std::shared_ptr<PeerConnection> peer = PeerConnection::create();
  // Create negotiated data channel.
  std::shared_ptr<DataChannel> channel =
      peer->create_data_channel("chat", {.negotiated = true, .id = 1});
  int received = 0;

 private:
  void on_ice_candidate(const std::string &mid, int index, const std::string &sdp) {
    // Send the ICE candidate to the other peer via signaling server.
    signaling_.send_candidate(path_, mid, index, sdp);
  }

  void on_session(const std::string &type, const std::string &sdp) {
    // Send the session to the other peer via signaling server.
    signaling_.send_session(path_, type, sdp);
  }

  Signaling &signaling_;
  const std::string path_;
};

void Signaling::register_chat(Chat &chat) {
  assert(peers_.size() < 2);
  peers_.push_back(&chat);
  if (peers_.size() == 2) peers_[0]->peer->create_offer();
}

Chat &Signaling::find_other(const std::string &path) {
  // Find the other registered peer.
  for (Chat *peer : peers_) {
    if (peer->path() != path) return *peer;
  }
  assert(false && "a description or candidate came before the other peer");
  return *peers_[0];
}

void Signaling::send_session(const std::string &path, const std::string &type,
                             const std::string &sdp) {
  find_other(path).peer->set_remote_description(type, sdp);
}

void Signaling::send_candidate(const std::string &path, const std::string &mid, int index,
                               const std::string &sdp) {
  find_other(path).peer->add_ice_candidate(mid, index, sdp);
}

}  // namespace

int main(int argc, char **argv) {
  const bool reverse = argc == 2 && std::strcmp(argv[1], "--reverse") == 0;
  if (argc > 1 && !reverse) {
    std::fprintf(stderr, "usage: %s [--reverse]\n", argv[0]);
    return 2;
  }

  Signaling signaling;
  Chat p1(signaling, "/root/main/@@2", reverse);
  Chat p2(signaling, "/root/main/@@3", reverse);

  // Where the tutorial waits a second, this waits for the channels.
  p1.channel->opened.connect([&] { p1.send_message("Hi from " + p1.path()); });
  p2.channel->opened.connect([&] { p2.send_message("Hi from " + p2.path()); });

  PollGroup both;
  both.add(p1.peer);
  both.add(p2.peer);
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (p1.received == 0 || p2.received == 0) {
    if (std::chrono::steady_clock::now() > deadline) {
      std::fprintf(stderr, "local_signaling: not connected after 10 s; the peers are %s and %s\n",
                   p1.peer->get_stats().connection_state.c_str(),
                   p2.peer->get_stats().connection_state.c_str());
      return 1;
    }
    both.wait(16ms);
    p1.process();
    p2.process();
  }
  return 0;
}
