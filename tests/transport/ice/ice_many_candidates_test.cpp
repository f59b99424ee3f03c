// SPDX-License-Identifier: MIT
// A peer with as many candidates as one may have, most of them dead.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "transport/ice/ice_peer.hpp"

namespace peerlane::test {
namespace {

using namespace std::chrono_literals;

constexpr int kMost = 256;
constexpr std::uint32_t kHighest = 2'000'000'000;

/// Somebody at every loopback address who hears checks and never answers.
class SilentPort {
 public:
  SilentPort() : socket_(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    socklen_t size = sizeof address;
    bind(socket_, reinterpret_cast<sockaddr *>(&address), size);
    getsockname(socket_, reinterpret_cast<sockaddr *>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~SilentPort() { close(socket_); }
  SilentPort(const SilentPort &) = delete;
  SilentPort &operator=(const SilentPort &) = delete;

  std::uint16_t port() const { return port_; }
  int heard() {
    std::array<char, 2048> datagram;
    while (recv(socket_, datagram.data(), datagram.size(), 0) >= 0) ++heard_;
    return heard_;
  }

 private:
  const int socket_;
  std::uint16_t port_ = 0;
  int heard_ = 0;
};

class IceManyCandidates : public ::testing::Test {
 protected:
  static IcePeer::Options options(bool controlling) {
    IcePeer::Options options;
    options.controlling = controlling;
    options.bind_address = "127.0.0.1";
    return options;
  }
  // The n-th of 256 that nobody answers at, each of a foundation of its own: those of one
  // foundation are tried one after the other.
  Candidate dead(int n) const {
    Candidate candidate;
    candidate.foundation = "dead" + std::to_string(n);
    candidate.priority = kHighest - static_cast<std::uint32_t>(n);
    candidate.address = "127.0." + std::to_string(1 + n / 128) + "." + std::to_string(1 + n % 128);
    candidate.port = silent_port_->port();
    return candidate;
  }

  const std::shared_ptr<Strand> strand_ = Strand::create().value();
  const std::unique_ptr<SilentPort> silent_port_ = std::make_unique<SilentPort>();
  void TearDown() override { strand_->stop(); }
};

TEST_F(IceManyCandidates, TheLastAndLowestIsTriedAndChecksKeepTheirDistance) {
  IcePeer a(strand_, options(true));
  IcePeer b(strand_, options(false));
  ASSERT_TRUE(a.gather().ok());
  ASSERT_TRUE(b.gather().ok());
  b.run([&a](IceTransport &ice) {
    ice.set_remote_credentials(a.options().local_ufrag, a.options().local_pwd);
  });
  Candidate alive = b.heard().candidates.front();
  alive.foundation = "alive";
  alive.priority = 1;
  const auto begin = std::chrono::steady_clock::now();
  a.run([&](IceTransport &ice) {
    ice.set_remote_credentials(b.options().local_ufrag, b.options().local_pwd);
    for (int i = 0; i < kMost - 1; ++i) ice.add_remote_candidate(dead(i));
    ice.add_remote_candidate(alive);
  });
  const auto connected = [](const IcePeer &peer) { return !peer.heard_.states.empty(); };
  int checks = 0;
  for (int i = 0; i < 6000 && !a.wait_for(connected, 5ms); ++i) checks = silent_port_->heard();
  checks = silent_port_->heard();
  const auto time = std::chrono::steady_clock::now() - begin;
  ASSERT_TRUE(a.wait_until_connected());
  ASSERT_TRUE(b.wait_until_connected());
  EXPECT_GE(checks, kMost - 1) << "every one was tried before the one of the lowest priority";
  // RFC 8445 section 14.2. The first goes at once.
  EXPECT_LE(checks, time / 5ms + 2);
  a.run([](IceTransport &ice) { EXPECT_TRUE(ice.dropped().empty()); });
}

TEST_F(IceManyCandidates, OneMoreIsNotTaken) {
  IcePeer a(strand_, options(true));
  a.run([this](IceTransport &ice) {
    for (int i = 0; i < kMost; ++i) ice.add_remote_candidate(dead(i));
    ice.set_remote_credentials("aaaaBBBB", "aaaaBBBBaaaaBBBBaaaaBBBB");
    EXPECT_TRUE(ice.dropped().empty()) << "those that wait for the credentials";
    Candidate again = dead(7);
    ice.add_remote_candidate(again);
    EXPECT_TRUE(ice.dropped().empty()) << "one that is known";
    again.address = "127.0.9.9";
    ice.add_remote_candidate(again);
    EXPECT_EQ(ice.dropped().at("ice_candidate_limit"), 1u);
  });
}

TEST_F(IceManyCandidates, ThoseThatCostASocketOrALookUpAreFewer) {
  IcePeer a(strand_, options(true));
  a.run([this](IceTransport &ice) {
    ice.set_remote_credentials("aaaaBBBB", "aaaaBBBBaaaaBBBBaaaaBBBB");
    for (int i = 0; i < 70; ++i) {
      Candidate tcp = dead(i);
      tcp.transport = CandidateTransport::TCP;
      tcp.tcp_type = TcpType::PASSIVE;
      ice.add_remote_candidate(tcp);
    }
    EXPECT_EQ(ice.dropped().at("ice_candidate_limit"), 6u);
    ice.add_remote_candidate(dead(0));
    EXPECT_EQ(ice.dropped().at("ice_candidate_limit"), 6u) << "there is room for others";
  });
}

}  // namespace
}  // namespace peerlane::test
