// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_TRANSPORT_SCTP_SCTP_PEER_HPP
#define PEERLANE_TESTS_TRANSPORT_SCTP_SCTP_PEER_HPP

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "support/pipe_pair.hpp"
#include "transport/sctp/sctp_transport.hpp"

namespace peerlane::test {

/// One end: the transport, a record of what it said, and a queue of what it shall send.
class SctpPeer final : public SctpTransport::Listener {
 public:
  struct Received {
    std::uint16_t stream;
    std::uint32_t ppid;
    PackedByteArray data;
  };
  /// A message with its own bytes.
  struct Outgoing {
    SctpMessage head;
    PackedByteArray data;
  };

  SctpPeer(PipePair &path, DatagramSink &below, const SctpTransport::Options &options)
      : transport(options, path.strand.timers, path.strand.turns, below, *this) {}

  /// Queues it; it goes when there is room.
  void send(const SctpMessage &head, PackedByteArray data);
  void send(std::uint16_t stream, PackedByteArray data) {
    SctpMessage head;
    head.stream = stream;
    send(head, std::move(data));
  }

  // Listener.
  void on_sctp_connected() override { ++connections; }
  void on_sctp_message(std::uint16_t stream, std::uint32_t ppid, ByteView message) override;
  void on_sctp_incoming_reset(const std::vector<std::uint16_t> &streams) override;
  void on_sctp_outgoing_reset(const std::vector<std::uint16_t> &streams) override;
  void on_sctp_streams_changed() override {
    ++stream_changes;
    transport.schedule();
  }
  void on_sctp_sendable() override;
  void on_sctp_closed(Error error, const std::string &reason) override;

  int connections = 0;
  int closes = 0;
  int stream_changes = 0;
  Error close_error = Error::OK;
  std::string close_reason;
  std::vector<Received> received;
  std::uint64_t received_bytes = 0;
  std::vector<std::uint16_t> incoming_resets;
  std::vector<std::uint16_t> outgoing_resets;
  std::deque<Outgoing> outgoing;
  std::vector<SctpSendStatus> failures;
  std::function<void()> on_message;  ///< After each message.

  SctpTransport transport;
};

/// Two ends and the path between them.
class SctpPair {
 public:
  explicit SctpPair(const PathProfile &profile = {}, std::uint64_t seed = 1,
                    const SctpTransport::Options &options = {})
      : SctpPair(profile, seed, options, options) {}
  SctpPair(const PathProfile &profile, std::uint64_t seed, const SctpTransport::Options &for_a,
           const SctpTransport::Options &for_b);
  ~SctpPair();

  void connect_both();
  /// Both connected within the time.
  bool connect(Duration limit = std::chrono::seconds(20));
  bool drive_until(const VirtualStrand::Condition &done, Duration limit = std::chrono::minutes(1)) {
    return path.strand.drive_until(done, limit);
  }
  bool both_connected() const { return a.connections == 1 && b.connections == 1; }

  PipePair path;
  SctpPeer a;
  SctpPeer b;
};

/// Bytes that tell their place: a different sequence for each seed.
PackedByteArray pattern(std::size_t size, std::uint32_t seed);

/// Whether the packet has a chunk of the type.
bool has_chunk(ByteView packet, std::uint8_t type);

}  // namespace peerlane::test

#endif  // PEERLANE_TESTS_TRANSPORT_SCTP_SCTP_PEER_HPP
