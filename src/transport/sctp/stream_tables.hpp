// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_SCTP_STREAM_TABLES_HPP
#define PEERLANE_TRANSPORT_SCTP_STREAM_TABLES_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "peerlane/types.hpp"
#include "transport/sctp/request_numbers.hpp"

namespace peerlane {

/// Lets the stack have few streams while the peer is told of as many as there can be (RFC 8831
/// section 6.2). Lives on the strand.
///
/// From the handshake on usrsctp keeps a table with an entry for each stream, which for all of them
/// is 7 MB. So it gets small tables, and larger ones when a stream beyond them is used: of ours by
/// a request of its own (RFC 6525 section 4.5), which is taken out of the packet and answered here,
/// of the peer's by a request that the peer never made. The peer learns of neither: it was told of
/// these streams at first, and the numbers of the requests that it sees have no gaps.
class StreamTables {
 public:
  /// At first, each way: a game has a few channels.
  static constexpr std::uint16_t kFirst = 16;

  /// `announced`: in each direction at most. `fixed`: where the peer cannot reconfigure, since then
  /// the stack does not either.
  StreamTables(std::uint16_t local_port, std::uint16_t remote_port, std::uint16_t announced,
               std::uint16_t fixed);

  /// How many the stack shall have from the handshake on.
  std::uint16_t first() const { return first_; }
  /// The size of a table that has the stream; as large as the peer allows at most.
  static std::uint16_t size_for(std::uint16_t stream, std::uint16_t most);
  /// How many streams of ours may be used with a table of that size, where the peer allows so many.
  static std::uint16_t usable(std::uint16_t table, std::uint16_t allowed);

  /// An INIT or INIT ACK of the stack on its way down, to be changed in place.
  void on_own_init(std::uint8_t *chunk);
  /// A packet with nothing but an INIT or INIT ACK of the peer; what the stack may see of it. Valid
  /// until the next call on this thread. Empty where the stack must begin anew, with `first`
  /// streams.
  ByteView on_peer_init(ByteView packet);

  /// What the peer allows us to use, and what it may use; changed by requests on the wire.
  std::uint16_t outgoing() const { return outgoing_; }
  std::uint16_t incoming() const { return incoming_; }
  void set_outgoing(std::uint16_t streams) { outgoing_ = streams; }
  void set_incoming(std::uint16_t streams) { incoming_ = streams; }

  /// The next request of the stack for more streams is not for the peer.
  void hide_next_addition() { hides_next_ = true; }
  /// A RE-CONFIG chunk of the stack on its way down, to be changed in place. False where it is not
  /// for the peer.
  bool is_for_peer(std::uint8_t *chunk, std::size_t length);
  /// The answer to the stack's request that was hidden; empty where there is none. Valid until the
  /// next call on this thread.
  ByteView take_answer();

  /// A packet of the peer, with one RE-CONFIG chunk or more, as the stack may see it. Valid until
  /// the next call on this thread.
  ByteView translate(ByteView packet);
  /// A packet that makes the stack add so many streams of the peer. Valid until the next call on
  /// this thread.
  ByteView make_addition(std::uint16_t count);

 private:
  void translate_chunk(std::uint8_t *chunk, std::size_t length);
  std::uint32_t number_for_stack(std::uint32_t wire_number);
  std::uint32_t stack_next() const;
  ByteView make_packet(std::uint16_t type, std::uint32_t number, std::uint32_t value) const;

  // Constant after construction.
  const std::uint16_t local_port_;
  const std::uint16_t remote_port_;
  const std::uint16_t announced_;
  const std::uint16_t fixed_;

  std::uint16_t most_;
  std::uint16_t first_;
  std::uint16_t outgoing_;
  std::uint16_t incoming_;
  std::uint32_t own_tag_ = 0;
  RequestNumbers own_numbers_;
  RequestNumbers peer_numbers_;
  std::uint32_t peer_next_ = 0;  // On the wire.
  // On the wire, in order; the stack forgot them.
  std::vector<std::uint32_t> repeated_;
  bool hides_next_ = false;
  std::optional<std::uint32_t> to_answer_;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_SCTP_STREAM_TABLES_HPP
