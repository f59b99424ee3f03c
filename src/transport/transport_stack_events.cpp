// SPDX-License-Identifier: MIT
// What the layers tell the stack.
#include <algorithm>
#include <utility>

#include "transport/transport_stack.hpp"

namespace peerlane {

namespace {
// More than a peer's first flight needs.
constexpr std::size_t kMaxEarlyDatagrams = 8;
constexpr Duration kBetweenHeartbeats = std::chrono::milliseconds(500);
// After so much input the peer hears of it before the turn ends, so that it sends on meanwhile.
constexpr std::size_t kMaxUnprocessedBytes = 96u << 10;
}  // namespace

void TransportStack::on_ice_candidate(const Candidate &candidate) {
  emit(LocalCandidateFound{candidate, ice_generation_});
}

void TransportStack::on_ice_gathering_done() { emit(GatheringDone{ice_generation_}); }

void TransportStack::on_ice_error(Error error, const std::string &message) {
  emit(ErrorOccurred{error, message});
}

void TransportStack::on_ice_state(IceTransport::State state) {
  if (dead_ || closed_) return;
  switch (state) {
    case IceTransport::State::CHECKING:
      if (state_ == State::FAILED && !ice_was_connected_) set_state(State::CONNECTING);
      break;
    case IceTransport::State::CONNECTED:
      ice_was_connected_ = true;
      start_dtls_if_ready();
      break;
    case IceTransport::State::FAILED:
      // Later, silence decides: a path may work in one direction, or come back.
      if (!ice_was_connected_)
        fail(Error::ERR_CANT_CONNECT, "ICE found no working path to the peer");
      break;
  }
}

void TransportStack::on_ice_data(ByteView data) {
  if (dead_ || closed_) return;
  bytes_received_ += data.size();
  if (dtls_started_) {
    if (!dtls_->connected()) ++packets_received_;
    dtls_->receive(data);
    process_input(data.size());
    return;
  }
  if (early_datagrams_.size() < kMaxEarlyDatagrams) {
    early_datagrams_.emplace_back(data.begin(), data.end());
  } else {
    ++early_dropped_;
  }
}

void TransportStack::process_input(std::size_t bytes) {
  unprocessed_bytes_ += bytes;
  if (unprocessed_bytes_ < kMaxUnprocessedBytes || !sctp_ || dead_) return;
  unprocessed_bytes_ = 0;
  sctp_->process();
}

void TransportStack::on_dtls_connected() {
  emit(RemoteFingerprintVerified{dtls_->remote_fingerprint()});
  liveness_->start();
  set_state(State::CONNECTED);
  start_sctp();
}

void TransportStack::on_dtls_data(ByteView plaintext) {
  ++packets_received_;
  liveness_->heard();
  if (state_ == State::CONNECTING) set_state(State::CONNECTED);
  if (!sctp_ || dead_) return;
  look_for_acknowledgements(plaintext);
  sctp_->receive(plaintext);
  // What piles up inside the association has to be judged too.
  if (link_->reading_paused.load(std::memory_order_relaxed)) strand_->turn().mark(*this);
}

void TransportStack::look_for_acknowledgements(ByteView plaintext) {
  // What was acknowledged before the question came up does not answer it.
  if (!ice_ || !ice_->wants_acknowledgements()) return acknowledgements_.reset();
  if (!acknowledgements_) acknowledgements_.emplace();
  // Where we send nothing else, there is nothing to acknowledge.
  const TimePoint now = strand_->timers().now();
  if (now - asked_at_ > kBetweenHeartbeats) {
    asked_at_ = now;
    sctp_->send_heartbeat();
  }
  if (acknowledgements_->anything_new(plaintext)) ice_->on_acknowledgement();
}

void TransportStack::on_dtls_closed(Error error, const std::string &reason) {
  if (dead_ || closed_) return;
  if (sctp_) {
    // What the peer sent just before its goodbye may have come in the same turn.
    sctp_->read_rest();
    if (dead_) return;  // SCTP had ended before, and has said so.
    sctp_->close();
  }
  end_association();
  if (error == Error::OK) {
    set_state(State::CLOSED_BY_PEER);
  } else {
    fail(error, reason);
  }
}

void TransportStack::on_sctp_connected() {
  channels_->on_association_up(*sctp_, remote_->dtls_client);
}

void TransportStack::on_sctp_message(std::uint16_t stream, std::uint32_t ppid, ByteView message) {
  channels_->on_message(stream, ppid, message);
}

void TransportStack::on_sctp_incoming_reset(const std::vector<std::uint16_t> &streams) {
  channels_->on_incoming_reset(streams);
}

void TransportStack::on_sctp_outgoing_reset(const std::vector<std::uint16_t> &streams) {
  channels_->on_outgoing_reset(streams);
}

void TransportStack::on_sctp_streams_changed() { channels_->on_streams_changed(); }

void TransportStack::on_sctp_sendable() { channels_->on_sendable(); }

void TransportStack::on_sctp_closed(Error error, const std::string &reason) {
  if (dead_ || closed_) return;
  end_association();
  if (error == Error::OK) {
    // Some implementations end SCTP properly and never send a close_notify.
    set_state(State::CLOSED_BY_PEER);
  } else {
    fail(error, reason);
  }
}

void TransportStack::on_quiet(unsigned unanswered) {
  if (!sctp_ || dead_) return;
  sctp_->send_heartbeat();
  // The peer's ICE may be throwing away what comes from our new address behind a NAT.
  if (unanswered > 0) ice_->check_path();
}

void TransportStack::on_liveness(Liveness::Verdict verdict) {
  switch (verdict) {
    case Liveness::Verdict::ALIVE:
      set_state(State::CONNECTED);
      break;
    case Liveness::Verdict::SILENT:
      set_state(State::DISCONNECTED);
      break;
    case Liveness::Verdict::LOST:
      fail(Error::ERR_TIMEOUT,
           "the peer has been silent for longer than Configuration::failed_timeout");
      break;
  }
}

void TransportStack::send(std::span<const ByteView> datagrams) {
  // A peer that no longer answers has not consented to receive (RFC 7675 section 5.1).
  if (!ice_ || (liveness_ && liveness_->verdict() == Liveness::Verdict::LOST)) return;
  packets_sent_ += datagrams.size();
  for (const ByteView &datagram : datagrams) bytes_sent_ += datagram.size();
  ice_->send(datagrams);
}

void TransportStack::publish_stats() {
  PeerConnectionStats stats;
  fill_stats(stats);
  link_->stats.set(std::move(stats));
}

void TransportStack::fill_stats(PeerConnectionStats &stats) const {
  stats.bytes_sent = bytes_sent_;
  stats.bytes_received = bytes_received_;
  stats.packets_sent = packets_sent_;
  stats.packets_received = packets_received_;
  const auto add = [&stats](const std::map<std::string, std::uint64_t> &counted) {
    for (const auto &[reason, count] : counted) {
      if (count != 0) stats.dropped[reason] += count;
    }
  };
  if (ice_) {
    stats.local_candidate = ice_->local_candidate();
    stats.remote_candidate = ice_->remote_candidate();
    add(ice_->dropped());
  }
  if (dtls_)
    add({{"dtls_record", dtls_->counters().records_dropped}, {"dtls_early", early_dropped_}});
  if (channels_) add(channels_->dropped());
  if (!sctp_) return;
  add(sctp_->dropped());
  const SctpStatus status = sctp_->status();
  stats.round_trip_time = std::chrono::duration<double>(status.smoothed_round_trip).count();
  stats.congestion_window = status.congestion_window;
  stats.retransmissions = status.retransmitted_packets;
}

}  // namespace peerlane
