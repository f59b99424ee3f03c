// SPDX-License-Identifier: MIT
#include "agent.hpp"

#include <utility>

namespace peerlane::interop {

namespace {

const char *connection_word(PeerConnection::ConnectionState state) {
  static constexpr const char *kWords[] = {"new",          "connecting", "connected",
                                           "disconnected", "failed",     "closed"};
  return kWords[state];
}

const char *ice_word(PeerConnection::ConnectionState state) {
  static constexpr const char *kWords[] = {"new",          "checking", "connected",
                                           "disconnected", "failed",   "closed"};
  return kWords[state];
}

const char *gathering_word(PeerConnection::GatheringState state) {
  static constexpr const char *kWords[] = {"new", "gathering", "complete"};
  return kWords[state];
}

const char *signaling_word(PeerConnection::SignalingState state) {
  static constexpr const char *kWords[] = {"stable",
                                           "have-local-offer",
                                           "have-remote-offer",
                                           "have-local-pranswer",
                                           "have-remote-pranswer",
                                           "closed"};
  return kWords[state];
}

Json candidate_line(const IceCandidateStats &candidate) {
  return {{"type", candidate.type},
          {"protocol", candidate.transport},
          {"address", candidate.address},
          {"port", candidate.port}};
}

}  // namespace

Agent::Agent(std::function<void(const Json &)> write, std::function<void()> wake)
    : write_(std::move(write)), wake_(std::move(wake)) {
  write_({{"ev", "ready"}, {"impl", "peerlane"}, {"version", PEERLANE_VERSION}});
}

void Agent::handle(const Json &line) {
  const std::string command = text_field(line, "cmd");
  if (command == "init") return init(line);
  if (command == "quit") {
    if (connection_) connection_->close();
    quitting_ = true;
    return;
  }
  const bool description_line = command.empty() && !text_field(line, "type").empty();
  const bool candidate_line = command.empty() && line.contains("candidate");
  if (!connection_) return emit_error(command, "init comes first");
  if (description_line) return description(line);
  if (candidate_line) return candidate(line);
  if (command == "channel") return create_channel(line);
  if (command == "offer") return offer(line);
  if (command == "send") return send(line);
  if (command == "close-channel") return close_channel(line);
  if (command == "close") return close();
  if (command == "stats") return stats();
  emit_error(command, "no such command");
}

void Agent::init(const Json &line) {
  Configuration configuration;
  // A runner may put all peers on one machine that has nothing but loopback.
  configuration.enable_loopback = true;
  const Json given = field(line, "config");
  if (text_field(given, "iceTransportPolicy") == "relay") {
    configuration.ice_transport_policy = IceTransportPolicy::RELAY;
  }
  for (const Json &server : field_or(given, "iceServers", Json::array())) {
    IceServer parsed;
    const Json urls = field(server, "urls");
    parsed.urls = urls.is_string() ? std::vector<std::string>{urls.get<std::string>()}
                                   : urls.get<std::vector<std::string>>();
    parsed.username = text_field(server, "username");
    parsed.credential = text_field(server, "credential");
    configuration.ice_servers.push_back(std::move(parsed));
  }
  lanes_.clear();
  waiting_for_candidates_.reset();
  trickle_ = field_or(line, "trickle", true);
  state_ = {{"ev", "state"},
            {"connection", "new"},
            {"ice", "new"},
            {"gathering", "new"},
            {"signaling", "stable"}};
  connection_ = PeerConnection::create();
  wire_connection();
  if (check("init", connection_->initialize(configuration))) {
    write_({{"ev", "inited"}});
  } else {
    connection_.reset();
  }
}

void Agent::wire_connection() {
  connection_->session_description_created.connect(
      [this](const std::string &type, const std::string &sdp) {
        if (check(type, connection_->set_local_description(type, sdp))) emit_description(type, sdp);
      });
  connection_->ice_candidate_created.connect(
      [this](const std::string &media, int index, const std::string &name) {
        if (trickle_) write_({{"candidate", name}, {"sdpMid", media}, {"sdpMLineIndex", index}});
      });
  connection_->data_channel_received.connect(
      [this](const std::shared_ptr<DataChannel> &channel) { add_lane(channel, true); });
  // By the states that the signals name, not by the getters: each state passed is a line.
  connection_->connection_state_changed.connect([this](PeerConnection::ConnectionState state) {
    state_["ice"] = ice_word(state);
    emit_state("connection", connection_word(state));
  });
  connection_->signaling_state_changed.connect([this](PeerConnection::SignalingState state) {
    emit_state("signaling", signaling_word(state));
  });
  connection_->gathering_state_changed.connect([this](PeerConnection::GatheringState state) {
    emit_state("gathering", gathering_word(state));
    if (state != PeerConnection::GATHERING_STATE_COMPLETE) return;
    emit_pending_description();
    if (trickle_) write_({{"ev", "end-of-candidates"}});
  });
  connection_->error_occurred.connect([this](Error error, const std::string &message) {
    emit_error("", std::string(error_name(error)) + ": " + message);
  });
  connection_->set_wakeup_handler(wake_);
}

void Agent::add_lane(const std::shared_ptr<DataChannel> &channel, bool remote) {
  lanes_.push_back(std::make_unique<Lane>(channel, remote, write_));
}

Lane *Agent::find_lane(const std::string &label) {
  // Labels need not be unique: the newest that lives, else the newest.
  Lane *newest = nullptr;
  for (auto lane = lanes_.rbegin(); lane != lanes_.rend(); ++lane) {
    if ((*lane)->label() != label) continue;
    if ((*lane)->live()) return lane->get();
    if (newest == nullptr) newest = lane->get();
  }
  return newest;
}

void Agent::create_channel(const Json &line) {
  const Json given = field(line, "options");
  DataChannelOptions options;
  options.ordered = field_or(given, "ordered", true);
  options.negotiated = field_or(given, "negotiated", false);
  options.protocol = text_field(given, "protocol");
  options.id = optional_field<int>(given, "id");
  options.max_retransmits = optional_field<int>(given, "maxRetransmits");
  options.max_packet_life_time = optional_field<int>(given, "maxPacketLifeTime");
  const std::shared_ptr<DataChannel> channel =
      connection_->create_data_channel(text_field(line, "label"), options);
  if (!channel) return emit_error("channel", connection_->get_last_error_message());
  add_lane(channel, false);
}

void Agent::offer(const Json &line) {
  if (field_or(line, "iceRestart", false) && !check("offer", connection_->restart_ice())) return;
  check("offer", connection_->create_offer());
}

void Agent::description(const Json &line) {
  const std::string type = text_field(line, "type");
  check(type, connection_->set_remote_description(type, text_field(line, "sdp")));
}

void Agent::candidate(const Json &line) {
  const Json index = field(line, "sdpMLineIndex");
  check("candidate", connection_->add_ice_candidate(text_field(line, "sdpMid"),
                                                    index.is_number() ? index.get<int>() : 0,
                                                    text_field(line, "candidate")));
}

void Agent::send(const Json &line) {
  Lane *lane = find_lane(text_field(line, "ch"));
  if (lane == nullptr) return emit_error("send", "no channel has this label");
  lane->send(line);
}

void Agent::close_channel(const Json &line) {
  Lane *lane = find_lane(text_field(line, "ch"));
  if (lane == nullptr) return emit_error("close-channel", "no channel has this label");
  lane->close();
}

void Agent::close() {
  connection_->close();
  state_["ice"] = "closed";
  state_["signaling"] = "closed";
  emit_state("connection", "closed");
  write_({{"ev", "closed"}});
}

void Agent::stats() {
  const PeerConnectionStats stats = connection_->get_stats();
  write_({{"ev", "stats"},
          {"roundTripTime", stats.round_trip_time},
          {"bytesSent", stats.bytes_sent},
          {"bytesReceived", stats.bytes_received},
          {"packetsSent", stats.packets_sent},
          {"packetsReceived", stats.packets_received},
          {"messagesSent", stats.messages_sent},
          {"messagesReceived", stats.messages_received},
          {"retransmissions", stats.retransmissions},
          {"localCandidate", candidate_line(stats.local_candidate)},
          {"remoteCandidate", candidate_line(stats.remote_candidate)},
          {"dropped", stats.dropped}});
}

void Agent::poll() {
  if (connection_) connection_->poll();
}

void Agent::emit_description(const std::string &type, const std::string &sdp) {
  if (trickle_) {
    write_({{"type", type}, {"sdp", sdp}});
    return;
  }
  waiting_for_candidates_ = type;
  if (connection_->get_gathering_state() == PeerConnection::GATHERING_STATE_COMPLETE)
    emit_pending_description();
}

void Agent::emit_pending_description() {
  if (!waiting_for_candidates_) return;
  write_({{"type", *waiting_for_candidates_}, {"sdp", connection_->get_local_description()}});
  waiting_for_candidates_.reset();
}

void Agent::emit_state(const char *key, const char *word) {
  state_[key] = word;
  write_(state_);
}

void Agent::emit_error(const std::string &command, const std::string &message) {
  write_({{"ev", "error"}, {"cmd", command}, {"error", message}});
}

bool Agent::check(const std::string &command, Error error) {
  if (error == Error::OK) return true;
  emit_error(command,
             std::string(error_name(error)) + ": " + connection_->get_last_error_message());
  return false;
}

}  // namespace peerlane::interop
