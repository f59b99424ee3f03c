// SPDX-License-Identifier: MIT
#include "outgoing_file.hpp"

#include <algorithm>
#include <utility>

#include "terminal.hpp"
#include "text.hpp"

using namespace peerlane;

namespace {

// More than this waits in the file, not in memory. What is left at the low mark keeps the network
// busy until we are called.
constexpr int kHighMark = 1 << 20, kLowMark = 256 << 10;
// Small enough that a line of chat never waits for long, large enough to be cheap.
constexpr std::uint64_t kPiece = 64 << 10;

}  // namespace

std::unique_ptr<OutgoingFile> OutgoingFile::start(PeerConnection &connection,
                                                  const std::filesystem::path &path) {
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(path, error);
  std::ifstream file;
  // Not before the size is known: to open a pipe would block.
  if (!error) file.open(path, std::ios::binary);
  if (!file.is_open()) {
    say("Cannot read " + path.string() + (error ? ": " + error.message() : ""));
    return nullptr;
  }
  std::shared_ptr<DataChannel> channel = connection.create_data_channel("file");
  if (!channel) {
    say(connection.get_last_error_message());
    return nullptr;
  }
  return std::unique_ptr<OutgoingFile>(new OutgoingFile(
      std::move(file), safe_file_name(path.filename().string()), size, std::move(channel)));
}

OutgoingFile::OutgoingFile(std::ifstream file, std::string name, std::uint64_t size,
                           std::shared_ptr<DataChannel> channel)
    : file_(std::move(file)), name_(std::move(name)), size_(size), channel_(std::move(channel)) {
  channel_->set_buffered_amount_low_threshold(kLowMark);
  channel_->opened.connect(this, &OutgoingFile::offer);
  channel_->packet_received.connect(this, &OutgoingFile::on_packets);
  channel_->buffered_amount_low.connect(this, &OutgoingFile::send_more);
  channel_->closed.connect(this, &OutgoingFile::finish);
}

void OutgoingFile::offer() {
  channel_->set_write_mode(DataChannel::WRITE_MODE_TEXT);
  channel_->put_packet("offer " + std::to_string(size_) + " " + name_);
  channel_->set_write_mode(DataChannel::WRITE_MODE_BINARY);
}

void OutgoingFile::on_packets() {
  PackedByteArray packet;
  while (channel_->get_packet(packet)) {
    const std::string text = get_string_from_utf8(packet);
    if (text == "go" && !wanted_) {
      say("Sending " + name_ + ", " + size_text(size_));
      wanted_ = true;
      start_ = std::chrono::steady_clock::now();
      send_more();
    } else if (text.starts_with("saved ")) {
      result_ = "Sent " + name_ + rate_text(size_, start_);
      channel_->close();
    } else if (text.starts_with("no ")) {
      result_ = "The page does not take " + name_ + ": " + printable(text.substr(3));
      channel_->close();
    }
  }
}

void OutgoingFile::send_more() {
  const auto piece = std::min(kPiece, static_cast<std::uint64_t>(channel_->get_max_packet_size()));
  while (wanted_ && sent_ < size_ && channel_->get_buffered_amount() < kHighMark) {
    PackedByteArray bytes(std::min(piece, size_ - sent_));
    if (!file_.read(reinterpret_cast<char *>(bytes.data()),
                    static_cast<std::streamsize>(bytes.size()))) {
      result_ = "Cannot read all of " + name_;
      channel_->close();
      return;
    }
    const std::uint64_t size = bytes.size();
    if (channel_->put_packet(std::move(bytes)) != Error::OK) {
      result_ = "Cannot send " + name_ + ": " + channel_->get_last_error_message();
      channel_->close();
      return;
    }
    sent_ += size;
  }
}

void OutgoingFile::finish() {
  finished_ = true;
  say(result_.empty() ? "The page has stopped " + name_ : result_);
}
