// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <future>

#include "io/loop_context.hpp"
#include "transport/ice/ice_peer.hpp"
#include "transport/ice/stun_server.hpp"

namespace peerlane::test {
namespace {

class IceClose : public ::testing::Test {
 protected:
  static IcePeer::Options on_loopback() {
    IcePeer::Options options;
    options.bind_address = "127.0.0.1";
    return options;
  }
  const std::shared_ptr<Strand> strand_ = Strand::create().value();
  void TearDown() override { strand_->stop(); }
};

TEST_F(IceClose, BeforeAnything) {
  IcePeer peer(strand_, on_loopback());
  peer.close();
  EXPECT_TRUE(peer.closed());
}

TEST_F(IceClose, WithEverythingPending) {
  StunServer dead(StunServer::Mode::SILENT);
  IcePeer::Options options = on_loopback();
  options.servers = {dead.address(), dead.address("localhost"),
                     dead.address("no-such-host.invalid")};
  IceServerAddress relay = dead.address();
  relay.scheme = IceServerScheme::TURN;
  relay.username = relay.credential = "x";
  options.servers.push_back(relay);
  IcePeer peer(strand_, options);
  Candidate hidden;
  hidden.foundation = "1";
  hidden.priority = 1000;
  hidden.address = "7c1b2a9e-0000-4000-8000-2f6d1a3b5c7d.local";
  hidden.is_mdns = true;
  hidden.port = 50000;
  Candidate nobody = hidden;
  nobody.is_mdns = false;
  nobody.address = "127.0.0.1";
  nobody.port = 9;
  peer.run([&](IceTransport &ice) {
    ice.set_remote_credentials("abcd", "abcdefghijklmnopqrstuvwxyz");
    EXPECT_TRUE(ice.gather().ok());
    ice.add_remote_candidate(hidden);
    ice.add_remote_candidate(nobody);
  });
  const auto begin = std::chrono::steady_clock::now();
  peer.close();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
  const auto heard = peer.heard();
  EXPECT_TRUE(heard.states.empty());
}

TEST_F(IceClose, InTheTurnThatGathers) {
  StunServer server;
  IcePeer::Options options = on_loopback();
  options.servers = {server.address()};
  for (int i = 0; i < 20; ++i) {
    IcePeer peer(strand_, options);
    peer.run([](IceTransport &ice) { EXPECT_TRUE(ice.gather().ok()); });
  }
}

TEST_F(IceClose, TheListenerHearsNothingAfterIt) {
  IcePeer a(strand_, on_loopback());
  IcePeer b(strand_, on_loopback());
  IcePeer::connect(a, b);
  ASSERT_TRUE(a.wait_until_connected());
  ASSERT_TRUE(b.wait_until_connected());
  const int before = a.heard().data_calls;
  a.close();
  b.send({"into the void"});
  b.close();
  EXPECT_EQ(a.heard().data_calls, before);
}

TEST_F(IceClose, GivesEveryDescriptorBack) {
  std::size_t baseline = 0;
  for (int i = 0; i < 50; ++i) {
    IcePeer a(strand_, on_loopback());
    IcePeer b(strand_, on_loopback());
    IcePeer::connect(a, b);
    ASSERT_TRUE(a.wait_until_connected());
    ASSERT_TRUE(b.wait_until_connected());
    a.close();
    b.close();
    // GLib's own threads and descriptors come with the first connection.
    if (i == 0) baseline = open_descriptors();
  }
  // Strands of former tests may still give some back.
  EXPECT_LE(open_descriptors(), baseline);
}

TEST_F(IceClose, WithoutCloseIsSafeToo) {
  struct Quiet final : IceTransport::Listener {
    void on_ice_candidate(const Candidate &) override {}
    void on_ice_gathering_done() override {}
    void on_ice_state(IceTransport::State) override {}
    void on_ice_data(ByteView) override {}
    void on_ice_error(Error, const std::string &) override {}
  } quiet;
  IcePeer warm_up(strand_, on_loopback());
  warm_up.gather();
  const std::size_t before = open_descriptors();
  warm_up.run([&](IceTransport &) {
    auto made = IceTransport::create(on_loopback(),
                                     LoopContext::create(strand_->poller(), strand_->timers()),
                                     strand_->timers(), quiet);
    ASSERT_TRUE(made.ok());
    EXPECT_TRUE(made.value()->gather().ok());
  });
  EXPECT_LE(open_descriptors(), before);
}

/// Closes its transport in the first call that it hears, and destroys it when that is done.
class HastyListener final : public IceTransport::Listener {
 public:
  explicit HastyListener(std::promise<void> &done) : done_(done) {}
  std::unique_ptr<IceTransport> transport;
  int calls = 0;

 private:
  void on_ice_candidate(const Candidate &) override { hurry(); }
  void on_ice_gathering_done() override { hurry(); }
  void on_ice_state(IceTransport::State) override { hurry(); }
  void on_ice_data(ByteView) override { hurry(); }
  void on_ice_error(Error, const std::string &) override { hurry(); }
  void hurry() {
    ++calls;
    transport->close([this] {
      transport.reset();
      done_.set_value();
    });
  }
  std::promise<void> &done_;
};

TEST_F(IceClose, InsideACallOfTheListener) {
  StunServer server;
  IcePeer::Options options = on_loopback();
  options.servers = {server.address()};
  options.local_ufrag = "abcd";
  options.local_pwd = "abcdefghijklmnopqrstuvwxyz";
  std::promise<void> done;
  HastyListener hasty(done);
  strand_->post([&] {
    hasty.transport =
        IceTransport::create(options, LoopContext::create(strand_->poller(), strand_->timers()),
                             strand_->timers(), hasty)
            .value();
    EXPECT_TRUE(hasty.transport->gather().ok());
  });
  done.get_future().wait();
  EXPECT_EQ(hasty.calls, 1);
}

/// While it lives, so many more descriptors can be opened (more, where the numbers in use have
/// gaps).
class FewDescriptors {
 public:
  explicit FewDescriptors(int left) {
    getrlimit(RLIMIT_NOFILE, &before_);
    const int next = dup(STDIN_FILENO);
    ::close(next);
    const rlimit few{static_cast<rlim_t>(next + left), before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &few);
  }
  FewDescriptors(const FewDescriptors &) = delete;
  FewDescriptors &operator=(const FewDescriptors &) = delete;
  ~FewDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

// GLib ends the process where it finds no descriptor: then this test does not end well.
TEST_F(IceClose, RunningOutOfDescriptorsIsAnError) {
  bool ever_worked = false;
  bool ever_refused = false;
  for (int left = 0; left < 24; ++left) {
    const FewDescriptors few(left);
    IcePeer peer(strand_, on_loopback());
    Error error = peer.creation_error();
    if (error == Error::OK) error = peer.gather().error();
    EXPECT_TRUE(error == Error::OK || error == Error::ERR_CANT_CREATE) << left;
    (error == Error::OK ? ever_worked : ever_refused) = true;
  }
  EXPECT_TRUE(ever_worked);
  EXPECT_TRUE(ever_refused);
}

}  // namespace
}  // namespace peerlane::test
