// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_INTEROP_AGENT_HPP
#define PEERLANE_TESTS_INTEROP_AGENT_HPP

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "lane.hpp"
#include "peerlane/peerlane.hpp"

namespace peerlane::interop {

/// One peer connection that a runner steers by JSON lines; docs/interop.md has the protocol. Lives
/// on one thread.
class Agent {
 public:
  /// `write` gets each line that goes out; `wake` is called on any thread when `poll` has something
  /// to do.
  Agent(std::function<void(const Json &)> write, std::function<void()> wake);

  void handle(const Json &line);
  void poll();
  bool quitting() const { return quitting_; }

 private:
  void init(const Json &line);
  void create_channel(const Json &line);
  void offer(const Json &line);
  void description(const Json &line);
  void candidate(const Json &line);
  void send(const Json &line);
  void close_channel(const Json &line);
  void close();
  void stats();

  void wire_connection();
  void add_lane(const std::shared_ptr<DataChannel> &channel, bool remote);
  Lane *find_lane(const std::string &label);
  void emit_description(const std::string &type, const std::string &sdp);
  void emit_pending_description();
  void emit_state(const char *key, const char *word);
  void emit_error(const std::string &command, const std::string &message);
  bool check(const std::string &command, Error error);

  const std::function<void(const Json &)> write_;
  const std::function<void()> wake_;
  std::shared_ptr<PeerConnection> connection_;
  std::vector<std::unique_ptr<Lane>> lanes_;  // In the order of their creation.
  bool trickle_ = true;
  std::optional<std::string>
      waiting_for_candidates_;  // The type of the description that is held back.
  Json state_;
  bool quitting_ = false;
};

}  // namespace peerlane::interop

#endif  // PEERLANE_TESTS_INTEROP_AGENT_HPP
