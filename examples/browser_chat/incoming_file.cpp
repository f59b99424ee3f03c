// SPDX-License-Identifier: MIT
#include "incoming_file.hpp"

#include <charconv>
#include <utility>

#include "terminal.hpp"
#include "text.hpp"

using namespace peerlane;

namespace {

// How often the page hears how much has come: often enough for a bar that moves.
constexpr std::uint64_t kTellAfter = 256 << 10;

}  // namespace

IncomingFile::IncomingFile(std::shared_ptr<DataChannel> channel, const Options &options,
                           bool welcome)
    : channel_(std::move(channel)), options_(options), welcome_(welcome) {
  channel_->set_write_mode(DataChannel::WRITE_MODE_TEXT);
  channel_->packet_received.connect(this, &IncomingFile::on_packets);
  channel_->closed.connect(this, &IncomingFile::finish);
}

void IncomingFile::on_packets() {
  PackedByteArray packet;
  while (channel_->get_packet(packet)) {
    if (!result_.empty()) continue;  // It is over; this was still on its way.
    if (channel_->was_string_packet()) {
      on_offer(get_string_from_utf8(packet));
    } else {
      on_bytes(packet);
    }
  }
}

// "offer <size> <name>"
void IncomingFile::on_offer(const std::string &text) {
  constexpr std::string_view kWord = "offer ";
  const char *const end = text.data() + text.size();
  if (!text.starts_with(kWord) || file_.is_open()) return refuse("that was no offer");
  const auto [rest, error] = std::from_chars(text.data() + kWord.size(), end, size_);
  if (error != std::errc() || rest == end || *rest != ' ') return refuse("that was no offer");
  const std::string given(rest + 1, end);
  name_ = printable(given);
  if (!welcome_) return refuse("too many files at a time");
  if (size_ > options_.size_limit) {
    return refuse("it is larger than " + size_text(options_.size_limit));
  }
  const std::string problem = file_.open(options_.folder, safe_file_name(given));
  if (!problem.empty()) return refuse(problem);
  say("Receiving " + name_ + ", " + size_text(size_));
  start_ = std::chrono::steady_clock::now();
  channel_->put_packet("go");
  if (size_ == 0) on_bytes({});
}

void IncomingFile::on_bytes(const PackedByteArray &bytes) {
  if (!file_.is_open()) return refuse("bytes before an offer");
  received_ += bytes.size();
  if (received_ > size_) return refuse("it is larger than it was said to be");
  const std::string problem = file_.write(bytes.data(), bytes.size());
  if (!problem.empty()) return refuse(problem);
  if (received_ == size_) {
    const std::string late_problem = file_.keep();
    if (!late_problem.empty()) return refuse(late_problem);
    channel_->put_packet("saved " + file_.name());
    result_ = "Saved " + (options_.folder / file_.name()).string() + rate_text(size_, start_);
  } else if (received_ - told_ >= kTellAfter) {
    told_ = received_;
    channel_->put_packet("have " + std::to_string(received_));
  }
}

void IncomingFile::refuse(const std::string &why) {
  file_.discard();
  channel_->put_packet("no " + why);
  channel_->close();  // What was said before still arrives.
  result_ = "Refused " + name_ + ": " + why;
}

void IncomingFile::finish() {
  finished_ = true;
  file_.discard();
  say(result_.empty() ? "The page has stopped " + name_ : result_);
}
