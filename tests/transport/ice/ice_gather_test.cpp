// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "transport/ice/ice_peer.hpp"
#include "transport/ice/socket_address.hpp"
#include "transport/ice/stun_server.hpp"

namespace peerlane::test {
namespace {

using std::chrono::milliseconds;

class IceGather : public ::testing::Test {
 protected:
  static IcePeer::Options on_loopback() {
    IcePeer::Options options;
    options.bind_address = "127.0.0.1";
    return options;
  }
  static bool done(const IcePeer &peer) { return peer.heard_.gathering_done > 0; }
  static std::size_t count(const IcePeer::Heard &heard, CandidateType type) {
    return static_cast<std::size_t>(
        std::count_if(heard.candidates.begin(), heard.candidates.end(),
                      [type](const Candidate &candidate) { return candidate.type == type; }));
  }
  const std::shared_ptr<Strand> strand_ = Strand::create().value();
  void TearDown() override { strand_->stop(); }
};

/// A UDP socket that holds a port of 127.0.0.1.
class HeldPort {
 public:
  explicit HeldPort(std::uint16_t port) : socket_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    const auto address = *SocketAddress::parse("127.0.0.1", port);
    held_ = bind(socket_, address.native(), address.native_size()) == 0;
    port_ = SocketAddress::of_socket(socket_)->port();
  }
  HeldPort(const HeldPort &) = delete;
  HeldPort &operator=(const HeldPort &) = delete;
  ~HeldPort() { close(socket_); }
  bool held() const { return held_; }
  std::uint16_t port() const { return port_; }

 private:
  int socket_;
  bool held_ = false;
  std::uint16_t port_ = 0;
};

TEST_F(IceGather, GivesHostCandidatesAtOnce) {
  IcePeer peer(strand_, on_loopback());
  ASSERT_TRUE(peer.gather().ok());
  const auto heard = peer.heard();
  ASSERT_EQ(heard.candidates.size(), 1u);
  EXPECT_EQ(heard.gathering_done, 1);
  const Candidate &candidate = heard.candidates.front();
  EXPECT_EQ(candidate.address, "127.0.0.1");
  EXPECT_EQ(candidate.ufrag, peer.options().local_ufrag);
  EXPECT_GT(candidate.priority, 0u);
  EXPECT_LE(candidate.priority, 0x7fffffffu);
  EXPECT_EQ(candidate.related_address, "");
  EXPECT_TRUE(parse_candidate(write_candidate(candidate)).ok());
}

TEST_F(IceGather, AMachineAlwaysHasAnAddress) {
  IcePeer peer(strand_);
  ASSERT_TRUE(peer.gather().ok());
  EXPECT_FALSE(peer.heard().candidates.empty());
}

TEST_F(IceGather, LoopbackIsAddedIfAskedFor) {
  IcePeer::Options options;
  options.enable_loopback = true;
  IcePeer peer(strand_, options);
  ASSERT_TRUE(peer.gather().ok());
  std::set<std::string> addresses;
  for (const Candidate &candidate : peer.heard().candidates) addresses.insert(candidate.address);
  EXPECT_TRUE(addresses.count("127.0.0.1"));
}

TEST_F(IceGather, TcpCandidatesOnlyIfAskedFor) {
  IcePeer::Options options = on_loopback();
  options.enable_tcp = true;
  IcePeer peer(strand_, options);
  ASSERT_TRUE(peer.gather().ok());
  std::set<TcpType> types;
  for (const Candidate &candidate : peer.heard().candidates) {
    if (candidate.tcp_type) types.insert(*candidate.tcp_type);
    EXPECT_TRUE(parse_candidate(write_candidate(candidate)).value().usable())
        << write_candidate(candidate);
  }
  EXPECT_EQ(types, (std::set{TcpType::ACTIVE, TcpType::PASSIVE}));
}

TEST_F(IceGather, PortRangeIsKept) {
  std::uint16_t begin = 0;
  {
    const HeldPort free(0);
    begin = free.port();
  }
  IcePeer::Options options = on_loopback();
  options.port_range_begin = options.port_range_end = begin;
  IcePeer peer(strand_, options);
  ASSERT_TRUE(peer.gather().ok());
  EXPECT_EQ(peer.heard().candidates.front().port, begin);
  options.local_ufrag.clear();
  IcePeer second(strand_, options);
  const Status used_up = second.gather();
  EXPECT_EQ(used_up.error(), Error::ERR_ALREADY_IN_USE);
  EXPECT_NE(used_up.message().find(std::to_string(begin)), std::string::npos);
}

TEST_F(IceGather, AnAddressThatIsNotOursIsAnError) {
  IcePeer::Options options;
  options.bind_address = "203.0.113.99";
  IcePeer peer(strand_, options);
  const Status status = peer.gather();
  EXPECT_EQ(status.error(), Error::ERR_CANT_CREATE);
  EXPECT_NE(status.message().find("203.0.113.99"), std::string::npos);
}

TEST_F(IceGather, AStunServerAddsACandidate) {
  StunServer server;
  IcePeer::Options options = on_loopback();
  options.servers = {server.address()};
  IcePeer peer(strand_, options);
  ASSERT_TRUE(peer.gather().ok());
  // The host candidate does not wait for the server.
  EXPECT_GE(count(peer.heard(), CandidateType::HOST), 1u);
  ASSERT_TRUE(peer.wait_for(done));
  const auto heard = peer.heard();
  ASSERT_EQ(heard.candidates.size(), 2u);
  const Candidate &host = heard.candidates[0];
  const Candidate &reflexive = heard.candidates[1];
  EXPECT_EQ(reflexive.type, CandidateType::SRFLX);
  EXPECT_EQ(reflexive.address, "203.0.113.7");
  EXPECT_EQ(reflexive.port, host.port);
  EXPECT_EQ(reflexive.related_address, "127.0.0.1");
  EXPECT_EQ(reflexive.related_port, host.port);
  EXPECT_LT(reflexive.priority, host.priority);
  EXPECT_NE(reflexive.foundation, host.foundation);
  EXPECT_TRUE(parse_candidate(write_candidate(reflexive)).value().usable());
}

TEST_F(IceGather, AStunServerMayHaveAName) {
  StunServer server;
  IcePeer::Options options = on_loopback();
  options.servers = {server.address("localhost")};
  IcePeer peer(strand_, options);
  ASSERT_TRUE(peer.gather().ok());
  EXPECT_GE(count(peer.heard(), CandidateType::HOST), 1u);
  ASSERT_TRUE(peer.wait_for(done));
  EXPECT_EQ(count(peer.heard(), CandidateType::SRFLX), 1u);
}

TEST_F(IceGather, ALostStunRequestIsSentAgain) {
  StunServer server(StunServer::Mode::IGNORES_THE_FIRST);
  IcePeer::Options options = on_loopback();
  options.servers = {server.address()};
  IcePeer peer(strand_, options);
  ASSERT_TRUE(peer.gather().ok());
  ASSERT_TRUE(peer.wait_for(done));
  EXPECT_EQ(count(peer.heard(), CandidateType::SRFLX), 1u);
}

TEST_F(IceGather, DeadServersEndWithTheLimit) {
  StunServer dead(StunServer::Mode::SILENT);
  IcePeer::Options options = on_loopback();
  options.gathering_limit = milliseconds(300);
  options.servers = {dead.address()};
  IceServerAddress relay = dead.address();
  relay.scheme = IceServerScheme::TURN;
  relay.username = relay.credential = "x";
  options.servers.push_back(relay);
  IcePeer peer(strand_, options);
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_TRUE(peer.gather().ok());
  EXPECT_EQ(peer.heard().gathering_done, 0);
  ASSERT_TRUE(peer.wait_for(done));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
  ASSERT_EQ(peer.heard().errors.size(), 1u);
  EXPECT_EQ(peer.heard().errors.front().first, Error::ERR_TIMEOUT);
}

TEST_F(IceGather, AnUnknownServerNameIsReported) {
  IcePeer::Options options = on_loopback();
  options.gathering_limit = milliseconds(500);
  IceServerAddress server;
  server.host = "no-such-host.invalid";
  options.servers = {server};
  IcePeer peer(strand_, options);
  ASSERT_TRUE(peer.gather().ok());
  ASSERT_TRUE(
      peer.wait_for([](const IcePeer &now) { return done(now) && !now.heard_.errors.empty(); }));
  EXPECT_EQ(peer.heard().errors.front().first, Error::ERR_CANT_RESOLVE);
  EXPECT_NE(peer.heard().errors.front().second.find("no-such-host.invalid"), std::string::npos);
}

TEST_F(IceGather, TheRelayPolicyTellsNobodyOurAddress) {
  StunServer server;
  IcePeer::Options options = on_loopback();
  options.policy = IceTransportPolicy::RELAY;
  options.servers = {server.address()};
  IcePeer peer(strand_, options);
  ASSERT_TRUE(peer.gather().ok());
  ASSERT_TRUE(peer.wait_for(done));
  EXPECT_TRUE(peer.heard().candidates.empty());
  EXPECT_EQ(server.requests(), 0);
}

}  // namespace
}  // namespace peerlane::test
