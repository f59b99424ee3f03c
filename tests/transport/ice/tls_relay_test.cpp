// SPDX-License-Identifier: MIT
#include "transport/ice/tls_relay.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "transport/ice/tunnel_fixture.hpp"

namespace peerlane::test {
namespace {

/// A TlsRelay, and sockets that want to use it.
class TlsRelayTest : public TunnelFixture, public TlsRelay::Listener {
 protected:
  void SetUp() override {
    TunnelFixture::SetUp();
    run([this] {
      relay_ = TlsRelay::create(*context_, strand_->timers(), true, to_the_server(),
                                std::make_unique<PlainStream>(), *this)
                   .value();
    });
  }
  void TearDown() override {
    run([this] { relay_.reset(); });
    TunnelFixture::TearDown();
  }
  void on_tls_relay_failed(const TlsRelay &, const Failure &) override {}

  int connect_to_relay() const {
    const int connection = tcp_socket();
    EXPECT_EQ(::connect(connection, relay_->address().native(), relay_->address().native_size()),
              0);
    return connection;
  }
  /// As libnice does: a socket that the agent's own context waits for.
  std::unique_ptr<SocketWatch> connect_as_libnice() {
    std::unique_ptr<SocketWatch> watch;
    run([&] {
      watch = std::make_unique<SocketWatch>(*context_, connect_to_relay(), owner_);
      watch->want(false, false);
    });
    return watch;
  }

  struct Owner final : SocketWatch::Owner {
    void on_socket_ready(SocketWatch &watch) override { watch.want(false, false); }
  } owner_;
  std::unique_ptr<TlsRelay> relay_;
};

TEST_F(TlsRelayTest, OnlyItsOwnAgentGetsIn) {
  const int stranger = connect_to_relay();
  EXPECT_TRUE(ends(stranger));
  pollfd nobody{listener_, POLLIN, 0};
  EXPECT_EQ(poll(&nobody, 1, 0), 0) << "no tunnel was dug for it";
  auto agent = connect_as_libnice();
  server_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  say(server_, "!");
  const int late_stranger = connect_to_relay();
  EXPECT_TRUE(ends(late_stranger));
  say(agent->descriptor(), request_);
  EXPECT_EQ(receive(server_, request_.size()), request_);
  run([&] { agent.reset(); });
  close(stranger);
  close(late_stranger);
}

TEST_F(TlsRelayTest, OneTunnelIsEnough) {
  auto first = connect_as_libnice();
  server_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  auto second = connect_as_libnice();
  say(second->descriptor(), request_);
  EXPECT_EQ(receive(second->descriptor(), refusal_.size()), refusal_);
  run([&] {
    first.reset();
    second.reset();
  });
}

TEST_F(TlsRelayTest, NobodyGetsInAfterGathering) {
  run([this] { relay_->end_gathering(); });
  const int connection = tcp_socket();
  const SocketAddress address = relay_->address();
  EXPECT_NE(::connect(connection, address.native(), address.native_size()), 0);
  EXPECT_EQ(errno, ECONNREFUSED);
  close(connection);
}

}  // namespace
}  // namespace peerlane::test
