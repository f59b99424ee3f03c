// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_SCTP_EARLY_COPIES_HPP
#define PEERLANE_TRANSPORT_SCTP_EARLY_COPIES_HPP

#include <chrono>
#include <cstddef>

#include "core/clock.hpp"
#include "peerlane/types.hpp"
#include "transport/sctp/sent_packets.hpp"

namespace peerlane {

/// Has each packet carry copies of the last ones before it that are not acknowledged yet, so that a
/// game's lost packet costs one frame instead of one and a round trip, after which LossRepair would
/// know. Lives on the strand.
///
/// The stack does not hear of copies. To the peer they are duplicates (RFC 9260 section 6.2), one
/// of which fills the gap before there is a report of it.
///
/// A path that loses nothing does not pay for ever: copies go out for a while at first, and after
/// each loss. What they hide shows by what the peer does not report: a copy that was not needed is
/// a duplicate in the acknowledgement of the packet that carried it (section 3.3.4). Where one is
/// missing there, the first sending was lost, or an acknowledgement, or the packets came in another
/// order; all of them count as losses, which at worst costs bytes. Of a peer that never reports
/// duplicates, only what LossRepair finds is known; there copies end while they hide losses, and
/// begin again with the next one.
///
/// Nor do they go out while a queue stands, which they would lengthen, and which delays a game more
/// than a loss does.
class EarlyCopies {
 public:
  /// The packet that was added to `sent` last, with copies of those before it that were not sent
  /// earlier than `oldest`; `most` bytes at most. Valid until the next call on this thread.
  ByteView add_to(ByteView packet, SentPackets &sent, std::size_t most, TimePoint oldest,
                  TimePoint now);
  void on_loss();
  void on_round_trip(Duration sample);
  /// The round trip took so long at most.
  void on_late_acknowledgement(Duration sample) {
    if (sample < lately_) on_round_trip(sample);
  }
  /// The peer has acknowledged packets with so many copies in them, and reports so many duplicates.
  void on_acknowledged(std::size_t copies, std::size_t duplicates);

 private:
  bool path_loses(TimePoint now);
  bool queue_stands() const;

  // At first nobody knows whether the path loses.
  Duration left_ = std::chrono::seconds(30);  // Of sending.
  TimePoint last_sent_{};
  bool reports_duplicates_ = false;
  // The least round trip lately, and of the path itself. Both fall at once; one rises with the next
  // few samples, the other in some seconds. So neither jitter nor a longer path is a queue.
  Duration lately_{0}, path_{0};
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_SCTP_EARLY_COPIES_HPP
