// SPDX-License-Identifier: MIT
#include "transport/sctp/stream_requests.hpp"

#include <algorithm>
#include <utility>

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

void StreamRequests::want_outgoing(std::uint16_t total) {
  if (!growth_refused_) wanted_ = std::max(wanted_, total);
}

void StreamRequests::on_growth_answered(bool refused) {
  if (!growing_) return;
  growing_ = false;
  growth_refused_ = refused;
  if (refused) wanted_ = 0;
}

bool StreamRequests::pump(UsrsctpSocket &socket, const UsrsctpSocket::Numbers &numbers,
                          bool interleaves) {
  if (to_ask_) pump_resets(socket, numbers);
  if (wanted_ == 0 || growing_) return false;
  if (wanted_ <= numbers.outgoing_streams) {
    wanted_ = 0;
    return false;
  }
  // usrsctp moves its queues for this and forgets which stream it has sent half a message of; the
  // next packet would then go on with another one, which the peer answers with ABORT.
  if (!interleaves && numbers.inside > 0) return false;
  const auto more = static_cast<std::uint16_t>(wanted_ - numbers.outgoing_streams);
  switch (socket.add_outgoing(more)) {
    case UsrsctpSocket::RequestResult::DONE:
      growing_ = true;
      return false;
    case UsrsctpSocket::RequestResult::LATER:
      return false;
    case UsrsctpSocket::RequestResult::NEVER:
      break;
  }
  wanted_ = 0;
  growth_refused_ = true;
  return true;
}

void StreamRequests::pump_resets(UsrsctpSocket &socket, const UsrsctpSocket::Numbers &numbers) {
  to_ask_ = false;
  std::vector<std::uint16_t> streams, impossible;
  for (auto &[stream, reset] : resets_) {
    if (reset.stage != Stage::TO_ASK) continue;
    if (stream >= numbers.outgoing_streams) {
      impossible.push_back(stream);
    } else if (streams.size() < kStreamsPerRequest) {
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
