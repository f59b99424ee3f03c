// SPDX-License-Identifier: MIT
// A chat of two without any server: each copies one line to the other, by whatever way they have.
// The other end is this program again, or copy_paste_chat.html in a browser.
//
//   copy_paste_chat [--server <URL>]... [--username <name>] [--credential <password>]
//
// On one network no server is needed. Between two homes, a STUN server (stun:host) helps each end
// to learn its public address, and a TURN server (turn:host) relays where there is no direct way.
// Codes and messages go to standard output, everything else to standard error.

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <peerlane/peerlane.hpp>

#include "signal_code.hpp"
#include "terminal.hpp"

using namespace peerlane;
using namespace std::chrono_literals;

namespace {

// Wakes the loop up: written by the library's network thread, and by Ctrl-C.
int wakeup = -1;
volatile std::sig_atomic_t interrupted = 0;

void wake_up() {
  const std::uint64_t one = 1;
  // Can only fail when it is full, and then the loop wakes up anyway.
  [[maybe_unused]] const ssize_t written = write(wakeup, &one, sizeof one);
}

void interrupt(int) {
  interrupted = 1;
  wake_up();
}

void say(const std::string &text) { std::fprintf(stderr, "%s\n", text.c_str()); }

// What a stranger sends must not steer our terminal.
std::string printable(std::string text) {
  for (char &c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == 127) c = ' ';
  }
  return text;
}

class Chat {
 public:
  explicit Chat(std::shared_ptr<PeerConnection> connection) : connection_(std::move(connection)) {
    connection_->session_description_created.connect(connection_,
                                                     &PeerConnection::set_local_description);
    connection_->session_description_created.connect(
        [this](const std::string &type) { code_type_ = type; });
    connection_->data_channel_received.connect(this, &Chat::use);
    connection_->connection_state_changed.connect(this, &Chat::on_state);
    connection_->error_occurred.connect(
        [this](Error, const std::string &message) { last_error_ = message; });
    connection_->set_wakeup_handler(wake_up);
  }

  ~Chat() { connection_->close(); }

  // Returns the exit status.
  int run() {
    say("Paste the code that you got, or press Enter to make one:");
    terminal_.expect_code(true);
    while (!exit_status_) {
      connection_->poll();
      show_code();
      print_messages();
      if (phase_ == Phase::CODE) read_code();
      if (phase_ == Phase::OPEN) send_lines();
      if (interrupted) exit_status_ = 130;
      if (leave_by_ && std::chrono::steady_clock::now() > *leave_by_) exit_status_ = 0;
      if (!exit_status_) wait();
    }
    return *exit_status_;
  }

 private:
  enum class Phase {
    CODE,        // Waits for a code from the other end.
    CONNECTING,  // Has all that it needs.
    OPEN,        // Lines go back and forth.
    LEAVING,     // Our input has ended; what we said is still on its way.
  };

  // Without trickle the code is complete only when all addresses have been found.
  void show_code() {
    const auto gathering = connection_->get_gathering_state();
    if (code_type_.empty() || gathering != PeerConnection::GATHERING_STATE_COMPLETE) return;
    say("Send this code to the other end:\n");
    std::printf("%s\n", encode({code_type_, connection_->get_local_description()}).c_str());
    std::fflush(stdout);
    say(phase_ == Phase::CODE ? "\nPaste the code that you get back:"
                              : "\nWaiting for the other end.");
    code_type_.clear();
  }

  void read_code() {
    while (phase_ == Phase::CODE) {
      const std::optional<std::string> line = terminal_.next_line();
      if (!line) break;
      if (line->empty() && code_.empty()) {
        if (!channel_) make_offer();
        continue;
      }
      code_ += *line;
      if (const std::optional<Description> description = decode(code_)) {
        code_.clear();
        take(*description);
      } else if (line->empty() || !code_.starts_with("eyJ")) {  // base64 of {"
        code_.clear();
        say("That is no code. It begins with eyJ and is one long line. Please paste it again:");
      }
    }
    if (phase_ != Phase::CODE) {
      terminal_.expect_code(false);
    } else if (terminal_.at_end()) {
      say("The input has ended without a code from the other end.");
      exit_status_ = 1;
    } else if (!code_.empty()) {
      say("That is not all of the code. Paste the rest, or press Enter to begin it again:");
    }
  }

  void make_offer() {
    use(connection_->create_data_channel("chat"));
    if (connection_->create_offer() != Error::OK) {
      say(connection_->get_last_error_message());
      exit_status_ = 1;
    }
  }

  void take(const Description &description) {
    if (channel_ && description.type == "offer") {
      say("That code begins a chat, and so does yours.");
      say("Paste the one that the other end made from yours, or start again and paste this one:");
    } else if (!channel_ && description.type == "answer") {
      say("That code answers another one, but none was made here.");
      say("Paste a code that begins a chat, or press Enter to make one:");
    } else if (!accept(description)) {
      say("That code cannot be used: " + connection_->get_last_error_message());
      say("Please paste it again:");
    } else {
      phase_ = Phase::CONNECTING;
      answering_ = description.type == "offer";
    }
  }

  bool accept(const Description &description) {
    return connection_->set_remote_description(description.type, description.sdp) == Error::OK;
  }

  void use(std::shared_ptr<DataChannel> channel) {
    if (channel_) return;  // One lane is enough; the other one closes as its handle goes.
    channel_ = std::move(channel);
    channel_->set_write_mode(DataChannel::WRITE_MODE_TEXT);
    channel_->opened.connect([this] {
      phase_ = Phase::OPEN;
      say("Connected. Type a line and press Enter; Ctrl-D ends.");
    });
    channel_->closed.connect([this] {
      print_messages();
      if (phase_ != Phase::LEAVING) say("The other end has left.");
      exit_status_ = 0;
    });
  }

  void on_state(PeerConnection::ConnectionState state) {
    if (state == PeerConnection::STATE_DISCONNECTED) say("(nothing is heard from the other end)");
    if (state == PeerConnection::STATE_CLOSED && !exit_status_) {
      say("The other end has closed the connection.");
      exit_status_ = phase_ == Phase::CONNECTING ? 1 : 0;
    }
    if (state != PeerConnection::STATE_FAILED) return;
    // Who answers begins to knock at once, but the other door opens only when its owner has pasted
    // the answer. That may take minutes, and a late success still counts.
    if (phase_ == Phase::CONNECTING && answering_) {
      say("(no connection yet; if the other end has your code, there is no way between you)");
      return;
    }
    say("The connection has failed. " + last_error_);
    exit_status_ = 1;
  }

  void print_messages() {
    while (channel_ && channel_->get_available_packet_count() > 0) {
      std::printf("> %s\n", printable(get_string_from_utf8(channel_->get_packet())).c_str());
    }
    std::fflush(stdout);
  }

  // Lines wait in the terminal while the network is slower than the typist, or than a file.
  bool may_send() const { return channel_->get_buffered_amount() < 64 * 1024; }

  void send_lines() {
    while (may_send()) {
      const std::optional<std::string> line = terminal_.next_line();
      if (!line) break;
      if (line->empty() || channel_->put_packet(*line) == Error::OK) continue;
      say(channel_->get_last_error_message());
    }
    if (terminal_.at_end() && may_send()) {
      // Closing a channel sends what was accepted before.
      phase_ = Phase::LEAVING;
      channel_->close();
      leave_by_ = std::chrono::steady_clock::now() + 5s;
    }
  }

  void wait() {
    const bool listen = !terminal_.at_end() && (phase_ != Phase::OPEN || may_send());
    pollfd sources[] = {{wakeup, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
    if (::poll(sources, listen ? 2 : 1, leave_by_ ? 100 : -1) <= 0) return;
    if (sources[0].revents != 0) {
      std::uint64_t count = 0;
      [[maybe_unused]] const ssize_t drained = read(wakeup, &count, sizeof count);
    }
    if (sources[1].revents != 0) terminal_.read();
  }

  const std::shared_ptr<PeerConnection> connection_;
  std::shared_ptr<DataChannel> channel_;
  Terminal terminal_;
  Phase phase_ = Phase::CODE;
  bool answering_ = false;
  std::string code_type_;  // Of the description that was created and not yet shown.
  std::string code_;       // What was pasted of it so far.
  std::string last_error_;
  std::optional<std::chrono::steady_clock::time_point> leave_by_;
  std::optional<int> exit_status_;
};

// Godot and browsers take several servers with credentials of their own; one set is enough here.
std::optional<Configuration> configuration_from(int argc, char **argv) {
  IceServer server;
  for (int i = 1; i < argc; i += 2) {
    const std::string option = argv[i];
    if (i + 1 == argc) return std::nullopt;
    if (option == "--server") {
      server.urls.push_back(argv[i + 1]);
    } else if (option == "--username") {
      server.username = argv[i + 1];
    } else if (option == "--credential") {
      server.credential = argv[i + 1];
    } else {
      return std::nullopt;
    }
  }
  Configuration configuration;
  if (!server.urls.empty()) configuration.ice_servers.push_back(server);
  return configuration;
}

}  // namespace

int main(int argc, char **argv) {
  const std::optional<Configuration> configuration = configuration_from(argc, argv);
  if (!configuration) {
    std::fprintf(
        stderr,
        "usage: %s [--server <stun: or turn: URL>]... [--username <name>] [--credential <word>]\n",
        argv[0]);
    return 2;
  }
  const auto connection = PeerConnection::create();
  if (connection->initialize(*configuration) != Error::OK) {
    say(connection->get_last_error_message());
    return 2;
  }
  wakeup = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  std::signal(SIGINT, interrupt);
  std::signal(SIGTERM, interrupt);
  return Chat(connection).run();
}
