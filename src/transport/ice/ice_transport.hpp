// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_ICE_ICE_TRANSPORT_HPP
#define PEERLANE_TRANSPORT_ICE_ICE_TRANSPORT_HPP

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/datagram_sink.hpp"
#include "core/result.hpp"
#include "core/timer.hpp"
#include "core/tls_stream.hpp"
#include "peerlane/configuration.hpp"
#include "peerlane/stats.hpp"
#include "signaling/candidate.hpp"
#include "signaling/ice_server.hpp"

namespace peerlane {

class LoopContext;

/// ICE for one stream of one component (RFC 8445, RFC 8838), on libnice. Lives on the strand, with
/// a GMainContext of its own that the strand drives.
///
/// Sends a batch with one system call where the selected pair is plain UDP, and through libnice
/// where it is not.
///
/// Each generation (RFC 8445 section 9) has a NiceAgent with sockets of its own: a restart finds
/// the network as it is by then, the old generation answers as long as the peer uses it, and a
/// browser that has begun anew takes no address of the new one for one of the old.
class IceTransport final : public DatagramSink {
 public:
  enum class State {
    CHECKING,   ///< Looking for a pair.
    CONNECTED,  ///< A pair works; it may change.
    FAILED,     ///< No pair works now; a new candidate may revive it.
  };

  /// The object may not be destroyed inside a call; everything else may be called.
  class Listener {
   public:
    virtual void on_ice_candidate(const Candidate &candidate) = 0;
    virtual void on_ice_gathering_done() = 0;
    virtual void on_ice_state(State state) = 0;
    /// What came from a validated address: one or more datagrams of DTLS, one behind the other
    /// where the kernel merged them. Borrowed for the duration of the call.
    virtual void on_ice_data(ByteView data) = 0;
    /// Something that the user should know, for example a TURN server that refused us; the
    /// connection goes on.
    virtual void on_ice_error(Error error, const std::string &message) = 0;

   protected:
    ~Listener() = default;
  };

  struct Options {
    std::string local_ufrag, local_pwd;
    bool controlling = true;
    std::vector<IceServerAddress> servers;
    std::shared_ptr<const TlsConnector> tls;  ///< For servers that are reached over TLS.
    IceTransportPolicy policy = IceTransportPolicy::ALL;
    std::string bind_address;
    std::uint16_t port_range_begin = 0, port_range_end = 0;
    bool enable_tcp = false;
    bool enable_loopback = false;
    // Each fast path has a plain fallback; tests force it.
    bool allow_segmentation_offload = true;
    bool allow_receive_offload = true;
    bool allow_direct_receive = true;
    // Tests shorten them.
    Duration gathering_limit = std::chrono::seconds(5);  ///< For servers that do not answer.
    Duration checking_limit = std::chrono::seconds(30);  ///< Without a pair, before FAILED.
    /// How long a former generation listens for the peer. The peer says something more often.
    Duration former_limit = std::chrono::seconds(5);
  };

  /// ERR_CANT_CREATE where the system gives no socket or descriptor.
  static Result<std::unique_ptr<IceTransport>> create(const Options &options,
                                                      std::unique_ptr<LoopContext> context,
                                                      TimerQueue &timers, Listener &listener);
  ~IceTransport();

  /// Binds sockets and begins to look for candidates; at most 5 s for servers that do not answer.
  /// The listener may be called before this returns. ERR_ALREADY_IN_USE where the port range is
  /// used up.
  Status gather();
  /// The peer's credentials, of the first description and of every ICE restart. Checks begin with
  /// the first candidate.
  void set_remote_credentials(const std::string &ufrag, const std::string &pwd);
  /// Names of the form `….local` are resolved without blocking, or ignored.
  void add_remote_candidate(const Candidate &candidate);
  void set_remote_gathering_done();
  void set_controlling(bool controlling);
  /// New credentials for a new ICE generation, which gathers at once; the pair in use stays in use
  /// until a new one works (RFC 8445 section 9). With the credentials in use, the restart under way
  /// is taken back.
  void restart(const std::string &local_ufrag, const std::string &local_pwd);

  void send(std::span<const ByteView> datagrams) override;

  /// The peer may have got another address: then it matters whether it still hears us.
  bool wants_acknowledgements() const;
  void on_acknowledgement();
  /// Sends a connectivity check on the pair in use, by which the peer learns where we are now.
  void check_path();

  State state() const { return state_; }
  /// The pair in use; empty types before there is one.
  IceCandidateStats local_candidate() const;
  IceCandidateStats remote_candidate() const;
  /// What was thrown away, by reason.
  std::map<std::string, std::uint64_t> dropped() const;

  /// Gives sockets and TURN allocations back; `on_closed` runs when that is done, in a later turn.
  /// The listener hears nothing more. The object may be destroyed inside `on_closed`, not before.
  void close(std::function<void()> on_closed);

 private:
  class Agent;
  IceTransport(const Options &options, std::shared_ptr<LoopContext> context, TimerQueue &timers,
               Listener &listener);

  Agent &latest() const { return next_ ? *next_ : *current_; }
  bool begin_generation(const std::string &local_ufrag, const std::string &local_pwd);
  void use_next();
  void let_go(std::unique_ptr<Agent> agent);
  void retire(std::unique_ptr<Agent> agent);
  void on_agent_closed(const Agent &agent);

  // What the agents say.
  void on_agent_candidate(const Agent &agent, const Candidate &candidate);
  void on_agent_gathering_done(const Agent &agent);
  void on_agent_state(const Agent &agent, State state);
  void on_agent_error(const Agent &agent, Error error, const std::string &message);
  void on_agent_heard(const Agent &agent);
  void update_state();

  Options options_;  // Of the generation begun last.
  const std::shared_ptr<LoopContext> context_;
  TimerQueue &timers_;
  Listener &listener_;
  std::unique_ptr<Agent> current_;
  std::unique_ptr<Agent> next_;    // Of the restart under way.
  std::unique_ptr<Agent> former_;  // Hears what the peer still sends to it.
  Timer end_of_former_;
  std::vector<std::unique_ptr<Agent>> retired_;  // Until they are closed.
  std::map<std::string, std::uint64_t> dropped_by_retired_;
  State state_ = State::CHECKING;
  std::function<void()> on_closed_;
  bool closing_ = false;
  bool current_closed_ = false;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_ICE_ICE_TRANSPORT_HPP
