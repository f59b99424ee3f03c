// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>

#include "core/random.hpp"
#include "transport/ice/ice_peer.hpp"

namespace peerlane::test {
namespace {

using State = IceTransport::State;

class IceConnect : public ::testing::Test {
 protected:
  static IcePeer::Options options(bool controlling, const std::string &bind_address = "127.0.0.1") {
    IcePeer::Options options;
    options.controlling = controlling;
    options.bind_address = bind_address;
    return options;
  }
  static std::size_t bytes(const IcePeer &peer) { return peer.heard_.data.size(); }

  /// `a` sends, `b` gets the same bytes.
  static void expect_transfer(IcePeer &a, IcePeer &b, const std::vector<std::string> &datagrams) {
    std::string all;
    for (const std::string &datagram : datagrams) all += datagram;
    const std::size_t before = b.heard().data.size();
    a.send(datagrams);
    EXPECT_TRUE(
        b.wait_for([&](const IcePeer &peer) { return bytes(peer) >= before + all.size(); }));
    EXPECT_EQ(b.heard().data.substr(before), all);
  }

  const std::shared_ptr<Strand> strand_ = Strand::create().value();
  void TearDown() override { strand_->stop(); }
};

std::vector<std::string> records(std::size_t count, std::size_t size) {
  std::vector<std::string> made;
  for (std::size_t i = 0; i < count; ++i)
    made.push_back(record(size, static_cast<char>('a' + i % 26)));
  return made;
}

TEST_F(IceConnect, ConnectsOverIpv4Loopback) {
  IcePeer a(strand_, options(true));
  IcePeer b(strand_, options(false));
  const auto begin = std::chrono::steady_clock::now();
  IcePeer::connect(a, b);
  ASSERT_TRUE(a.wait_until_connected());
  ASSERT_TRUE(b.wait_until_connected());
  const auto end = std::max(a.heard().connected_at, b.heard().connected_at);
  RecordProperty(
      "connect_microseconds",
      static_cast<int>(std::chrono::duration_cast<std::chrono::microseconds>(end - begin).count()));
  a.run([](IceTransport &ice) {
    EXPECT_EQ(ice.state(), State::CONNECTED);
    EXPECT_EQ(ice.local_candidate().type, "host");
    EXPECT_EQ(ice.local_candidate().transport, "udp");
    EXPECT_EQ(ice.remote_candidate().address, "127.0.0.1");
    EXPECT_NE(ice.remote_candidate().port, 0);
  });
  expect_transfer(a, b, {"hello"});
  expect_transfer(b, a, {"hello", "again"});
}

TEST_F(IceConnect, ConnectsOverIpv6Loopback) {
  IcePeer a(strand_, options(true, "::1"));
  IcePeer b(strand_, options(false, "::1"));
  if (const Status status = a.gather(); !status) GTEST_SKIP() << status.message();
  IcePeer::connect(a, b);
  ASSERT_TRUE(a.wait_until_connected());
  ASSERT_TRUE(b.wait_until_connected());
  expect_transfer(a, b, records(3, 1000));
  b.run([](IceTransport &ice) { EXPECT_EQ(ice.remote_candidate().address, "::1"); });
}

TEST_F(IceConnect, ConnectsOnEveryInterface) {
  IcePeer::Options everywhere;
  everywhere.enable_loopback = true;
  IcePeer a(strand_, everywhere);
  everywhere.controlling = false;
  IcePeer b(strand_, everywhere);
  IcePeer::connect(a, b);
  ASSERT_TRUE(a.wait_until_connected());
  ASSERT_TRUE(b.wait_until_connected());
  expect_transfer(a, b, {"x"});
}

TEST_F(IceConnect, TheSameBytesArriveWithEachCombinationOfOffloads) {
  for (const int mask : {0, 1, 2, 3, 4, 5, 6, 7}) {
    SCOPED_TRACE(mask);
    IcePeer::Options fast = options(true);
    fast.allow_segmentation_offload = (mask & 1) != 0;
    fast.allow_receive_offload = (mask & 2) != 0;
    fast.allow_direct_receive = (mask & 4) != 0;
    IcePeer a(strand_, fast);
    fast.controlling = false;
    fast.local_ufrag = random_ice_chars(8);
    IcePeer b(strand_, fast);
    IcePeer::connect(a, b);
    ASSERT_TRUE(a.wait_until_connected());
    ASSERT_TRUE(b.wait_until_connected());
    expect_transfer(a, b, records(200, 1200));
    expect_transfer(b, a, records(59, 100));
  }
}

TEST_F(IceConnect, UnequalSizesArriveInOrder) {
  IcePeer a(strand_, options(true));
  IcePeer b(strand_, options(false));
  IcePeer::connect(a, b);
  ASSERT_TRUE(a.wait_until_connected());
  ASSERT_TRUE(b.wait_until_connected());
  std::vector<std::string> datagrams;
  for (const std::size_t size : std::initializer_list<std::size_t>{
           1200, 1200, 300, 300, 1200, 40, 41, 42, 42, 13, 16000, 16000, 16000, 16000, 15}) {
    datagrams.push_back(record(size, static_cast<char>('A' + datagrams.size())));
  }
  expect_transfer(a, b, datagrams);
}

TEST_F(IceConnect, MergedInputIsOneCall) {
  IcePeer a(strand_, options(true));
  IcePeer b(strand_, options(false));
  IcePeer::connect(a, b);
  ASSERT_TRUE(a.wait_until_connected());
  ASSERT_TRUE(b.wait_until_connected());
  expect_transfer(a, b, records(50, 1200));
  // Loopback keeps a segmented send together where both offloads are there.
  EXPECT_LE(b.heard().data_calls, 50);
  RecordProperty("calls_for_50_records", b.heard().data_calls);
}

TEST_F(IceConnect, AFloodDoesNotStopTheReceiver) {
  const std::shared_ptr<Strand> other_strand = Strand::create().value();
  {
    IcePeer a(strand_, options(true));
    IcePeer b(other_strand, options(false));
    IcePeer::connect(a, b);
    ASSERT_TRUE(a.wait_until_connected());
    ASSERT_TRUE(b.wait_until_connected());
    // While b does not read, more comes than it takes in one turn; how much of it the kernel keeps
    // is not our matter.
    b.run([&a](IceTransport &) {
      for (int i = 0; i < 40; ++i) a.send(records(50, 1200));
    });
    ASSERT_TRUE(b.wait_for([](const IcePeer &peer) { return !peer.heard_.data.empty(); }));
    const std::string last = "the last one";
    const auto has_last = [&last](const IcePeer &peer) { return peer.heard_.data.ends_with(last); };
    bool came = false;
    for (int i = 0; i < 20 && !came; ++i) {
      a.send({last});
      came = b.wait_for(has_last, std::chrono::milliseconds(500));
    }
    EXPECT_TRUE(came);
    RecordProperty("bytes", static_cast<int>(b.heard().data.size()));
  }
  other_strand->stop();
}

TEST_F(IceConnect, CandidatesMayComeLongAfterTheCredentials) {
  IcePeer a(strand_, options(true));
  IcePeer b(strand_, options(false));
  a.run([&b](IceTransport &ice) {
    ice.set_remote_credentials(b.options().local_ufrag, b.options().local_pwd);
  });
  b.run([&a](IceTransport &ice) {
    ice.set_remote_credentials(a.options().local_ufrag, a.options().local_pwd);
  });
  ASSERT_TRUE(a.gather().ok());
  ASSERT_TRUE(b.gather().ok());
  ASSERT_TRUE(b.wait_for([](const IcePeer &peer) { return peer.heard_.gathering_done == 1; }));
  EXPECT_TRUE(a.heard().states.empty());
  b.trickle_to(a);
  // b learns a's address from its checks.
  ASSERT_TRUE(a.wait_until_connected());
  ASSERT_TRUE(b.wait_until_connected());
  b.run([](IceTransport &ice) { EXPECT_EQ(ice.remote_candidate().type, "prflx"); });
  expect_transfer(b, a, {"found you"});
}

TEST_F(IceConnect, CandidatesMayComeBeforeTheCredentials) {
  IcePeer a(strand_, options(true));
  IcePeer b(strand_, options(false));
  ASSERT_TRUE(b.gather().ok());
  for (const Candidate &candidate : b.heard().candidates) {
    a.run([&candidate](IceTransport &ice) { ice.add_remote_candidate(candidate); });
  }
  ASSERT_TRUE(a.gather().ok());
  b.run([&a](IceTransport &ice) {
    ice.set_remote_credentials(a.options().local_ufrag, a.options().local_pwd);
  });
  a.run([&b](IceTransport &ice) {
    ice.set_remote_credentials(b.options().local_ufrag, b.options().local_pwd);
  });
  ASSERT_TRUE(a.wait_until_connected());
  ASSERT_TRUE(b.wait_until_connected());
}

TEST_F(IceConnect, TwoControllingEndsResolveTheirConflict) {
  IcePeer a(strand_, options(true));
  IcePeer b(strand_, options(true));
  IcePeer::connect(a, b);
  ASSERT_TRUE(a.wait_until_connected());
  ASSERT_TRUE(b.wait_until_connected());
  expect_transfer(a, b, {"one of us gave in"});
}

TEST_F(IceConnect, TwoControlledEndsResolveTheirConflict) {
  IcePeer a(strand_, options(false));
  IcePeer b(strand_, options(false));
  IcePeer::connect(a, b);
  ASSERT_TRUE(a.wait_until_connected());
  ASSERT_TRUE(b.wait_until_connected());
}

TEST_F(IceConnect, UnresolvableLocalNamesAreIgnored) {
  IcePeer a(strand_, options(true));
  IcePeer b(strand_, options(false));
  Candidate hidden;
  hidden.foundation = "1";
  hidden.priority = 2130706431;
  hidden.address = "7c1b2a9e-0000-4000-8000-2f6d1a3b5c7d.local";
  hidden.is_mdns = true;
  hidden.port = 50000;
  a.run([&hidden](IceTransport &ice) { ice.add_remote_candidate(hidden); });
  b.run([&hidden](IceTransport &ice) { ice.add_remote_candidate(hidden); });
  IcePeer::connect(a, b);
  ASSERT_TRUE(a.wait_until_connected());
  ASSERT_TRUE(b.wait_until_connected());
}

TEST_F(IceConnect, OverTcp) {
  IcePeer::Options tcp = options(true);
  tcp.enable_tcp = true;
  IcePeer a(strand_, tcp);
  tcp.controlling = false;
  tcp.local_ufrag.clear();
  IcePeer b(strand_, tcp);
  ASSERT_TRUE(a.gather().ok());
  ASSERT_TRUE(b.gather().ok());
  const auto give = [](IcePeer &from, IcePeer &to) {
    to.run([&from](IceTransport &ice) {
      ice.set_remote_credentials(from.options().local_ufrag, from.options().local_pwd);
      for (const Candidate &candidate : from.heard().candidates) {
        EXPECT_NE(candidate.port, 0);
        if (candidate.transport == CandidateTransport::TCP) ice.add_remote_candidate(candidate);
      }
    });
  };
  give(a, b);
  give(b, a);
  ASSERT_TRUE(a.wait_until_connected());
  ASSERT_TRUE(b.wait_until_connected());
  a.run([](IceTransport &ice) { EXPECT_EQ(ice.local_candidate().transport, "tcp"); });
  expect_transfer(a, b, records(20, 1200));
  expect_transfer(b, a, {"and back"});
}

TEST_F(IceConnect, SendingWithoutAPairIsCounted) {
  IcePeer a(strand_, options(true));
  a.send({"nobody", "hears"});
  a.run([](IceTransport &ice) {
    EXPECT_EQ(ice.dropped().at("ice_no_pair"), 2u);
    EXPECT_EQ(ice.local_candidate().type, "");
  });
}

TEST_F(IceConnect, FailsOnlyAfterItsOwnLimitAndRevives) {
  IcePeer::Options short_limit = options(true);
  short_limit.checking_limit = std::chrono::milliseconds(200);
  IcePeer a(strand_, short_limit);
  IcePeer b(strand_, options(false));
  ASSERT_TRUE(a.gather().ok());
  ASSERT_TRUE(b.gather().ok());
  Candidate nobody = b.heard().candidates.front();
  nobody.port = 9;
  a.run([&](IceTransport &ice) {
    ice.set_remote_credentials(b.options().local_ufrag, b.options().local_pwd);
    ice.add_remote_candidate(nobody);
    ice.set_remote_gathering_done();
  });
  ASSERT_TRUE(a.wait_for([](const IcePeer &peer) { return !peer.heard_.states.empty(); }));
  EXPECT_EQ(a.heard().states.back(), State::FAILED);
  // In this order: a check of the other end would revive it as well, without CHECKING before.
  IcePeer::connect(b, a);
  ASSERT_TRUE(a.wait_until_connected());
  ASSERT_TRUE(b.wait_until_connected());
  // On a busy machine the short limit may pass once more before the pair works.
  const std::vector<State> states = a.heard().states;
  ASSERT_GE(states.size(), 3u);
  EXPECT_EQ(states[0], State::FAILED);
  EXPECT_EQ(states[1], State::CHECKING);
}

}  // namespace
}  // namespace peerlane::test
