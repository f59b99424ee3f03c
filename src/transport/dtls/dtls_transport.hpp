// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_DTLS_DTLS_TRANSPORT_HPP
#define PEERLANE_TRANSPORT_DTLS_DTLS_TRANSPORT_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/datagram_sink.hpp"
#include "core/fingerprint.hpp"
#include "core/result.hpp"
#include "core/timer.hpp"
#include "core/turn_queue.hpp"

namespace peerlane {

class Certificate;

/// Which side of the handshake we are: the `active` end of `a=setup` is the client (RFC 8842
/// section 5.3).
enum class DtlsRole { CLIENT, SERVER };

/// One DTLS 1.2 association over a datagram path (RFC 6347, RFC 8827 section 6.5). Lives on the
/// strand.
///
/// The peer is authenticated by its certificate's fingerprint before anything that it sends goes
/// up.
class DtlsTransport final : public DatagramSink {
 public:
  /// What the association tells the layer above. The object may not be destroyed inside a call.
  class Listener {
   public:
    /// The handshake is done and the fingerprint matches.
    virtual void on_dtls_connected() = 0;
    /// One record's plaintext, borrowed for the duration of the call.
    virtual void on_dtls_data(ByteView plaintext) = 0;
    /// The association has ended. OK: the peer's close_notify; else the reason. Nothing follows.
    virtual void on_dtls_closed(Error error, const std::string &reason) = 0;

   protected:
    ~Listener() = default;
  };

  struct Counters {
    std::uint64_t records_dropped =
        0;  ///< Received and thrown away: not DTLS, forged, replayed or too early.
    std::uint64_t plaintexts_refused =
        0;  ///< Handed in and not sent: empty, or too large for the MTU.
  };

  /// What a record adds to its plaintext, at most: header 13, explicit nonce 8, tag 16 (RFC 5288).
  static constexpr std::size_t kRecordOverhead = 37;

  /// `mtu`: the largest UDP payload. Of the fingerprints, those of the strongest hash function
  /// count.
  DtlsTransport(std::shared_ptr<const Certificate> certificate, DtlsRole role,
                std::vector<Fingerprint> remote_fingerprints, std::size_t mtu, TimerQueue &timers,
                TurnQueue &turn, DatagramSink &below, Listener &above);
  ~DtlsTransport();

  /// The client sends its first flight; the server waits.
  void start();
  /// One UDP payload from the peer; it may hold several records.
  void receive(ByteView datagram);
  /// Encrypts each plaintext into one record and hands all of them down as one batch. Ignored
  /// unless connected.
  void send(std::span<const ByteView> plaintexts) override;
  /// Sends close_notify and ends; the listener hears nothing more.
  void close();

  bool connected() const;
  const Counters &counters() const;
  /// The certificate that the peer proved to own; empty until connected.
  Fingerprint remote_fingerprint() const;

 private:
  class Session;
  std::unique_ptr<Session> session_;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_DTLS_DTLS_TRANSPORT_HPP
