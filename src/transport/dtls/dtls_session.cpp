// SPDX-License-Identifier: MIT
#include "transport/dtls/dtls_session.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <climits>
#include <utility>

#include "transport/dtls/certificate_checks.hpp"
#include "transport/dtls/certificate_native.hpp"
#include "transport/dtls/dtls_alert.hpp"

namespace peerlane {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// RFC 6347 section 4.2.4.1 proposes 1 s, and allows less to those who know their paths: RFC 8827's
// users wait for a connection. OpenSSL gives a flight up at the 13th expiry; with this ceiling that
// is after the deadline.
constexpr Duration kFirstRetransmission = milliseconds(100);
constexpr Duration kLongestRetransmission = milliseconds(3500);
constexpr Duration kHandshakeDeadline = seconds(30);
// How long the handshake must stand still for an unauthenticated alert to be believed.
constexpr Duration kDoubt = seconds(5);
constexpr std::size_t kMaxPlaintext = 16384;
// Between two turns of somebody who sends and receives in a loop.
constexpr Duration kBusy = milliseconds(1);
constexpr int kManyTurns = 64;

Duration doubled(Duration delay) { return std::min(delay * 2, kLongestRetransmission); }

}  // namespace

/// Where OpenSSL's output goes during one call from outside; it goes down at the end. The listener
/// and the layer below may call back in, so these nest.
class DtlsTransport::Session::Output {
 public:
  explicit Output(Session &session)
      : session_(session), outer_(session.bio_.output()), buffer_(RecordBuffer::lease()) {
    session_.bio_.set_output(buffer_.get());
  }
  ~Output() {
    session_.flush();
    session_.bio_.set_output(outer_);
    RecordBuffer::give_back(std::move(buffer_));
  }
  Output(const Output &) = delete;
  Output &operator=(const Output &) = delete;

 private:
  Session &session_;
  RecordBuffer *const outer_;
  std::unique_ptr<RecordBuffer> buffer_;
};

DtlsTransport::Session::Session(std::shared_ptr<const Certificate> certificate, DtlsRole role,
                                std::vector<Fingerprint> remote_fingerprints, std::size_t mtu,
                                TimerQueue &timers, TurnQueue &turn, DatagramSink &below,
                                Listener &above)
    : role_(role),
      remote_fingerprints_(std::move(remote_fingerprints)),
      mtu_(mtu),
      timers_(timers),
      turn_(turn),
      below_(below),
      above_(above),
      certificate_(std::move(certificate)),
      bio_(mtu),
      retransmission_(timers, [this] { on_retransmission(); }),
      deadline_(timers, [this] { on_deadline(); }) {}

DtlsTransport::Session::~Session() { turn_.unmark(*this); }

void DtlsTransport::Session::start() {
  if (state_ != State::NEW) return;
  state_ = State::HANDSHAKING;
  handshake_end_ = timers_.now() + kHandshakeDeadline;
  deadline_.arm_at(handshake_end_);
  Output output(*this);
  ERR_clear_error();
  if (!set_up()) {
    end(Error::ERR_CANT_CREATE, take_openssl_failure("the set-up of DTLS").message);
    return;
  }
  advance_handshake();
}

bool DtlsTransport::Session::set_up() {
  const Certificate::Native &native = certificate_->native();
  ssl_ = make_dtls(*native.certificate, *native.key);
  if (ssl_ == nullptr || !bio_.attach_to(*ssl_)) return false;
  set_peer_verifier(*ssl_, *this);
  if (SSL_set_mtu(ssl_.get(), static_cast<long>(mtu_)) <= 0) return false;
  DTLS_set_timer_cb(ssl_.get(), next_retransmission_delay);
  if (role_ == DtlsRole::CLIENT) {
    SSL_set_connect_state(ssl_.get());
  } else {
    SSL_set_accept_state(ssl_.get());
  }
  return true;
}

DtlsPhase DtlsTransport::Session::phase() const {
  if (state_ == State::CONNECTED) return DtlsPhase::CONNECTED;
  return role_ == DtlsRole::CLIENT ? DtlsPhase::CLIENT_HANDSHAKE : DtlsPhase::SERVER_HANDSHAKE;
}

void DtlsTransport::Session::receive(ByteView datagram) {
  if (state_ == State::NEW || state_ == State::CLOSED) {
    ++counters_.records_dropped;
    return;
  }
  Output output(*this);
  while (!datagram.empty() && state_ != State::CLOSED) {
    const std::optional<DtlsRecord> record = take_record(datagram);
    if (!record) {
      ++counters_.records_dropped;
      return;
    }
    if (may_be_fed(*record, phase(), cipher_overhead_)) {
      feed(*record);
      continue;
    }
    ++counters_.records_dropped;
    const std::optional<std::uint8_t> alert = plaintext_fatal_alert(*record);
    if (alert && state_ == State::HANDSHAKING) doubt(*alert);
  }
}

// One record at a time, so that a bad one cannot spoil those behind it in the datagram.
void DtlsTransport::Session::feed(const DtlsRecord &record) {
  bio_.set_input(record.bytes);
  if (state_ == State::HANDSHAKING) {
    if (doubtful_alert_ && record.type == DtlsRecord::HANDSHAKE) {
      doubtful_alert_.reset();
      deadline_.arm_at(handshake_end_);
    }
    advance_handshake();
  }
  if (state_ == State::CONNECTED && use_buffers()) {
    // One record of data is one plaintext: asking for more costs a quarter of the whole. Behind
    // others there may be several, from data that overtook the end of the handshake.
    const bool is_data = record.type == DtlsRecord::APPLICATION_DATA;
    const int count = read_plaintexts(is_data ? 1 : INT_MAX);
    if (is_data && count == 0) ++counters_.records_dropped;
  }
  bio_.set_input({});
}

void DtlsTransport::Session::flush() {
  RecordBuffer *output = bio_.output();
  if (output == nullptr || output->empty()) return;
  const std::span<const ByteView> datagrams = output->views();
  if (state_ == State::HANDSHAKING) {
    last_flight_.clear();
    for (ByteView datagram : datagrams) last_flight_.emplace_back(datagram.begin(), datagram.end());
  }
  below_.send(datagrams);
  output->clear();
}

void DtlsTransport::Session::advance_handshake() {
  ERR_clear_error();  // As in read_plaintexts().
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) {
    on_handshake_done();
  } else if (SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_READ) {
    arm_retransmission();
  } else {
    on_handshake_error();
  }
}

void DtlsTransport::Session::on_handshake_done() {
  // verify_peer() has answered before OpenSSL comes here; nothing is left to chance all the same.
  if (presented_fingerprint_.empty()) {
    end(Error::ERR_UNAUTHORIZED, "the peer showed no certificate");
    return;
  }
  remote_fingerprint_ = presented_fingerprint_;
  const SSL_CIPHER *cipher = SSL_get_current_cipher(ssl_.get());
  if (cipher != nullptr && SSL_CIPHER_get_cipher_nid(cipher) == NID_chacha20_poly1305) {
    cipher_overhead_ = DtlsRecord::kChaChaOverhead;
  }
  state_ = State::CONNECTED;
  retransmission_.cancel();
  deadline_.cancel();
  std::exchange(last_flight_, {});
  flush();
  // Nobody is shown it again, since there is no renegotiation.
  SSL_certs_clear(ssl_.get());
  certificate_.reset();
  use_buffers();
  above_.on_dtls_connected();
}

void DtlsTransport::Session::on_handshake_error() {
  Failure failure = take_openssl_failure("the DTLS handshake");
  if (!refusal_.empty()) failure = {Error::ERR_UNAUTHORIZED, refusal_};
  end(failure.error, failure.message);
}

bool DtlsTransport::Session::verify_peer(const X509 &certificate) {
  if (!has_strong_key(certificate)) {
    refusal_ = "the peer's certificate has a key that is too weak";
  } else if (!matches_any(certificate, remote_fingerprints_)) {
    refusal_ = "the peer's certificate does not match the fingerprint in its description";
  } else {
    presented_fingerprint_ = fingerprint_of(certificate, "sha-256");
  }
  return refusal_.empty() && !presented_fingerprint_.empty();
}

// OpenSSL reckons by the wall clock. A step forward makes it retransmit early, which is harmless.
// After a step back it would wait until the old time is reached again; so our own delay bounds what
// it says.
void DtlsTransport::Session::arm_retransmission() {
  struct timeval left {};
  if (DTLSv1_get_timeout(ssl_.get(), &left) != 1) {
    retransmission_.cancel();
    return;
  }
  const Duration by_wall_clock = seconds(left.tv_sec) + std::chrono::microseconds(left.tv_usec);
  retransmission_.arm_in(std::min(by_wall_clock, retransmission_delay_));
}

void DtlsTransport::Session::on_retransmission() {
  Output output(*this);
  ERR_clear_error();
  const long result = DTLSv1_handle_timeout(ssl_.get());
  if (result < 0) {
    end(Error::ERR_TIMEOUT, "the DTLS handshake had no answer");
    return;
  }
  if (result == 0) {
    // The wall clock was set back, and nothing makes OpenSSL act before it has caught up. The same
    // records again serve the peer that missed them; one that has them drops them as replayed.
    retransmission_delay_ = doubled(retransmission_delay_);
    for (const PackedByteArray &datagram : last_flight_) bio_.output()->append(datagram);
  }
  arm_retransmission();
}

unsigned int DtlsTransport::Session::next_retransmission_delay(SSL *ssl, unsigned int last_us) {
  auto *self = static_cast<Session *>(static_cast<PeerVerifier *>(SSL_get_app_data(ssl)));
  self->retransmission_delay_ = last_us == 0 ? kFirstRetransmission : doubled(Duration(last_us));
  return static_cast<unsigned int>(self->retransmission_delay_.count());
}

void DtlsTransport::Session::on_deadline() {
  if (doubtful_alert_) {
    const Failure failure = failure_of_alert(*doubtful_alert_);
    end(failure.error, failure.message);
  } else {
    end(Error::ERR_TIMEOUT, "the DTLS handshake was not done after 30 seconds");
  }
}

// A peer that refuses us says so in plaintext, and so can anybody else. It counts only where the
// handshake stands still afterwards: a forger's does not.
void DtlsTransport::Session::doubt(std::uint8_t alert) {
  if (doubtful_alert_) return;
  doubtful_alert_ = alert;
  deadline_.arm_at(std::min(handshake_end_, timers_.now() + kDoubt));
}

int DtlsTransport::Session::read_plaintexts(int limit) {
  // On the stack, not shared: the listener may make another association read.
  std::array<std::uint8_t, kMaxPlaintext> plaintext;  // NOLINT: not initialized on purpose
  int count = 0;
  while (count < limit) {
    // A stale entry of somebody else, the listener or the layer below for one, would make OpenSSL's
    // "nothing to read" look like an error. To clear costs a tenth of a record, to look next to
    // nothing.
    if (ERR_peek_error() != 0) ERR_clear_error();
    const int size = SSL_read(ssl_.get(), plaintext.data(), static_cast<int>(plaintext.size()));
    if (size <= 0) {
      if (SSL_get_error(ssl_.get(), size) != SSL_ERROR_WANT_READ) on_read_error();
      return count;
    }
    ++count;
    above_.on_dtls_data(ByteView(plaintext.data(), static_cast<std::size_t>(size)));
    if (state_ != State::CONNECTED) return count;
  }
  return count;
}

bool DtlsTransport::Session::use_buffers() {
  used_buffers_ = true;
  turn_.mark(*this);
  has_buffers_ = has_buffers_ || SSL_alloc_buffers(ssl_.get()) == 1;
  return has_buffers_;
}

// They are 19 kB, and connections are many and mostly silent. Those who use them at the end of a
// turn too come first, and who is busy for long will need them again at once.
void DtlsTransport::Session::run_at_turn_end() {
  if (std::exchange(used_buffers_, false)) return turn_.mark(*this);
  const TimePoint now = timers_.now();
  busy_turns_ = now - std::exchange(last_use_, now) < kBusy ? busy_turns_ + 1 : 0;
  if (state_ == State::CONNECTED && busy_turns_ < kManyTurns) {
    has_buffers_ = SSL_free_buffers(ssl_.get()) == 0;
  }
}

void DtlsTransport::Session::on_read_error() {
  if ((SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0 && ERR_peek_error() == 0) {
    SSL_shutdown(ssl_.get());
    end(Error::OK, "the peer closed");
    return;
  }
  const Failure failure = take_openssl_failure("DTLS");
  end(failure.error, failure.message);
}

void DtlsTransport::Session::send(std::span<const ByteView> plaintexts) {
  if (state_ != State::CONNECTED) return;
  Output output(*this);
  for (ByteView plaintext : plaintexts) {
    // OpenSSL neither splits nor refuses what is larger than the MTU, and takes nothing as an
    // error.
    const bool fits = !plaintext.empty() && plaintext.size() + kRecordOverhead <= mtu_;
    if (!fits || !use_buffers() ||
        SSL_write(ssl_.get(), plaintext.data(), static_cast<int>(plaintext.size())) <= 0) {
      ++counters_.plaintexts_refused;
      ERR_clear_error();
    }
  }
}

void DtlsTransport::Session::close() {
  if (state_ == State::CONNECTED) {
    Output output(*this);
    ERR_clear_error();
    if (use_buffers()) SSL_shutdown(ssl_.get());
  }
  state_ = State::CLOSED;
  retransmission_.cancel();
  deadline_.cancel();
}

void DtlsTransport::Session::end(Error error, const std::string &reason) {
  if (state_ == State::CLOSED) return;
  state_ = State::CLOSED;
  retransmission_.cancel();
  deadline_.cancel();
  flush();
  above_.on_dtls_closed(error, reason);
}

}  // namespace peerlane
