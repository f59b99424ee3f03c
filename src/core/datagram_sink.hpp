// SPDX-License-Identifier: MIT
#ifndef PEERLANE_CORE_DATAGRAM_SINK_HPP
#define PEERLANE_CORE_DATAGRAM_SINK_HPP

#include <span>

#include "peerlane/types.hpp"

namespace peerlane {

/// The seam between two neighbouring layers, downwards: takes a batch of datagrams towards the
/// peer. Best effort, as UDP is: what cannot be sent now is lost. The views are borrowed for the
/// duration of the call. Lives on the strand.
///
/// SCTP writes into DTLS, DTLS into ICE; a test puts a lossy pipe in the place of any of them.
class DatagramSink {
 public:
  virtual void send(std::span<const ByteView> datagrams) = 0;

 protected:
  ~DatagramSink() = default;
};

}  // namespace peerlane

#endif  // PEERLANE_CORE_DATAGRAM_SINK_HPP
