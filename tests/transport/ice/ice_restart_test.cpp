// SPDX-License-Identifier: MIT
// ICE restarts (RFC 8445 section 9), each end told of the other's by hand.
#include <gtest/gtest.h>

#include "transport/ice/ice_peer.hpp"
#include "transport/ice/socket_address.hpp"

#include <sys/socket.h>
#include <unistd.h>

namespace peerlane::test {
namespace {

using State = IceTransport::State;

class IceRestart : public ::testing::Test {
 protected:
  static constexpr char kPwd[] = "aaaaBBBBaaaaBBBBaaaaBBBB";

  static IcePeer::Options options(bool controlling) {
    IcePeer::Options options;
    options.controlling = controlling;
    options.bind_address = "127.0.0.1";
    options.checking_limit = std::chrono::seconds(2);
    options.former_limit = std::chrono::milliseconds(300);
    return options;
  }

  void connect() {
    IcePeer::connect(a, b);
    ASSERT_TRUE(a.wait_until_connected());
    ASSERT_TRUE(b.wait_until_connected());
  }

  static void expect_transfer(IcePeer &from, IcePeer &to) {
    const std::string sent = record(1000, 'x');
    const std::size_t before = to.heard().data.size();
    from.send({sent});
    EXPECT_TRUE(to.wait_for(
        [&](const IcePeer &peer) { return peer.heard_.data.size() >= before + sent.size(); }));
  }

  static void expect_transfer_both_ways(IcePeer &one, IcePeer &other) {
    expect_transfer(one, other);
    expect_transfer(other, one);
  }

  /// The peer's offer or answer with its first candidate.
  static void tell(IcePeer &peer, const std::string &ufrag, const Candidate &candidate) {
    peer.run([&](IceTransport &ice) {
      ice.set_remote_credentials(ufrag, kPwd);
      ice.add_remote_candidate(candidate);
    });
  }

  static void restart(IcePeer &peer, const std::string &ufrag, const std::string &pwd = kPwd) {
    peer.run([&](IceTransport &ice) { ice.restart(ufrag, pwd); });
  }

  /// An end joins the restart that the other has begun with the one ufrag, by a restart with the
  /// other. What it was offered.
  static Candidate join(IcePeer &offerer, const std::string &offered, IcePeer &answerer,
                        const std::string &answered) {
    const Candidate candidate = offerer.heard().candidates.back();
    tell(answerer, offered, candidate);
    restart(answerer, answered);
    tell(offerer, answered, answerer.heard().candidates.back());
    return candidate;
  }

  static void take_back(IcePeer &peer) {
    restart(peer, peer.options().local_ufrag, peer.options().local_pwd);
  }

  /// Data goes both ways until this end uses the address.
  static bool comes_to_use(IcePeer &peer, IcePeer &other, const Candidate &address) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    std::uint16_t port = 0;
    while (port != address.port && std::chrono::steady_clock::now() < end) {
      expect_transfer_both_ways(peer, other);
      peer.run([&port](IceTransport &ice) { port = ice.local_candidate().port; });
    }
    return port == address.port;
  }

  const std::shared_ptr<Strand> strand_ = Strand::create().value();
  IcePeer a{strand_, options(true)};
  IcePeer b{strand_, options(false)};

  void TearDown() override {
    a.close();
    b.close();
    strand_->stop();
  }
};

TEST_F(IceRestart, DataGoesOnAndMovesToNewAddresses) {
  connect();
  const Candidate old = a.heard().candidates.front();
  // The offer.
  restart(a, "aaaaBBBB");
  const Candidate offered = a.heard().candidates.back();
  EXPECT_EQ(offered.ufrag, "aaaaBBBB");
  EXPECT_NE(offered.port, old.port);
  expect_transfer_both_ways(a, b);
  // The answerer sets the description first, then joins.
  tell(b, "aaaaBBBB", offered);
  restart(b, "ccccDDDD");
  b.run([&](IceTransport &ice) { ice.add_remote_candidate(old); });
  const Candidate answered = b.heard().candidates.back();
  expect_transfer(a, b);
  tell(a, "ccccDDDD", answered);
  EXPECT_TRUE(comes_to_use(a, b, offered));
  EXPECT_TRUE(comes_to_use(b, a, answered));
  b.run([](IceTransport &ice) {
    EXPECT_EQ(ice.dropped().at("ice_candidate_of_other_generation"), 1u);
  });
  // The new generation has found a pair: nobody gives up.
  const auto failed = [](const IcePeer &peer) { return peer.heard_.states.size() > 1; };
  EXPECT_FALSE(a.wait_for(failed, std::chrono::milliseconds(2100)));
  EXPECT_EQ(a.heard().states, (std::vector<State>{State::CONNECTED}));
  EXPECT_EQ(b.heard().states, (std::vector<State>{State::CONNECTED}));
}

// As long as nobody has answered, the old generation is all there is: its checks have answers, and
// the restart's own limit of time says nothing.
TEST_F(IceRestart, NobodyAnswers) {
  connect();
  restart(a, "aaaaBBBB");
  tell(b, "aaaaBBBB", a.heard().candidates.back());
  const auto changed = [](const IcePeer &peer) { return peer.heard_.states.size() > 1; };
  EXPECT_FALSE(a.wait_for(changed, std::chrono::milliseconds(2500)));
  expect_transfer_both_ways(a, b);
}

TEST_F(IceRestart, IsTakenBack) {
  connect();
  const Candidate old = a.heard().candidates.front();
  const int gathered = a.heard().gathering_done;
  restart(a, "aaaaBBBB");
  EXPECT_TRUE(
      a.wait_for([&](const IcePeer &peer) { return peer.heard_.gathering_done == gathered + 1; }));
  a.run([this](IceTransport &ice) {
    ice.restart(a.options().local_ufrag, a.options().local_pwd);
    ice.set_remote_credentials(b.options().local_ufrag, b.options().local_pwd);
  });
  EXPECT_EQ(a.heard().candidates.back().ufrag, a.options().local_ufrag);
  EXPECT_EQ(a.heard().candidates.back().port, old.port) << "they are announced again";
  EXPECT_EQ(a.heard().gathering_done, gathered + 2);
  expect_transfer_both_ways(a, b);
}

TEST_F(IceRestart, OfThePeerIsTakenBack) {
  connect();
  b.run([this](IceTransport &ice) {
    ice.set_remote_credentials("aaaaBBBB", kPwd);
    ice.set_remote_gathering_done();
    ice.set_remote_credentials(a.options().local_ufrag, a.options().local_pwd);
  });
  // A restart of its own is the next one: it must not find the peer's credentials in its place.
  restart(b, "ccccDDDD");
  const Candidate offered = join(b, "ccccDDDD", a, "eeeeFFFF");
  EXPECT_TRUE(comes_to_use(b, a, offered));
}

TEST_F(IceRestart, OneReplacesAnother) {
  connect();
  for (const char *ufrag : {"aaaaAAAA", "aaaaBBBB", "aaaaCCCC"}) restart(a, ufrag);
  const Candidate offered = join(a, "aaaaCCCC", b, "ccccDDDD");
  EXPECT_EQ(offered.ufrag, "aaaaCCCC");
  EXPECT_TRUE(comes_to_use(a, b, offered));
}

TEST_F(IceRestart, CandidatesMayComeBeforeTheirCredentials) {
  connect();
  restart(a, "aaaaBBBB");
  const Candidate offered = a.heard().candidates.back();
  b.run([&](IceTransport &ice) {
    ice.add_remote_candidate(offered);
    ice.set_remote_credentials("aaaaBBBB", kPwd);
    ice.set_remote_gathering_done();
    ice.restart("ccccDDDD", kPwd);
  });
  const Candidate answered = b.heard().candidates.back();
  a.run([&](IceTransport &ice) {
    ice.add_remote_candidate(answered);
    ice.set_remote_credentials("ccccDDDD", kPwd);
  });
  EXPECT_TRUE(comes_to_use(a, b, offered));
}

// The controlling end joins, and uses what the peer has offered, before the peer has its answer;
// and that may never come.
TEST_F(IceRestart, OnlyOneEndMovesForALongTime) {
  connect();
  restart(b, "aaaaBBBB");
  const Candidate offered = b.heard().candidates.back();
  tell(a, "aaaaBBBB", offered);
  restart(a, "ccccDDDD");
  ASSERT_TRUE(comes_to_use(a, b, a.heard().candidates.back()));
  const auto end = std::chrono::steady_clock::now() + 4 * a.options().former_limit;
  while (std::chrono::steady_clock::now() < end) expect_transfer_both_ways(a, b);
  b.run([this](IceTransport &ice) {
    ice.restart(b.options().local_ufrag, b.options().local_pwd);
    ice.set_remote_credentials(a.options().local_ufrag, a.options().local_pwd);
  });
  const auto later = std::chrono::steady_clock::now() + 4 * a.options().former_limit;
  while (std::chrono::steady_clock::now() < later) expect_transfer_both_ways(a, b);
}

TEST_F(IceRestart, GivesItsDescriptorsBack) {
  connect();
  restart(a, "aaaaAAAA");
  take_back(a);
  const std::size_t some = open_descriptors();
  for (int i = 0; i < 20; ++i) restart(a, "aaaaBB" + std::to_string(10 + i));
  take_back(a);
  for (int i = 0; i < 5000 && open_descriptors() > some; ++i) usleep(2000);
  EXPECT_LE(open_descriptors(), some);
  expect_transfer_both_ways(a, b);
}

/// Nobody can be reached: the states that this end has told.
class IceRestartInVain : public IceRestart {
 protected:
  void fail() {
    ASSERT_TRUE(alone.gather().ok());
    nobody_ = alone.heard().candidates.front();
    nobody_.port = 9;
    tell_of_nobody("nobodyAA");
  }
  void tell_of_nobody(const std::string &ufrag) {
    nobody_.ufrag = ufrag;
    tell(alone, ufrag, nobody_);
    alone.run([](IceTransport &ice) { ice.set_remote_gathering_done(); });
  }
  bool hears(const std::vector<State> &states) {
    return alone.wait_for([&](const IcePeer &peer) { return peer.heard_.states == states; });
  }
  static IcePeer::Options impatient() {
    IcePeer::Options impatient = options(true);
    impatient.checking_limit = std::chrono::milliseconds(200);
    return impatient;
  }

  IcePeer alone{strand_, impatient()};
  Candidate nobody_;

  void TearDown() override {
    alone.close();
    IceRestart::TearDown();
  }
};

TEST_F(IceRestartInVain, FailsAgain) {
  fail();
  ASSERT_TRUE(hears({State::FAILED}));
  restart(alone, "aaaaBBBB");
  tell_of_nobody("nobodyBB");
  EXPECT_TRUE(hears({State::FAILED, State::CHECKING, State::FAILED}));
}

TEST_F(IceRestartInVain, DoesNotHideAFailure) {
  fail();
  restart(alone, "aaaaBBBB");
  EXPECT_TRUE(hears({State::FAILED}));
  alone.run([this](IceTransport &ice) {
    ice.restart(alone.options().local_ufrag, alone.options().local_pwd);
    EXPECT_EQ(ice.state(), State::FAILED);
  });
}

// The offer's own generation ends with the object, whatever it is about to do.
TEST_F(IceRestart, MayBeUnderWayWhenTheTransportCloses) {
  connect();
  restart(a, "aaaaBBBB");
  restart(b, "ccccDDDD");
  tell(a, "ccccDDDD", b.heard().candidates.back());
  a.close();
  b.close();
  EXPECT_TRUE(a.closed());
}

std::uint16_t free_port() {
  const int probe = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const auto address = SocketAddress::parse("127.0.0.1", 0);
  EXPECT_EQ(bind(probe, address->native(), address->native_size()), 0);
  const std::uint16_t port = SocketAddress::of_socket(probe)->port();
  close(probe);
  return port;
}

TEST_F(IceRestart, KeepsItsSocketWhereThereIsNoOtherPort) {
  IcePeer::Options one_port = options(true);
  one_port.port_range_begin = one_port.port_range_end = free_port();
  IcePeer bound(strand_, one_port);
  IcePeer::connect(bound, b);
  ASSERT_TRUE(bound.wait_until_connected());
  ASSERT_TRUE(b.wait_until_connected());
  restart(bound, "aaaaBBBB");
  const Candidate offered = bound.heard().candidates.back();
  EXPECT_EQ(offered.ufrag, "aaaaBBBB");
  EXPECT_EQ(offered.port, one_port.port_range_begin);
  tell(b, "aaaaBBBB", offered);
  restart(b, "ccccDDDD");
  const Candidate answered = b.heard().candidates.back();
  tell(bound, "ccccDDDD", answered);
  EXPECT_TRUE(comes_to_use(b, bound, answered));
  expect_transfer_both_ways(bound, b);
  bound.close();
}

}  // namespace
}  // namespace peerlane::test
