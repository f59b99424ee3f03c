// SPDX-License-Identifier: MIT
#include "session.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "terminal.hpp"
#include "text.hpp"

using namespace peerlane;

namespace {

// Of chat that waits for the network.
constexpr int kHighMark = 64 << 10;
constexpr std::ptrdiff_t kFilesAtATime = 8;
constexpr std::size_t kLongestProbe = 32;

Configuration configuration() {
  Configuration configuration;
  // The page is on this machine, and may have no other way to it.
  configuration.enable_loopback = true;
  return configuration;
}

// Cuts the first line off.
std::string take_line(std::string_view &text) {
  const std::size_t end = text.find('\n');
  std::string line(text.substr(0, end));
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

std::string path_end(const IceCandidateStats &end) {
  return end.type + " " + end.transport + " " + end.address + " " + std::to_string(end.port);
}

}  // namespace

Session::Session(SoupWebsocketConnection *socket, const Options &options, Handlers handlers)
    : options_(options),
      handlers_(std::move(handlers)),
      socket_(socket, {[this](std::string_view text) { on_signal(text); },
                       [this] {
                         say("The page has gone.");
                         handlers_.ended();
                       }}),
      connection_(PeerConnection::create(configuration())),
      wake_([this] { poll(); }) {
  connection_->session_description_created.connect(this, &Session::on_description);
  connection_->ice_candidate_created.connect(this, &Session::on_candidate);
  connection_->connection_state_changed.connect(this, &Session::on_state);
  connection_->data_channel_received.connect(this, &Session::on_channel);
  connection_->error_occurred.connect(
      [this](Error, const std::string &message) { last_error_ = message; });
  // Runs on the library's network thread, which only rings; we poll on ours.
  connection_->set_wakeup_handler([this] { wake_.wake(); });

  chat_ = connection_->create_data_channel("chat");
  chat_->set_write_mode(DataChannel::WRITE_MODE_TEXT);
  chat_->set_buffered_amount_low_threshold(kHighMark / 2);
  chat_->opened.connect(this, &Session::on_chat_open);
  chat_->packet_received.connect(this, &Session::on_chat_packets);
  chat_->buffered_amount_low.connect([this] { handlers_.ready(); });
  // A late probe is worth nothing: a new one is under way.
  DataChannelOptions probes;
  probes.ordered = false;
  probes.max_retransmits = 0;
  probes_ = connection_->create_data_channel("probes", probes);
  probes_->set_write_mode(DataChannel::WRITE_MODE_TEXT);
  probes_->packet_received.connect(this, &Session::on_probes);
  connection_->create_offer();
}

Session::~Session() {
  connection_->set_wakeup_handler(nullptr);
  connection_->close();
}

// Once for each wake-up. What the slots leave behind is cleared away here, where none of them runs.
void Session::poll() {
  connection_->poll();
  std::erase_if(outgoing_, [](const auto &file) { return file->is_finished(); });
  std::erase_if(incoming_, [](const auto &file) { return file->is_finished(); });
  if (over_) handlers_.ended();
}

void Session::end(SignalingSocket::Code code) {
  socket_.close(code);
  over_ = true;
  wake_.wake();
}

void Session::on_signal(std::string_view text) {
  const std::string kind = take_line(text);
  Error error = Error::ERR_INVALID_DATA;
  if (kind == "answer") {
    error = connection_->set_remote_description(kind, std::string(text));
  } else if (kind == "candidate") {
    const std::string media = take_line(text), line = take_line(text);
    int index = 0;
    std::from_chars(line.data(), line.data() + line.size(), index);
    error = connection_->add_ice_candidate(media, index, take_line(text));
  }
  if (error == Error::OK) return;
  say("The page says what cannot be used. " + connection_->get_last_error_message());
  end(SignalingSocket::NOT_UNDERSTOOD);
}

void Session::on_description(const std::string &type, const std::string &sdp) {
  connection_->set_local_description(type, sdp);
  socket_.send(type + "\n" + sdp);
}

void Session::on_candidate(const std::string &media, int index, const std::string &name) {
  socket_.send("candidate\n" + media + "\n" + std::to_string(index) + "\n" + name);
}

void Session::on_state(PeerConnection::ConnectionState state) {
  if (state == PeerConnection::STATE_DISCONNECTED) say("(nothing is heard from the page)");
  if (state == PeerConnection::STATE_FAILED) say("The connection has failed. " + last_error_);
  if (state == PeerConnection::STATE_CLOSED) say("The page has closed the connection.");
  // The page begins anew with another WebSocket.
  if (state == PeerConnection::STATE_FAILED || state == PeerConnection::STATE_CLOSED) {
    end(SignalingSocket::CONNECTION_LOST);
  }
}

void Session::on_channel(std::shared_ptr<DataChannel> channel) {
  if (channel->get_label() != "file") return;  // Unknown; it closes as its handle goes.
  const bool welcome = static_cast<std::ptrdiff_t>(incoming_.size()) < kFilesAtATime;
  incoming_.push_back(std::make_unique<IncomingFile>(std::move(channel), options_, welcome));
}

void Session::on_chat_open() {
  say("Connected. Type a line and press Enter; /send <file> sends a file; Ctrl-C ends.");
  for (const std::filesystem::path &path : options_.files) send_file(path);
  handlers_.ready();
}

void Session::on_chat_packets() {
  while (chat_->get_available_packet_count() > 0) {
    show_chat(get_string_from_utf8(chat_->get_packet()));
  }
}

bool Session::wants_lines() const {
  return chat_->get_ready_state() == DataChannel::STATE_OPEN &&
         chat_->get_buffered_amount() < kHighMark;
}

void Session::send_line(const std::string &line) {
  if (chat_->put_packet(line) != Error::OK) say(chat_->get_last_error_message());
}

void Session::send_file(const std::filesystem::path &path) {
  if (auto file = OutgoingFile::start(*connection_, path)) outgoing_.push_back(std::move(file));
}

void Session::on_probes() {
  while (probes_->get_available_packet_count() > 0) {
    const std::string probe = get_string_from_utf8(probes_->get_packet());
    if (probe.size() <= kLongestProbe) probes_->put_packet(answer_to(probe));
  }
}

std::string Session::answer_to(std::string_view probe) const {
  const PeerConnectionStats stats = connection_->get_stats();
  std::uint64_t buffered = 0;
  for (const DataChannelStats &channel : stats.data_channels) buffered += channel.buffered_amount;
  return "probe=" + std::string(probe) +  //
         "\nround_trip_time=" + std::to_string(stats.round_trip_time) +
         "\nbuffered_amount=" + std::to_string(buffered) +
         "\nretransmissions=" + std::to_string(stats.retransmissions) +
         "\ncongestion_window=" + std::to_string(stats.congestion_window) +
         "\nlocal=" + path_end(stats.local_candidate) +
         "\nremote=" + path_end(stats.remote_candidate);
}
