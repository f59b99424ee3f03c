// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "transport/dtls/tls_client_context.hpp"
#include "transport/ice/ice_peer.hpp"
#include "transport/ice/socket_address.hpp"
#include "transport/ice/tls_front.hpp"
#include "transport/ice/turn_frame.hpp"
#include "transport/ice/turn_messages.hpp"
#include "transport/ice/turn_server.hpp"

namespace peerlane::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A TCP socket on 127.0.0.1: closed to everybody, or one that lets in and never speaks.
class TcpPort {
 public:
  explicit TcpPort(bool listening)
      : socket_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    const auto any = *SocketAddress::parse("127.0.0.1", 0);
    bind(socket_, any.native(), any.native_size());
    if (listening) listen(socket_, 16);
  }
  TcpPort(const TcpPort &) = delete;
  TcpPort &operator=(const TcpPort &) = delete;
  ~TcpPort() { close(socket_); }

  SocketAddress address() const { return *SocketAddress::of_socket(socket_); }
  IceServerAddress as_turn_over_tls() const {
    IceServerAddress server;
    server.scheme = IceServerScheme::TURNS;
    server.host = "127.0.0.1";
    server.is_literal = true;
    server.port = address().port();
    server.transport = IceServerTransport::TCP;
    server.username = server.credential = "x";
    return server;
  }
  bool was_connected() const {
    const int connection = accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection >= 0) close(connection);
    return connection >= 0;
  }

 private:
  const int socket_;
};

/// Answers every whole Allocate request by what `answer` makes of its number and transaction.
TlsFront::Script turn_script(
    std::function<std::string(int, const StunTransaction &transaction)> answer) {
  return [answer = std::move(answer), number = 0](std::string &received) mutable {
    std::string answers;
    for (;;) {
      const TurnFrameSize next = measure_turn_frame(received);
      if (next.state != TurnFrameSize::COMPLETE) return answers;
      const std::string request = received.substr(0, next.size);
      received.erase(0, next.size);
      answers += answer(number++, transaction_of_turn_frame(request));
    }
  };
}

class IceTlsRelay : public ::testing::Test {
 protected:
  void TearDown() override { strand_->stop(); }

  IcePeer::Options with(const IceServerAddress &server, bool controlling = true) const {
    IcePeer::Options options;
    options.bind_address = "127.0.0.1";
    options.controlling = controlling;
    options.servers = {server};
    options.tls = TlsClientContext::create(authority_.pem()).value();
    // What ends earlier did not wait for it.
    options.gathering_limit = seconds(60);
    return options;
  }
  static bool done(const IcePeer &peer) { return peer.heard_.gathering_done > 0; }

  /// Gathers with this server alone: it gives no candidate but an error, and nobody waits.
  void expect_refused(const IceServerAddress &server, Error error, const std::string &word) {
    IcePeer peer(strand_, with(server));
    ASSERT_TRUE(peer.gather().ok());
    ASSERT_TRUE(peer.wait_for(done));
    const IcePeer::Heard heard = peer.heard();
    EXPECT_EQ(heard.candidates.size(), 1u);
    ASSERT_EQ(heard.errors.size(), 1u);
    EXPECT_EQ(heard.errors[0].first, error) << heard.errors[0].second;
    EXPECT_NE(heard.errors[0].second.find(word), std::string::npos) << heard.errors[0].second;
    EXPECT_NE(heard.errors[0].second.find("turns:" + server.host), std::string::npos)
        << heard.errors[0].second;
  }

  const std::shared_ptr<Strand> strand_ = Strand::create().value();
  const TlsAuthority authority_;
  const TlsIdentity identity_ = authority_.issue("IP:127.0.0.1,IP:::1,DNS:localhost");
};

class IceTlsRelayWithCoturn : public IceTlsRelay {
 protected:
  void SetUp() override {
    server_ = TurnServer::start();
    if (!server_) GTEST_SKIP() << "coturn (turnserver) is not there";
    front_ = std::make_unique<TlsFront>(identity_, server_->address(IceServerTransport::TCP).port);
  }
  IcePeer::Options through(bool controlling) const {
    IcePeer::Options options = with(front_->address(), controlling);
    options.policy = IceTransportPolicy::RELAY;
    return options;
  }

  std::unique_ptr<TurnServer> server_;
  std::unique_ptr<TlsFront> front_;
};

TEST_F(IceTlsRelayWithCoturn, Connects) {
  IcePeer a(strand_, through(true));
  IcePeer b(strand_, through(false));
  IcePeer::connect(a, b);
  ASSERT_TRUE(a.wait_until_connected());
  ASSERT_TRUE(b.wait_until_connected());
  a.run([](IceTransport &ice) { EXPECT_EQ(ice.local_candidate().type, "relay"); });
  expect_data_both_ways(a, b);
  EXPECT_EQ(front_->connections(), 2);
  a.close();
  b.close();
  EXPECT_TRUE(a.heard().errors.empty());
  EXPECT_EQ(server_->count_in_log("refreshed, realm=<example.org>, username=<user>, lifetime=0"), 2)
      << "the allocations are given back";
}

TEST_F(IceTlsRelayWithCoturn, ItsCandidateTellsNoLoopbackAddress) {
  IcePeer::Options options = with(front_->address());
  options.bind_address.clear();
  options.enable_loopback = true;
  IcePeer peer(strand_, options);
  ASSERT_TRUE(peer.gather().ok());
  ASSERT_TRUE(peer.wait_for(done));
  int relays = 0;
  for (const Candidate &candidate : peer.heard().candidates) {
    if (candidate.type != CandidateType::RELAY) continue;
    ++relays;
    EXPECT_FALSE(SocketAddress::parse(candidate.related_address, 0)->is_loopback());
  }
  EXPECT_EQ(relays, 1) << "whatever the number of our own addresses";
  EXPECT_EQ(front_->connections(), 1);
}

TEST_F(IceTlsRelayWithCoturn, WorksFromEveryAddress) {
  const std::uint16_t behind = server_->address(IceServerTransport::TCP).port;
  TlsFront on_v6(identity_, behind, "::1");
  for (const auto &[from, server] :
       {std::pair("127.0.0.7", front_->address()), std::pair("::1", on_v6.address("::1"))}) {
    IcePeer::Options options = with(server);
    options.bind_address = from;
    IcePeer peer(strand_, options);
    ASSERT_TRUE(peer.gather().ok()) << from;
    ASSERT_TRUE(peer.wait_for(done)) << from;
    const IcePeer::Heard heard = peer.heard();
    ASSERT_EQ(heard.candidates.size(), 2u) << from;
    EXPECT_EQ(heard.candidates[0].address, from);
    EXPECT_EQ(heard.candidates[1].type, CandidateType::RELAY);
    EXPECT_TRUE(heard.errors.empty()) << from;
  }
}

TEST_F(IceTlsRelayWithCoturn, AServerMayHaveANameWithSeveralAddresses) {
  IcePeer::Options options = through(true);
  options.servers = {front_->address("localhost")};
  IcePeer peer(strand_, options);
  ASSERT_TRUE(peer.gather().ok());
  ASSERT_TRUE(peer.wait_for(done));
  EXPECT_EQ(peer.heard().candidates.size(), 1u);
  EXPECT_TRUE(peer.heard().errors.empty());
}

TEST_F(IceTlsRelayWithCoturn, AWrongPasswordIsReported) {
  IceServerAddress server = front_->address();
  server.credential = "wrong";
  expect_refused(server, Error::ERR_UNAUTHORIZED, "credential");
}

TEST_F(IceTlsRelayWithCoturn, AServerThatGoesAwayIsReported) {
  IcePeer a(strand_, through(true));
  IcePeer b(strand_, through(false));
  IcePeer::connect(a, b);
  ASSERT_TRUE(a.wait_until_connected());
  ASSERT_TRUE(b.wait_until_connected());
  front_.reset();
  for (IcePeer *each : {&a, &b}) {
    ASSERT_TRUE(each->wait_for([](const IcePeer &peer) { return !peer.heard_.errors.empty(); }));
    EXPECT_EQ(each->heard().errors[0].first, Error::ERR_CONNECTION_ERROR);
    EXPECT_TRUE(each->wait_for([](const IcePeer &peer) {
      return peer.heard_.states.back() != IceTransport::State::CONNECTED;
    }));
  }
}

TEST_F(IceTlsRelay, AWrongCertificateIsRefusedAndTheRestWorks) {
  const TlsIdentity wrong = authority_.issue("DNS:turn.example.org");
  TlsFront front(wrong, [](std::string &) { return std::string(); });
  IcePeer a(strand_, with(front.address(), true));
  IcePeer b(strand_, with(front.address(), false));
  IcePeer::connect(a, b);
  ASSERT_TRUE(a.wait_until_connected());
  ASSERT_TRUE(b.wait_until_connected());
  for (IcePeer *each : {&a, &b}) {
    ASSERT_TRUE(each->wait_for(done));
    ASSERT_EQ(each->heard().errors.size(), 1u);
    EXPECT_EQ(each->heard().errors[0].first, Error::ERR_UNAUTHORIZED);
  }
  expect_refused(front.address(), Error::ERR_UNAUTHORIZED, "IP address mismatch");
  expect_refused(front.address("localhost"), Error::ERR_UNAUTHORIZED, "hostname mismatch");
}

TEST_F(IceTlsRelay, AnExpiredOrUnknownCertificateIsRefused) {
  const auto silence = [](std::string &) { return std::string(); };
  const TlsIdentity old = authority_.issue("IP:127.0.0.1", -3600, -60);
  TlsFront expired(old, silence);
  expect_refused(expired.address(), Error::ERR_UNAUTHORIZED, "expired");
  const TlsAuthority nobody("nobody");
  const TlsIdentity unknown = nobody.issue("IP:127.0.0.1");
  TlsFront untrusted(unknown, silence);
  expect_refused(untrusted.address(), Error::ERR_UNAUTHORIZED, "certificate is refused");
}

TEST_F(IceTlsRelay, AClosedPortEndsGatheringAtOnce) {
  const TcpPort closed(false);
  expect_refused(closed.as_turn_over_tls(), Error::ERR_CANT_CONNECT, "Connection refused");
}

TEST_F(IceTlsRelay, WithoutTlsThereIsNoPlainText) {
  const TcpPort port(true);
  IcePeer::Options options = with(port.as_turn_over_tls());
  options.tls = nullptr;
  IcePeer peer(strand_, options);
  ASSERT_TRUE(peer.gather().ok());
  ASSERT_TRUE(peer.wait_for(done));
  EXPECT_EQ(peer.heard().errors.size(), 1u);
  EXPECT_FALSE(port.was_connected());
}

TEST_F(IceTlsRelay, ASilentServerEndsWithTheLimit) {
  const TcpPort silent(true);
  IcePeer::Options options = with(silent.as_turn_over_tls());
  options.gathering_limit = milliseconds(300);
  IcePeer peer(strand_, options);
  ASSERT_TRUE(peer.gather().ok());
  ASSERT_TRUE(peer.wait_for(done));
  ASSERT_EQ(peer.heard().errors.size(), 1u);
  EXPECT_EQ(peer.heard().errors[0].first, Error::ERR_TIMEOUT);
  EXPECT_TRUE(silent.was_connected());
}

TEST_F(IceTlsRelay, WhatIsNoTurnServerIsReported) {
  TlsFront web(identity_, [](std::string &received) {
    return std::exchange(received, "").empty() ? "" : "HTTP/1.1 400 Bad Request\r\n\r\n";
  });
  expect_refused(web.address(), Error::ERR_CANT_CONNECT, "no TURN server");
}

TEST_F(IceTlsRelay, AServerThatEndsTheConnectionIsReported) {
  std::atomic<bool> asked = false;
  const auto hear = [&asked](int, const StunTransaction &) {
    asked = true;
    return std::string();
  };
  auto server = std::make_unique<TlsFront>(identity_, turn_script(hear));
  IcePeer peer(strand_, with(server->address()));
  ASSERT_TRUE(peer.gather().ok());
  while (!asked) std::this_thread::yield();
  server.reset();
  ASSERT_TRUE(peer.wait_for(done));
  ASSERT_EQ(peer.heard().errors.size(), 1u);
  EXPECT_EQ(peer.heard().errors[0].first, Error::ERR_CONNECTION_ERROR);
}

TEST_F(IceTlsRelay, ARedirectIsNotFollowedIntoPlainText) {
  const TcpPort other(true);
  const std::string port = {static_cast<char>(other.address().port() >> 8),
                            static_cast<char>(other.address().port() & 0xff)};
  // ALTERNATE-SERVER (RFC 8489 section 14.15): the family, the port, the address.
  const TurnAttribute alternate = {
      0x8023, std::string("\0\1", 2) + port + "\x7f" + std::string("\0\0\1", 3)};
  const auto redirect = [&](int, const StunTransaction &transaction) {
    return turn_error(300, {alternate}, transaction);
  };
  TlsFront at_once(identity_, turn_script(redirect));
  expect_refused(at_once.address(), Error::ERR_CANT_CONNECT, "sends us on");
  // After the first question, when the user's name is in the request.
  TlsFront later(
      identity_, turn_script([&](int number, const StunTransaction &transaction) {
        if (number > 0) return redirect(number, transaction);
        return turn_error(401, {{0x0014, "example.org"}, {0x0015, "nonce"}}, transaction);
      }));
  expect_refused(later.address(), Error::ERR_CANT_CONNECT, "sends us on");
  EXPECT_FALSE(other.was_connected());
}

TEST_F(IceTlsRelay, ClosingWhileConnectingGivesEverythingBack) {
  const TcpPort silent(true);
  TlsFront mute(identity_, [](std::string &) { return std::string(); });
  std::size_t before = 0;
  for (int i = 0; i < 12; ++i) {
    // Some are opened once for the process.
    if (i == 2) before = open_descriptors();
    IcePeer peer(strand_, with(i % 2 == 0 ? silent.as_turn_over_tls() : mute.address()));
    ASSERT_TRUE(peer.gather().ok());
    if (i % 4 >= 2) peer.run([](IceTransport &) {});
    peer.close();
  }
  // The front notices the end of its connections in its own time.
  for (int i = 0; i < 1000 && open_descriptors() > before; ++i) usleep(2000);
  EXPECT_LE(open_descriptors(), before);
}

}  // namespace
}  // namespace peerlane::test
