// SPDX-License-Identifier: MIT
#ifndef PEERLANE_CHANNEL_STREAM_RESETS_HPP
#define PEERLANE_CHANNEL_STREAM_RESETS_HPP

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/channel_link.hpp"
#include "core/clock.hpp"

namespace peerlane {

/// The streams that are being closed: ours is reset, then the peer's, or the other way round; both,
/// and the stream may be used again (RFC 8831 section 6.7). Lives on the strand.
class StreamResets {
 public:
  /// SCTP repeats a lost RE-CONFIG for ever, so a peer that has not answered by then will not: the
  /// channel is closed without it.
  static constexpr Duration kDeadline = std::chrono::seconds(30);
  /// The same where the association takes no such request at all: a peer without RFC 6525.
  static constexpr Duration kRequestDeadline = std::chrono::seconds(5);

  struct Expired {
    std::uint16_t stream = 0;
    std::optional<ChannelKey> channel;
  };

  /// `channel`: who is closed by it; nobody where an OPEN is refused.
  void start(std::uint16_t stream, std::optional<ChannelKey> channel, bool peer_done,
             TimePoint now);
  void on_outgoing_done(std::uint16_t stream);
  void on_incoming_done(std::uint16_t stream);
  /// Streams whose reset has to be asked for.
  const std::vector<std::uint16_t> &to_request() const { return to_request_; }
  /// They have been asked for.
  void set_requested();

  bool empty() const { return streams_.empty(); }
  bool contains(std::uint16_t stream) const { return streams_.count(stream) != 0; }
  bool done(std::uint16_t stream) const;
  /// The channel is gone at both ends and only the answer to our request is missing: the peer
  /// resets its side, and uses the stream anew, after it has seen our request. So what comes on the
  /// stream now belongs to its next user.
  bool only_answer_missing(std::uint16_t stream) const;
  std::optional<ChannelKey> channel_of(std::uint16_t stream) const;
  /// The channel is closed; the stream's next user may have it once our request is answered.
  void release_channel(std::uint16_t stream);
  void erase(std::uint16_t stream);
  void clear();

  /// Takes those out that have waited too long.
  std::vector<Expired> take_expired(TimePoint now);
  /// TimePoint::max() where nothing is waited for.
  TimePoint next_deadline() const;

 private:
  enum class Outgoing : std::uint8_t { TO_REQUEST, REQUESTED, DONE };
  struct Entry {
    std::optional<ChannelKey> channel;
    Outgoing outgoing = Outgoing::TO_REQUEST;
    bool incoming = false;
    bool once_more = false;  // Asked for while the stream's former reset was under way.
    TimePoint started{};
    TimePoint deadline() const {
      return started + (outgoing == Outgoing::TO_REQUEST ? kRequestDeadline : kDeadline);
    }
  };
  Entry *find(std::uint16_t stream);
  const Entry *find(std::uint16_t stream) const;

  std::map<std::uint16_t, Entry> streams_;
  std::vector<std::uint16_t> to_request_;
};

}  // namespace peerlane

#endif  // PEERLANE_CHANNEL_STREAM_RESETS_HPP
