// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_SCTP_RETRANSMISSION_TIMER_HPP
#define PEERLANE_TRANSPORT_SCTP_RETRANSMISSION_TIMER_HPP

#include "core/clock.hpp"
#include "peerlane/types.hpp"

namespace peerlane {

/// Sees to it that acknowledgements restart the T3-rtx timer, as rule R3 of RFC 9260 section 6.3.2
/// demands. Lives on the strand.
///
/// usrsctp restarts it only where a SACK has gap blocks. In the midst of bulk without loss it
/// expires once in each timeout therefore, whatever has taken a little longer than the smoothed
/// round trip counts as lost, and the congestion window begins anew with one packet. So some of the
/// SACKs without a gap are given a block that ends before it begins, which says nothing, and makes
/// usrsctp take them the other way.
class RetransmissionTimer {
 public:
  /// The packet of the peer as the stack may see it. Valid until the next call on this thread.
  ByteView restart_by(ByteView packet, TimePoint now);

 private:
  TimePoint due_{};
  bool gaps_ = false;  // In the last SACK.
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_SCTP_RETRANSMISSION_TIMER_HPP
