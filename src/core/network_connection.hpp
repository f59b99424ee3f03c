// SPDX-License-Identifier: MIT
#ifndef PEERLANE_CORE_NETWORK_CONNECTION_HPP
#define PEERLANE_CORE_NETWORK_CONNECTION_HPP

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/channel_link.hpp"
#include "core/event_mailbox.hpp"
#include "core/fingerprint.hpp"
#include "core/stats_snapshot.hpp"
#include "core/tls_stream.hpp"
#include "peerlane/configuration.hpp"
#include "peerlane/stats.hpp"
#include "peerlane/types.hpp"
#include "signaling/candidate.hpp"
#include "signaling/ice_server.hpp"

namespace peerlane {

class Certificate;

// Everything that the API side may ask of the network side. Values; executed on the strand in the
// order given.

/// Creates sockets with these credentials and begins to gather. Once for each network connection,
/// first.
struct StartGathering {
  Configuration configuration;
  std::vector<IceServerAddress> servers;
  std::shared_ptr<const TlsConnector> tls;  ///< Null where no server needs it.
  std::shared_ptr<const Certificate> certificate;
  std::string local_ufrag, local_pwd;
  std::uint32_t ice_generation = 0;
  bool controlling = true;
};
/// New credentials, with sockets of their own (RFC 8445 section 9), or those of before, to take
/// that back; candidates are announced anew.
struct RestartIce {
  std::string local_ufrag, local_pwd;
  std::uint32_t ice_generation = 0;
  bool controlling = true;
};
/// What the peer's description says, and what both together decide. ICE begins to check; the first
/// one also fixes DTLS and SCTP, later ones change the ICE credentials only.
struct SetRemote {
  std::string ufrag, pwd;
  std::vector<Fingerprint> fingerprints;
  bool dtls_client = false;
  bool controlling = true;
  std::uint16_t sctp_port = 5000;
  std::size_t max_message_size = 65536;  ///< What we may send.
};
struct AddRemoteCandidate {
  Candidate candidate;
};
struct RemoteGatheringDone {};
struct OpenChannel {
  std::shared_ptr<ChannelLink> link;
};
/// Sends what was accepted before, then closes both directions.
struct CloseChannel {
  ChannelKey channel = 0;
};
/// The API side has emptied enough of its inbox.
struct ResumeReading {};

using Command = std::variant<StartGathering, RestartIce, SetRemote, AddRemoteCandidate,
                             RemoteGatheringDone, OpenChannel, CloseChannel, ResumeReading>;

/// What the two planes share of one connection.
struct ConnectionLink {
  EventMailbox events;
  // Received and not yet taken by the application, payload + kMessageOverhead each: the strand
  // adds, the API side subtracts. The strand stops reading at the limit, sets `reading_paused`, and
  // the API side sends ResumeReading once it has fallen below half of it.
  std::atomic<std::uint64_t> inbox_cost{0};
  std::atomic<std::uint64_t> inbox_messages{
      0};  // The same, counted: every message of the inbox and of `events`.
  std::atomic<bool> reading_paused{false};
  // Payload of both directions, + kMessageOverhead each: tells bulk from game traffic.
  std::atomic<std::uint64_t> traffic{0};
  // Set with each state that is reached, before that is told, and whenever somebody asks.
  StatsSnapshot stats;
};

/// The network side of one connection, as the API side sees it: the seam at which another network
/// can be put, for example one in memory. Any thread. Destroying it closes the connection in the
/// background; nothing waits for that.
class NetworkConnection {
 public:
  virtual ~NetworkConnection() = default;

  virtual void execute(Command command) = 0;
  /// Hands one message over; on the spot where the strand is free, else queued. The caller has
  /// counted it in `ChannelLink::buffered` and `buffered_cost` before. `payload` is moved from.
  virtual void send(ChannelLink &channel, bool is_text, PackedByteArray &&payload) = 0;
  virtual void send(ChannelLink &channel, bool is_text, ByteView payload) = 0;
  /// Runs `events.wake()` on a network thread.
  virtual void post_wakeup() = 0;
  /// The application polls: an opportunity to handle what is ready on its thread.
  virtual void help() = 0;
  /// As `EventMailbox::wait`, in the way that costs the least.
  virtual bool wait(std::chrono::milliseconds timeout) { return link()->events.wait(timeout); }
  /// Counters, the selected pair and drops; the API side fills in states and channels.
  virtual void fill_stats(PeerConnectionStats &stats) const = 0;
  virtual const std::shared_ptr<ConnectionLink> &link() const = 0;
};

}  // namespace peerlane

#endif  // PEERLANE_CORE_NETWORK_CONNECTION_HPP
