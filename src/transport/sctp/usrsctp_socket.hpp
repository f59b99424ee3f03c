// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_SCTP_USRSCTP_SOCKET_HPP
#define PEERLANE_TRANSPORT_SCTP_USRSCTP_SOCKET_HPP

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/sctp_message.hpp"
#include "transport/sctp/sctp_transport.hpp"
#include "transport/sctp/usrsctp_runtime.hpp"

struct socket;

namespace peerlane {

/// One socket of usrsctp, with one association on it. Lives on the strand.
class UsrsctpSocket {
 public:
  /// One piece of what receive() found.
  struct Piece {
    enum class Kind { NOTHING, DATA, NOTIFICATION, END };
    Kind kind = Kind::NOTHING;
    bool complete = false;  ///< The last piece of its message.
    bool unordered = false;
    std::uint16_t stream = 0;
    std::uint32_t ppid = 0;
    std::uint32_t tsn = 0;
    std::size_t size = 0;
  };

  /// What the stack says about the association.
  struct Numbers {
    bool exists = false;
    bool open = false;
    bool waits_for_init_ack = false;
    std::uint32_t smoothed_round_trip_ms = 0;
    std::uint32_t retransmission_timeout_ms = 0;
    std::size_t congestion_window = 0;
    std::size_t peer_window = 0;
    std::size_t inside = 0;  ///< Payload that is not acknowledged.
    std::uint16_t incoming_streams = 0;
    std::uint16_t outgoing_streams = 0;
  };

  enum class RequestResult { DONE, LATER, NEVER };

  explicit UsrsctpSocket(std::shared_ptr<SctpOutbox> outbox);
  /// Sends ABORT where there is an association.
  ~UsrsctpSocket();
  UsrsctpSocket(const UsrsctpSocket &) = delete;
  UsrsctpSocket &operator=(const UsrsctpSocket &) = delete;

  /// Makes the socket and begins the handshake, with so many streams of ours.
  Status connect(const SctpTransport::Options &options, std::uint16_t streams);
  void input(ByteView packet);
  void send_heartbeat(std::uint16_t remote_port);
  SctpSendStatus send(const SctpMessage &message, std::uint16_t retransmissions);
  /// Reads into the buffer.
  Piece receive(std::uint8_t *buffer, std::size_t size);

  RequestResult reset_outgoing(const std::vector<std::uint16_t> &streams);
  RequestResult add_outgoing(std::uint16_t count);
  Numbers numbers() const;
  bool interleaves() const;

 private:
  Status configure(const SctpTransport::Options &options, std::uint16_t streams);
  Status configure_path(const SctpTransport::Options &options);
  bool subscribe();
  template <class Value>
  bool set(int option, const Value &value);
  void set_no_delay(bool no_delay);

  // Constant after construction.
  const std::shared_ptr<SctpOutbox> outbox_;
  const std::uint64_t id_;

  struct ::socket *socket_ = nullptr;
  bool no_delay_ = true;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_SCTP_USRSCTP_SOCKET_HPP
