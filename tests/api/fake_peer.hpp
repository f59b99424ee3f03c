// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_API_FAKE_PEER_HPP
#define PEERLANE_TESTS_API_FAKE_PEER_HPP

#include <memory>
#include <string>
#include <vector>

#include "api/fake_network.hpp"
#include "api/peer_connection_core.hpp"
#include "peerlane/peerlane.hpp"
#include "signaling/sdp.hpp"

namespace peerlane::test {

using CS = PeerConnection::ConnectionState;
using SS = PeerConnection::SignalingState;
using GS = PeerConnection::GatheringState;

/// A connection on a fake network, whose signals are written down.
class FakePeer {
 public:
  explicit FakePeer(const Configuration &configuration = {});

  PeerConnection *operator->() const { return connection.get(); }
  /// The network made last.
  FakeWire &wire() const { return *wires.back(); }
  bool has_wire() const { return !wires.empty(); }
  /// Polls until nothing is left.
  void settle();
  /// Of the heard signals, those that begin so.
  std::vector<std::string> heard_of(const std::string &prefix) const;

  std::shared_ptr<PeerConnection> connection;
  std::vector<std::shared_ptr<FakeWire>> wires;
  bool network_fails = false;
  /// "offer", "answer", "candidate <media> <index>", "channel <label>", "connection <n>",
  /// "gathering <n>", "signaling <n>", "error <name>".
  std::vector<std::string> heard;
  std::string offer, answer;                           ///< Emitted last.
  std::vector<std::string> candidates;                 ///< Names emitted.
  std::vector<std::shared_ptr<DataChannel>> channels;  ///< Received and kept.
  bool apply = true;                                   ///< Call set_local_description in the slot.
};

/// Offer, answer, no candidates; both apply what they create. Both have a channel and read
/// CONNECTING at the end.
void negotiate(FakePeer &offerer, FakePeer &answerer);

/// A line that parses, of an address that is different for each port.
std::string candidate_line(int port, const std::string &ufrag = "");

/// The data section of a description that parses.
DataSection data_of(const std::string &sdp);

}  // namespace peerlane::test

#endif  // PEERLANE_TESTS_API_FAKE_PEER_HPP
