// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_DTLS_DTLS_SESSION_HPP
#define PEERLANE_TRANSPORT_DTLS_DTLS_SESSION_HPP

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "transport/dtls/datagram_bio.hpp"
#include "transport/dtls/dtls_context.hpp"
#include "transport/dtls/dtls_record.hpp"
#include "transport/dtls/dtls_transport.hpp"

namespace peerlane {

/// The half of a DtlsTransport that knows OpenSSL: drives one SSL through handshake, data and end.
/// Lives on the strand.
class DtlsTransport::Session final : private PeerVerifier, private TurnTask {
 public:
  Session(std::shared_ptr<const Certificate> certificate, DtlsRole role,
          std::vector<Fingerprint> remote_fingerprints, std::size_t mtu, TimerQueue &timers,
          TurnQueue &turn, DatagramSink &below, Listener &above);
  ~Session() override;

  void start();
  void receive(ByteView datagram);
  void send(std::span<const ByteView> plaintexts);
  void close();

  bool connected() const { return state_ == State::CONNECTED; }
  const Counters &counters() const { return counters_; }
  const Fingerprint &remote_fingerprint() const { return remote_fingerprint_; }

 private:
  enum class State { NEW, HANDSHAKING, CONNECTED, CLOSED };
  class Output;

  bool set_up();
  DtlsPhase phase() const;
  void feed(const DtlsRecord &record);
  /// Hands what OpenSSL has written down. Called before the listener is, so that the peer gets the
  /// end of our handshake before the data that the listener sends.
  void flush();

  void advance_handshake();
  void on_handshake_done();
  void on_handshake_error();
  bool verify_peer(const X509 &certificate) override;

  void arm_retransmission();
  void on_retransmission();
  static unsigned int next_retransmission_delay(SSL *ssl, unsigned int last_us);
  void on_deadline();
  /// An alert that anybody can have forged.
  void doubt(std::uint8_t alert);

  /// Hands up to `limit` up; how many came.
  int read_plaintexts(int limit);
  /// Before OpenSSL reads or writes a record. False where there is no memory for it.
  bool use_buffers();
  void run_at_turn_end() override;
  void on_read_error();
  void end(Error error, const std::string &reason);

  // Constant after construction.
  const DtlsRole role_;
  const std::vector<Fingerprint> remote_fingerprints_;
  const std::size_t mtu_;
  TimerQueue &timers_;
  TurnQueue &turn_;
  DatagramSink &below_;
  Listener &above_;

  State state_ = State::NEW;
  std::shared_ptr<const Certificate> certificate_;  // Until the handshake is done.
  Counters counters_;
  DatagramBio bio_;
  SslHandle ssl_;  // Behind what it reads and writes, so that it goes first.
  // The end of a handshake is longer than that of any cipher, and known before data comes.
  std::size_t cipher_overhead_ = DtlsRecord::kGcmOverhead;
  bool has_buffers_ = true;
  bool used_buffers_ = false;  // In this round of the turn.
  TimePoint last_use_{};
  int busy_turns_ = 0;  // In a row.
  std::string refusal_;
  Fingerprint presented_fingerprint_;
  Fingerprint remote_fingerprint_;

  // Of the handshake.
  Timer retransmission_;
  Timer deadline_;
  TimePoint handshake_end_{};
  Duration retransmission_delay_{};
  std::vector<PackedByteArray> last_flight_;
  std::optional<std::uint8_t> doubtful_alert_;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_DTLS_DTLS_SESSION_HPP
