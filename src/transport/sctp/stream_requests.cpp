// SPDX-License-Identifier: MIT
#include "transport/sctp/stream_requests.hpp"

#include <algorithm>
#include <utility>

#include "transport/sctp/stream_tables.hpp"

namespace peerlane {

namespace {
constexpr int kMaxAttempts = 5;
constexpr std::size_t kStreamsPerRequest = 256;  // So that a request fits into one packet.
}  // namespace

void StreamRequests::reset(const std::vector<std::uint16_t> &streams) {
  for (const std::uint16_t stream : streams) to_ask_ |= resets_.emplace(stream, Reset{}).second;
}

std::vector<std::uint16_t> StreamRequests::take_finished() { return std::exchange(finished_, {}); }

void StreamRequests::on_reset_performed(const std::vector<std::uint16_t> &streams) {
  for (const std::uint16_t stream : streams) {
    if (resets_.erase(stream) != 0) finished_.push_back(stream);
  }
}

void StreamRequests::on_reset_refused(const std::vector<std::uint16_t> &streams, bool may_retry) {
  for (const std::uint16_t stream : streams) {
    const auto found = resets_.find(stream);
    if (found == resets_.end()) continue;
    if (may_retry && found->second.attempts < kMaxAttempts) {
      found->second.stage = Stage::TO_ASK;
      to_ask_ = true;
    } else {
      resets_.erase(found);
      finished_.push_back(stream);
    }
  }
}

std::vector<std::uint16_t> StreamRequests::asked() const {
  std::vector<std::uint16_t> streams;
  for (const auto &[stream, reset] : resets_) {
    if (reset.stage == Stage::ASKED) streams.push_back(stream);
  }
  return streams;
}

void StreamRequests::on_growth_answered(bool refused) {
  if (!growing_) return;
  growing_ = false;
  growth_refused_ = refused;
  if (refused) wanted_ = 0;
}

bool StreamRequests::want_outgoing(std::uint16_t total) {
  if (total <= wanted_) return false;
  wanted_ = total;
  return true;
}

StreamRequests::Growth StreamRequests::pump(UsrsctpSocket &socket,
                                            const UsrsctpSocket::Numbers &numbers,
                                            std::uint16_t allowed, bool interleaves) {
  if (to_ask_) want_what_is_reset(numbers, allowed);
  // First, and alone: there is one request at a time, and resets might follow each other for ever.
  const Growth growth = pump_growth(socket, numbers, allowed, interleaves);
  const bool waits = wanted_ != 0 && !growing_;
  if (to_ask_ && !waits) pump_resets(socket, numbers, allowed);
  return growth;
}

StreamRequests::Growth StreamRequests::pump_growth(UsrsctpSocket &socket,
                                                   const UsrsctpSocket::Numbers &numbers,
                                                   std::uint16_t allowed, bool interleaves) {
  drains_ = false;
  if (wanted_ == 0 || growing_) return Growth::NONE;
  const bool own = numbers.outgoing_streams < allowed;
  if (wanted_ <= StreamTables::usable(numbers.outgoing_streams, allowed) ||
      (growth_refused_ && !own)) {
    wanted_ = 0;
    return Growth::NONE;
  }
  // usrsctp moves its queues for this and forgets which stream it has sent half a message of; the
  // next packet would then go on with another one, which the peer answers with ABORT.
  if (!interleaves && numbers.inside > 0) {
    // While the peer has not answered another request, there cannot be this one.
    drains_ = asked().empty();
    return Growth::NONE;
  }
  const std::uint16_t total = own ? StreamTables::size_for(wanted_, allowed) : wanted_;
  switch (socket.add_outgoing(static_cast<std::uint16_t>(total - numbers.outgoing_streams))) {
    case UsrsctpSocket::RequestResult::DONE:
      growing_ = !own;
      return own ? Growth::OWN : Growth::ASKED;
    case UsrsctpSocket::RequestResult::LATER:
      return Growth::NONE;
    case UsrsctpSocket::RequestResult::NEVER:
      break;
  }
  wanted_ = 0;
  growth_refused_ = true;
  return Growth::REFUSED;
}

void StreamRequests::want_what_is_reset(const UsrsctpSocket::Numbers &numbers,
                                        std::uint16_t allowed) {
  const std::uint16_t usable = StreamTables::usable(numbers.outgoing_streams, allowed);
  for (const auto &[stream, reset] : resets_) {
    if (reset.stage == Stage::TO_ASK && stream >= usable && stream < allowed) {
      want_outgoing(static_cast<std::uint16_t>(stream + 1));
    }
  }
}

void StreamRequests::pump_resets(UsrsctpSocket &socket, const UsrsctpSocket::Numbers &numbers,
                                 std::uint16_t allowed) {
  to_ask_ = false;
  const std::uint16_t usable = StreamTables::usable(numbers.outgoing_streams, allowed);
  std::vector<std::uint16_t> streams, impossible;
  for (auto &[stream, reset] : resets_) {
    if (reset.stage != Stage::TO_ASK) continue;
    if (stream >= allowed) {
      impossible.push_back(stream);
    } else if (stream < usable && streams.size() < kStreamsPerRequest) {
      streams.push_back(stream);
    } else {
      to_ask_ = true;
    }
  }
  on_reset_performed(impossible);
  if (streams.empty()) return;
  switch (socket.reset_outgoing(streams)) {
    case UsrsctpSocket::RequestResult::DONE:
      for (const std::uint16_t stream : streams) {
        resets_[stream].stage = Stage::ASKED;
        ++resets_[stream].attempts;
      }
      break;
    case UsrsctpSocket::RequestResult::LATER:
      to_ask_ = true;
      break;
    case UsrsctpSocket::RequestResult::NEVER:
      // A peer without RFC 6525: the close is ours alone.
      on_reset_performed(streams);
      break;
  }
}

}  // namespace peerlane
