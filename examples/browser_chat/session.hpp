// SPDX-License-Identifier: MIT
#ifndef BROWSER_CHAT_SESSION_HPP
#define BROWSER_CHAT_SESSION_HPP

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <peerlane/peerlane.hpp>

#include "incoming_file.hpp"
#include "options.hpp"
#include "outgoing_file.hpp"
#include "signaling_socket.hpp"
#include "wake_source.hpp"

// One page: its WebSocket, the connection to it, and everything that goes over that. Both live and
// end together. Runs on the main loop's thread.
class Session {
 public:
  struct Handlers {
    std::function<void()> ready;  // wants_lines() has become true.
    std::function<void()> ended;  // May destroy the session.
  };

  // `options` must outlive this.
  Session(SoupWebsocketConnection *socket, const Options &options, Handlers handlers);
  ~Session();
  Session(const Session &) = delete;
  Session &operator=(const Session &) = delete;

  // Whether a line of chat can be sent now. Else it waits where it comes from.
  bool wants_lines() const;
  void send_line(const std::string &line);
  void send_file(const std::filesystem::path &path);
  // Another page takes over.
  void replace() { socket_.close(SignalingSocket::REPLACED); }

 private:
  void poll();
  void end(SignalingSocket::Code code);

  void on_signal(std::string_view text);
  void on_description(const std::string &type, const std::string &sdp);
  void on_candidate(const std::string &media, int index, const std::string &name);
  void on_state(peerlane::PeerConnection::ConnectionState state);
  void on_channel(std::shared_ptr<peerlane::DataChannel> channel);

  void on_chat_open();
  void on_chat_packets();
  void on_probes();
  std::string answer_to(std::string_view probe) const;

  const Options &options_;
  const Handlers handlers_;
  SignalingSocket socket_;
  const std::shared_ptr<peerlane::PeerConnection> connection_;
  WakeSource wake_;
  std::shared_ptr<peerlane::DataChannel> chat_;
  std::shared_ptr<peerlane::DataChannel> probes_;
  std::vector<std::unique_ptr<OutgoingFile>> outgoing_;
  std::vector<std::unique_ptr<IncomingFile>> incoming_;
  std::string last_error_;
  bool over_ = false;
};

#endif  // BROWSER_CHAT_SESSION_HPP
