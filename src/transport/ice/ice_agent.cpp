// SPDX-License-Identifier: MIT
#include "transport/ice/ice_agent.hpp"

#include <algorithm>
#include <utility>

#include "transport/ice/connectivity_check.hpp"
#include "transport/ice/descriptors.hpp"

namespace peerlane {

namespace {

// RFC 8445 section 14.2: Ta is 5 ms at least. Each check of the first pair costs one of them. So
// much is also the most that a peer can make us send to addresses that are not its own: 200 checks
// of some 100 bytes in a second, and as many in all as CheckQueue lets pass.
constexpr unsigned kPacingMilliseconds = 5;
// For so long libnice goes on checking with nothing to check. Before a pair works it must not give
// up early: the controlled end waits for a nomination that may get lost. Afterwards the timer would
// tick for nothing, every 5 ms.
constexpr unsigned kPatienceMilliseconds = 20000;
constexpr unsigned kPatienceConnectedMilliseconds = 50;
// RFC 8445 section 11 asks for something at least every 15 s; SCTP's heartbeats see to that. But if
// only our own address changed, and what the peer sends still finds us, nothing else tells it.
constexpr Duration kBetweenPathChecks = std::chrono::seconds(20);

gboolean to_gboolean(bool value) { return value ? TRUE : FALSE; }

}  // namespace

IceTransport::Agent::Agent(const Options &options, std::shared_ptr<LoopContext> context,
                           TimerQueue &timers, IceTransport &owner)
    : options_(options),
      context_(std::move(context)),
      timers_(timers),
      owner_(owner),
      local_ufrag_(options.local_ufrag),
      local_pwd_(options.local_pwd),
      resolver_(*context_, timers),
      server_reflexive_(*context_, timers, *this),
      path_(timers, options.allow_segmentation_offload, options.allow_receive_offload, dropped_),
      peer_moves_(timers, [this](const SocketAddress &remote) { use_path(remote); }),
      gate_(timers, options.checking_limit,
            [this](State state) {
              if (!closing_) owner_.on_agent_state(*this, state);
            }),
      remote_candidates_(resolver_, dropped_,
                         [this](const Candidate &candidate) { queue_remote_candidate(candidate); }),
      check_queue_(timers,
                   {[this](const Candidate &candidate) { return pairs_of(candidate); },
                    [this](unsigned sends) {
                      g_object_set(nice_.get(), "stun-max-retransmissions", sends, nullptr);
                    },
                    [this](const Candidate &candidate) { use_remote_candidate(candidate); }}),
      path_check_timer_(timers, [this] { check_path(); }),
      gathering_timer_(timers, [this] { end_gathering(false); }),
      resume_receiving_(timers, [this] { attach_receiver(true); }),
      close_timer_(timers, [this] { close_step(); }) {}

Status IceTransport::Agent::open() {
  if (!descriptors_to_spare()) {
    return Failure{Error::ERR_CANT_CREATE,
                   "the process has no file descriptor left for a connection"};
  }
  // No consent option: in 0.1.21 one lost answer ends a connection that lives. No
  // keepalive-conncheck either: a check every five seconds is most of what an idle connection
  // costs.
  nice_ = GObjectPtr<NiceAgent>::take(nice_agent_new_full(
      context_->native(), NICE_COMPATIBILITY_RFC5245, NICE_AGENT_OPTION_ICE_TRICKLE));
  g_object_set(nice_.get(), "upnp", FALSE, "ice-tcp", to_gboolean(options_.enable_tcp),
               "controlling-mode", to_gboolean(options_.controlling), "stun-pacing-timer",
               kPacingMilliseconds, "max-connectivity-checks",
               static_cast<unsigned>(CheckQueue::kMaxPairs), "idle-timeout", kPatienceMilliseconds,
               "force-relay", to_gboolean(options_.policy == IceTransportPolicy::RELAY), nullptr);
  stream_ = nice_agent_add_stream(nice_.get(), 1);
  if (stream_ == 0) return Failure{Error::ERR_CANT_CREATE, "libnice made no stream"};
  nice_agent_set_local_credentials(nice_.get(), stream_, local_ufrag_.c_str(), local_pwd_.c_str());
  connect_signals();
  attach_receiver(true);
  remote_candidates_.on_resolved([this] { tell_remote_done(); });
  check_queue_.on_empty([this] { tell_remote_done(); });
  check_queue_.begin();
  return {};
}

void IceTransport::Agent::connect_signals() {
  const auto connect = [this](const char *name, GCallback handler) {
    g_signal_connect(nice_.get(), name, handler, this);
  };
  connect("new-candidate-full", G_CALLBACK(+[](NiceAgent *, NiceCandidate *candidate, Agent *self) {
            if (auto found = from_nice(*candidate)) self->signal_candidate(std::move(*found));
          }));
  connect("candidate-gathering-done", G_CALLBACK(+[](NiceAgent *, guint, Agent *self) {
            self->nice_gathered_ = true;
            self->check_gathering_done();
          }));
  connect("component-state-changed",
          G_CALLBACK(+[](NiceAgent *, guint, guint, guint state, Agent *self) {
            self->on_component_state(static_cast<NiceComponentState>(state));
          }));
  connect("new-selected-pair-full",
          G_CALLBACK(+[](NiceAgent *, guint, guint, NiceCandidate *local, NiceCandidate *remote,
                         Agent *self) { self->on_selected_pair(local, remote); }));
  // Those that a check came from; what the description says is not told.
  connect("new-remote-candidate-full",
          G_CALLBACK(+[](NiceAgent *, NiceCandidate *candidate, Agent *self) {
            const auto address = from_nice(candidate->addr);
            if (address && candidate->transport == NICE_CANDIDATE_TRANSPORT_UDP)
              self->peer_moves_.checked_from(*address);
          }));
}

void IceTransport::Agent::set_remote_credentials(const std::string &ufrag, const std::string &pwd) {
  const Credentials remote(ufrag, pwd);
  if (closing_) return;
  if (!remote_credentials_) return use_credentials(remote);
  next_remote_gathering_done_ = false;
  const bool restarting = std::exchange(next_remote_credentials_, std::nullopt).has_value();
  if (remote == remote_credentials_) {
    if (restarting) remote_candidates_.stay();  // It took its restart back.
    return;
  }
  // The peer restarts. Our end joins with credentials of its own; until then the old generation
  // goes on.
  next_remote_credentials_ = remote;
  remote_candidates_.expect_next_generation();
}

void IceTransport::Agent::take_over_peer_of(Agent &former) {
  if (former.remote_credentials_) {
    remote_candidates_.forget(former.remote_credentials_->first);
  } else if (former.remote_candidates_.past_ufrag()) {
    remote_candidates_.forget(*former.remote_candidates_.past_ufrag());
  }
  for (const Candidate &candidate : former.remote_candidates_.take_waiting())
    remote_candidates_.add(candidate);
  const bool done = std::exchange(former.next_remote_gathering_done_, false);
  const auto credentials = std::exchange(former.next_remote_credentials_, std::nullopt);
  if (credentials) use_credentials(*credentials);
  if (done) set_remote_gathering_done();
}

void IceTransport::Agent::use_credentials(const Credentials &remote) {
  remote_credentials_ = remote;
  context_->run_inside([this, &remote] {
    nice_agent_set_remote_credentials(nice_.get(), stream_, remote.first.c_str(),
                                      remote.second.c_str());
    check_queue_.begin();
    remote_candidates_.begin_generation(remote.first);
  });
  expedite_checks();
  gate_.credentials_known();
}

void IceTransport::Agent::add_remote_candidate(const Candidate &candidate) {
  if (!closing_) remote_candidates_.add(candidate);
}

std::size_t IceTransport::Agent::pairs_of(const Candidate &candidate) const {
  const auto is_v6 = [](const Candidate &each) {
    return each.address.find(':') != std::string::npos;
  };
  const auto pairs = std::count_if(
      local_candidates_.begin(), local_candidates_.end(), [&](const Candidate &local) {
        // The others share a socket with one of these (RFC 8445 section 6.1.2.4).
        const bool is_base =
            local.type == CandidateType::HOST || local.type == CandidateType::RELAY;
        return is_base && local.transport == candidate.transport &&
               is_v6(local) == is_v6(candidate);
      });
  return static_cast<std::size_t>(std::max<std::ptrdiff_t>(pairs, 1));
}

void IceTransport::Agent::queue_remote_candidate(const Candidate &candidate) {
  if (!check_queue_.add(candidate)) ++dropped_["ice_candidate_limit"];
}

void IceTransport::Agent::use_remote_candidate(const Candidate &candidate) {
  const NiceCandidatePtr converted = to_nice(candidate, stream_);
  if (!converted || closing_) return;
  GSList list{converted.get(), nullptr};
  context_->run_inside(
      [this, &list] { nice_agent_set_remote_candidates(nice_.get(), stream_, kComponent, &list); });
  expedite_checks();
  gate_.hope();
}

// libnice waits for one interval before the first check too, though there is nothing to keep a
// distance from. The others follow at their pace.
void IceTransport::Agent::expedite_checks() {
  if (!expedited_) expedited_ = context_->expedite("Connectivity check schedule");
}

void IceTransport::Agent::set_remote_gathering_done() {
  if (closing_) return;
  if (next_remote_credentials_) {
    next_remote_gathering_done_ = true;
    return;
  }
  remote_gathering_done_ = true;
  nice_agent_peer_candidate_gathering_done(nice_.get(), stream_);
  tell_remote_done();
}

void IceTransport::Agent::tell_remote_done() {
  const bool more_to_try = remote_candidates_.resolving() || !check_queue_.empty();
  if (remote_gathering_done_ && !more_to_try) gate_.remote_done();
}

void IceTransport::Agent::set_controlling(bool controlling) {
  // libnice takes it over at the next restart once checks have begun; until then a conflict
  // resolves itself (RFC 8445 section 7.3.1.1).
  if (!closing_) g_object_set(nice_.get(), "controlling-mode", to_gboolean(controlling), nullptr);
}

void IceTransport::Agent::restart_in_place(const std::string &local_ufrag,
                                           const std::string &local_pwd) {
  if (closing_) return;
  local_ufrag_ = local_ufrag;
  local_pwd_ = local_pwd;
  gate_.restart();
  remote_gathering_done_ = false;
  remote_credentials_.reset();
  remote_candidates_.expect_next_generation();
  check_queue_.begin();
  set_patience(false);
  context_->run_inside([this] {
    nice_agent_restart_stream(nice_.get(), stream_);
    // libnice has made up credentials of its own.
    nice_agent_set_local_credentials(nice_.get(), stream_, local_ufrag_.c_str(),
                                     local_pwd_.c_str());
  });
  announce_again();
  if (closing_ || !next_remote_credentials_) return;
  use_credentials(*std::exchange(next_remote_credentials_, std::nullopt));
  if (std::exchange(next_remote_gathering_done_, false)) set_remote_gathering_done();
}

void IceTransport::Agent::announce_again() {
  // libnice keeps its sockets and candidates; the generation that they belong to may be new.
  for (Candidate &candidate : local_candidates_) candidate.ufrag = local_ufrag_;
  const std::vector<Candidate> known = local_candidates_;
  for (const Candidate &candidate : known) {
    if (!closing_) owner_.on_agent_candidate(*this, candidate);
  }
  if (gathered_ && !closing_) owner_.on_agent_gathering_done(*this);
}

void IceTransport::Agent::on_component_state(NiceComponentState state) {
  if (closing_) return;
  switch (state) {
    case NICE_COMPONENT_STATE_READY:
    case NICE_COMPONENT_STATE_CONNECTED:
      server_reflexive_.stop();
      adopt_selected_pair();
      set_patience(state == NICE_COMPONENT_STATE_READY);
      return gate_.pair_found();
    case NICE_COMPONENT_STATE_FAILED:
      // It checks the address that the peer has left.
      if (peer_moves_.moved()) return;
      // The socket may be closed, or the address be another's by now.
      forget_path();
      peer_moves_.forget();
      set_patience(false);
      return gate_.all_pairs_failed();
    default:
      return gate_.pair_lost();
  }
}

void IceTransport::Agent::set_patience(bool connected) {
  g_object_set(nice_.get(), "idle-timeout",
               connected ? kPatienceConnectedMilliseconds : kPatienceMilliseconds, nullptr);
}

void IceTransport::Agent::adopt_selected_pair() {
  NiceCandidate *local = nullptr;
  NiceCandidate *remote = nullptr;
  if (nice_agent_get_selected_pair(nice_.get(), stream_, kComponent, &local, &remote))
    on_selected_pair(local, remote);
}

void IceTransport::Agent::on_selected_pair(NiceCandidate *local, NiceCandidate *remote) {
  if (closing_) return;
  path_check_timer_.arm_in(kBetweenPathChecks);
  local_ = stats_of(*local);
  remote_ = stats_of(*remote);
  for (const Candidate &candidate : local_candidates_) {
    // A pair is found with an address that libnice calls peer-reflexive, since a STUN server told
    // us and not it.
    const bool same = candidate.address == local_.address && candidate.port == local_.port;
    if (same && local_.type == "prflx") local_.type = candidate_type_name(candidate.type);
  }
  const bool is_plain_udp = local->type != NICE_CANDIDATE_TYPE_RELAYED &&
                            local->transport == NICE_CANDIDATE_TRANSPORT_UDP;
  const auto address = from_nice(remote->addr);
  if (!is_plain_udp || !address || options_.policy == IceTransportPolicy::RELAY) {
    peer_moves_.forget();
    return forget_path();
  }
  peer_moves_.selected(*address);
  use_path(peer_moves_.target());
}

void IceTransport::Agent::use_path(const SocketAddress &remote) {
  if (closing_) return;
  path_.use(
      GObjectPtr<GSocket>::take(nice_agent_get_selected_socket(nice_.get(), stream_, kComponent)),
      remote);
  read_path_first();
  remote_.address = remote.literal();
  remote_.port = remote.port();
}

void IceTransport::Agent::forget_path() {
  path_.forget();
  read_path_first();
}

void IceTransport::Agent::read_path_first() {
  if (in_front_ && options_.allow_direct_receive) context_->read_first(path_.descriptor());
}

void IceTransport::Agent::come_to_front() {
  in_front_ = true;
  context_->set_reader([this] { return read_path(); });
  read_path_first();
}

void IceTransport::Agent::leave_front() {
  in_front_ = false;
  context_->read_first(-1);
}

void IceTransport::Agent::send(std::span<const ByteView> datagrams) {
  if (closing_ || path_.send(datagrams)) return;
  if (local_.type.empty()) {
    dropped_["ice_no_pair"] += datagrams.size();
    return;
  }
  for (const ByteView datagram : datagrams) {
    const int sent =
        nice_agent_send(nice_.get(), stream_, kComponent, static_cast<guint>(datagram.size()),
                        reinterpret_cast<const gchar *>(datagram.data()));
    if (sent < 0) ++dropped_["ice_send_failed"];
  }
  for (const Relay &relay : relays_) {
    if (relay.tls) relay.tls->pass_on();
  }
}

void IceTransport::Agent::check_path() {
  if (closing_ || gate_.state() != State::CONNECTED) return;
  path_check_timer_.arm_in(kBetweenPathChecks);
  // A restart in place has checks of its own; a TCP connection stays where it is.
  if (!remote_credentials_ || local_.transport != "udp") return;
  gboolean controlling = FALSE;
  g_object_get(nice_.get(), "controlling-mode", &controlling, nullptr);
  const PackedByteArray check =
      write_connectivity_check({local_ufrag_, remote_credentials_->first,
                                remote_credentials_->second, controlling != FALSE});
  const ByteView datagram = check;
  if (!check.empty()) send(std::span(&datagram, 1));
}

}  // namespace peerlane
