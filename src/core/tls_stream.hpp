// SPDX-License-Identifier: MIT
#ifndef PEERLANE_CORE_TLS_STREAM_HPP
#define PEERLANE_CORE_TLS_STREAM_HPP

#include <memory>
#include <string>

#include "core/byte_queue.hpp"
#include "core/result.hpp"
#include "peerlane/types.hpp"

namespace peerlane {

/// The client's end of one TLS connection, without a socket: bytes in, bytes out. The seam between
/// those who own sockets and those who know TLS. Lives on one thread at a time.
class TlsStream {
 public:
  enum class State {
    HANDSHAKING,  ///< The server has not proved yet who it is.
    OPEN,
    CLOSED,  ///< By either end, or by a failure.
  };

  virtual ~TlsStream() = default;

  virtual State state() const = 0;
  /// Why it is CLOSED; Error::OK where an end closed it in order.
  virtual const Failure &failure() const = 0;

  /// What the server sent, cut anywhere. What it holds for us is appended to `plaintext`.
  virtual void receive(ByteView bytes, ByteQueue &plaintext) = 0;
  /// Only where OPEN.
  virtual void send(ByteView plaintext) = 0;
  /// Says goodbye (close_notify, RFC 8446 section 6.1). Nothing is received afterwards.
  virtual void close() = 0;
  /// What is to be sent to the server: taken from the front by the caller. Grows by every one of
  /// the calls above, and holds the ClientHello from the beginning.
  virtual ByteQueue &output() = 0;
};

/// Makes TLS streams that trust the same authorities. Immutable. Any thread.
class TlsConnector {
 public:
  virtual ~TlsConnector() = default;
  /// `host`, a name or an IP literal, is who the server has to prove to be. Null where the TLS
  /// library refuses.
  virtual std::unique_ptr<TlsStream> connect(const std::string &host) const = 0;
};

}  // namespace peerlane

#endif  // PEERLANE_CORE_TLS_STREAM_HPP
