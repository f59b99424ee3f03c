// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_ICE_ICE_AGENT_HPP
#define PEERLANE_TRANSPORT_ICE_ICE_AGENT_HPP

#include <nice/agent.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/loop_context.hpp"
#include "transport/ice/check_queue.hpp"
#include "transport/ice/connection_gate.hpp"
#include "transport/ice/gobject_ptr.hpp"
#include "transport/ice/ice_transport.hpp"
#include "transport/ice/name_resolver.hpp"
#include "transport/ice/nice_candidates.hpp"
#include "transport/ice/peer_moves.hpp"
#include "transport/ice/remote_candidates.hpp"
#include "transport/ice/server_reflexive.hpp"
#include "transport/ice/tls_relay.hpp"
#include "transport/ice/udp_path.hpp"

namespace peerlane {

/// The NiceAgent of one ICE generation and what stands around it: where libnice does too little,
/// too late or too much. Lives on the strand.
///
/// libnice emits its signals on the stack of the call that causes them, after it has given its lock
/// back: the agent may be called from them, but not freed.
class IceTransport::Agent final : private ServerReflexive::Listener, private TlsRelay::Listener {
 public:
  Agent(const Options &options, std::shared_ptr<LoopContext> context, TimerQueue &timers,
        IceTransport &owner);
  ~Agent();
  Agent(const Agent &) = delete;
  Agent &operator=(const Agent &) = delete;

  /// Makes the NiceAgent.
  Status open();
  Status gather();
  void set_remote_credentials(const std::string &ufrag, const std::string &pwd);
  void add_remote_candidate(const Candidate &candidate);
  void set_remote_gathering_done();
  void set_controlling(bool controlling);
  /// With the sockets that there are. Only where the system gives no others.
  void restart_in_place(const std::string &local_ufrag, const std::string &local_pwd);
  /// Its candidates once more, under the present credentials.
  void announce_again();
  /// This one is the next generation, or takes its place: what has come for that.
  void take_over_peer_of(Agent &former);
  /// Its datagrams are read first. One agent of a context at a time.
  void come_to_front();
  void leave_front();
  void send(std::span<const ByteView> datagrams);
  void close(std::function<void()> on_closed);

  bool wants_acknowledgements() const { return peer_moves_.watching(); }
  void on_acknowledgement() { peer_moves_.answered(); }
  void check_path();

  State state() const { return gate_.state(); }
  bool knows_peer() const { return remote_credentials_.has_value(); }
  bool has_credentials(const std::string &local_ufrag, const std::string &local_pwd) const {
    return local_ufrag_ == local_ufrag && local_pwd_ == local_pwd;
  }
  const IceCandidateStats &local_candidate() const { return local_; }
  const IceCandidateStats &remote_candidate() const { return remote_; }
  const DropCounters &dropped() const { return dropped_; }

 private:
  static constexpr unsigned kComponent = 1;  // The only one of the only stream.
  using Credentials = std::pair<std::string, std::string>;
  /// A TURN server that libnice was told of.
  struct Relay {
    IceServerAddress server;
    std::unique_ptr<TlsRelay> tls;  // Null without TLS.
    bool failed = false;            // The reason was told.
  };
  struct CloseCall;

  // Gathering: ice_agent_gather.cpp.
  Status add_local_addresses();
  Status explain_gathering_failure() const;
  void look_up_servers();
  void use_server(const IceServerAddress &server, const std::vector<std::string> &addresses);
  void add_relay(const IceServerAddress &server, const std::string &address);
  void add_tls_relay(const IceServerAddress &server, const std::vector<std::string> &addresses);
  void tell_nice_of_relay(const IceServerAddress &server, const SocketAddress &address,
                          NiceRelayType type);
  void adopt_sockets();
  void signal_candidate(Candidate candidate);
  void check_gathering_done();
  void end_gathering(bool in_time);
  void report_missing_relay(bool in_time);
  void on_server_reflexive(const SocketAddress &base, const SocketAddress &mapped) override;
  void on_server_reflexive_done() override { check_gathering_done(); }
  void on_tls_relay_failed(const TlsRelay &relay, const Failure &failure) override;

  // Connecting.
  void connect_signals();
  void use_credentials(const Credentials &remote);
  std::size_t pairs_of(const Candidate &candidate) const;
  void queue_remote_candidate(const Candidate &candidate);
  void use_remote_candidate(const Candidate &candidate);
  void tell_remote_done();
  void expedite_checks();
  void on_component_state(NiceComponentState state);
  void on_selected_pair(NiceCandidate *local, NiceCandidate *remote);
  void adopt_selected_pair();
  void use_path(const SocketAddress &remote);
  void forget_path();
  void read_path_first();
  void set_patience(bool connected);

  // Receiving: ice_agent_receive.cpp.
  void attach_receiver(bool on);
  /// False where there is something for libnice to read.
  bool read_path();
  void on_receive(ByteView data);
  void pause_if_greedy(std::size_t bytes);
  static void on_nice_receive(NiceAgent *, guint, guint, guint size, gchar *bytes, gpointer self);
  static void discard(NiceAgent *, guint, guint, guint, gchar *, gpointer) {}

  // Closing: ice_agent_close.cpp.
  void begin_close();
  void remove_stream();
  void close_step();
  void finish_close();

  const Options options_;
  const std::shared_ptr<LoopContext> context_;  // Shared with the agents before and after it.
  TimerQueue &timers_;
  IceTransport &owner_;
  DropCounters dropped_;
  GObjectPtr<NiceAgent> nice_;
  unsigned stream_ = 0;
  std::string local_ufrag_, local_pwd_;

  NameResolver resolver_;
  ServerReflexive server_reflexive_;
  UdpPath path_;
  PeerMoves peer_moves_;
  ConnectionGate gate_;
  RemoteCandidates remote_candidates_;
  CheckQueue check_queue_;
  Timer path_check_timer_;

  // Gathering.
  Timer gathering_timer_;
  bool gathering_ = false;  // Since gather(), until the end was told.
  bool gathered_ = false;   // The end was told.
  bool nice_gathered_ = false;
  bool has_v4_ = false, has_v6_ = false;  // Sockets that a server can be asked from.
  int server_lookups_ = 0;
  std::vector<Relay> relays_;
  std::size_t relay_candidates_ = 0;
  std::vector<std::pair<SocketAddress, std::uint32_t>>
      hosts_;                                // UDP host candidates and their priorities.
  std::vector<Candidate> local_candidates_;  // As signalled.

  // Connecting.
  std::optional<Credentials> remote_credentials_;
  std::optional<Credentials>
      next_remote_credentials_;  // Of a restart that our end has not joined yet.
  bool remote_gathering_done_ = false;
  bool next_remote_gathering_done_ = false;
  bool expedited_ = false;
  IceCandidateStats local_, remote_;

  // Receiving.
  bool in_front_ = false;
  Timer resume_receiving_;
  gint64 dispatch_time_ = 0;
  std::size_t dispatch_bytes_ = 0;

  // Closing.
  Timer close_timer_;
  int close_turns_ = 0;
  std::function<void()> on_closed_;
  std::shared_ptr<CloseCall> close_call_;
  bool closing_ = false;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_ICE_ICE_AGENT_HPP
