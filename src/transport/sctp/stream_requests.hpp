// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_SCTP_STREAM_REQUESTS_HPP
#define PEERLANE_TRANSPORT_SCTP_STREAM_REQUESTS_HPP

#include <cstdint>
#include <map>
#include <vector>

#include "transport/sctp/usrsctp_socket.hpp"

namespace peerlane {

/// Our requests of stream reconfiguration (RFC 6525): what is asked for, under way, refused. Lives
/// on the strand.
class StreamRequests {
 public:
  void reset(const std::vector<std::uint16_t> &streams);
  bool is_resetting(std::uint16_t stream) const { return resets_.count(stream) != 0; }
  /// Streams whose reset is over, also where the peer refused it or cannot: the channel must not
  /// hang for ever.
  std::vector<std::uint16_t> take_finished();
  /// Those that the peer has been asked to reset.
  std::vector<std::uint16_t> asked() const;
  void on_reset_performed(const std::vector<std::uint16_t> &streams);
  void on_reset_refused(const std::vector<std::uint16_t> &streams, bool may_retry);

  enum class Growth {
    NONE,
    OWN,      ///< The stack has asked for streams that the peer has allowed already.
    ASKED,    ///< The peer was asked.
    REFUSED,  ///< It cannot be.
  };

  /// True where it is news.
  bool want_outgoing(std::uint16_t total);
  /// Nothing may be sent until all is acknowledged and the request for more streams was made.
  bool blocks_sending() const { return drains_; }
  /// The count has changed, or did not.
  void on_growth_answered(bool refused);
  bool growth_refused() const { return growth_refused_; }

  /// Makes the requests that can be made now. `allowed`: how many streams the peer allows without
  /// being asked.
  Growth pump(UsrsctpSocket &socket, const UsrsctpSocket::Numbers &numbers, std::uint16_t allowed,
              bool interleaves);

 private:
  enum class Stage { TO_ASK, ASKED };
  struct Reset {
    Stage stage = Stage::TO_ASK;
    int attempts = 0;
  };
  Growth pump_growth(UsrsctpSocket &socket, const UsrsctpSocket::Numbers &numbers,
                     std::uint16_t allowed, bool interleaves);
  void want_what_is_reset(const UsrsctpSocket::Numbers &numbers, std::uint16_t allowed);
  void pump_resets(UsrsctpSocket &socket, const UsrsctpSocket::Numbers &numbers,
                   std::uint16_t allowed);

  std::map<std::uint16_t, Reset> resets_;
  std::vector<std::uint16_t> finished_;
  bool to_ask_ = false;
  std::uint16_t wanted_ = 0;  // 0: no more than there are.
  bool drains_ = false;
  bool growing_ = false;  // The request is on its way.
  bool growth_refused_ = false;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_SCTP_STREAM_REQUESTS_HPP
