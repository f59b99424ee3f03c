// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "support/pem_samples.hpp"
#include "transport/dtls/certificate_checks.hpp"
#include "transport/dtls/certificate_native.hpp"
#include "transport/dtls/dtls_pair.hpp"

namespace peerlane::test {
namespace {

using Fate = LossyPipe::Fate;

/// A fault of one datagram of one direction.
struct Fault {
  bool to_server;
  std::size_t number;
  Fate fate;
};

void apply(DtlsPair &pair, const std::vector<Fault> &faults) {
  for (const bool to_server : {true, false}) {
    (to_server ? pair.to_server : pair.to_client)
        .set_script([faults, to_server](ByteView, std::size_t n) {
          for (const Fault &fault : faults) {
            if (fault.to_server == to_server && fault.number == n) return fault.fate;
          }
          return Fate::PASS;
        });
  }
}

std::string name_of(const std::vector<Fault> &faults) {
  std::string text;
  for (const Fault &fault : faults) {
    text += (fault.to_server ? " client's " : " server's ") + std::to_string(fault.number) +
            " fate " + std::to_string(static_cast<int>(fault.fate));
  }
  return text;
}

std::vector<Fault> all_single_faults() {
  std::vector<Fault> faults;
  for (const bool to_server : {true, false}) {
    for (std::size_t number = 0; number < 4; ++number) {
      for (const Fate fate : {Fate::DROP, Fate::DUPLICATE, Fate::HOLD_BACK}) {
        faults.push_back({to_server, number, fate});
      }
    }
  }
  return faults;
}

/// Both ends are up, once each, and data passes both ways.
void expect_working(DtlsPair &pair) {
  pair.to_server.set_script(nullptr);
  pair.to_client.set_script(nullptr);
  EXPECT_EQ(pair.at_client.connected, 1);
  EXPECT_EQ(pair.at_server.connected, 1);
  EXPECT_FALSE(pair.at_client.closed);
  EXPECT_FALSE(pair.at_server.closed);
  const ByteView ping("ping");
  const ByteView pong("pong");
  pair.client.send({&ping, 1});
  pair.server.send({&pong, 1});
  pair.strand.drive_for(40ms);
  EXPECT_EQ(pair.at_server.data, std::vector<std::string>{"ping"});
  EXPECT_EQ(pair.at_client.data, std::vector<std::string>{"pong"});
}

TEST(DtlsHandshake, ConnectsInTwoRoundTrips) {
  DtlsPair pair;
  const TimePoint begin = pair.strand.clock.now();
  ASSERT_TRUE(pair.connect());
  EXPECT_EQ(pair.strand.clock.now() - begin, 40ms);
  EXPECT_EQ(pair.client.remote_fingerprint(), server_certificate()->fingerprint());
  EXPECT_EQ(pair.server.remote_fingerprint(), client_certificate()->fingerprint());
  expect_working(pair);
  EXPECT_TRUE(pair.strand.drive(1min)) << "a timer is left";
}

TEST(DtlsHandshake, NothingIsKnownOfThePeerBeforeItIsDone) {
  DtlsPair pair;
  pair.start();
  pair.strand.drive_for(25ms);  // The client has seen the server's certificate.
  EXPECT_TRUE(pair.client.remote_fingerprint().empty());
  EXPECT_FALSE(pair.client.connected());
  const ByteView early("early");
  pair.client.send({&early, 1});
  ASSERT_TRUE(pair.strand.drive_until([&] { return pair.both_connected(); }));
  pair.strand.drive_for(100ms);
  EXPECT_TRUE(pair.at_server.data.empty());
}

TEST(DtlsHandshake, ServerThatStartsLateIsReachedByTheRetransmission) {
  DtlsPair pair;
  pair.client.start();
  pair.strand.drive_for(50ms);
  EXPECT_EQ(pair.server.counters().records_dropped, 1U);
  pair.server.start();
  ASSERT_TRUE(pair.strand.drive_until([&] { return pair.both_connected(); }, 200ms));
  expect_working(pair);
}

TEST(DtlsHandshake, AnySingleFaultCostsAtMostTwoRetransmissions) {
  for (const Fault &fault : all_single_faults()) {
    DtlsPair pair;
    apply(pair, {fault});
    EXPECT_TRUE(pair.connect(40ms + 200ms)) << name_of({fault});
    expect_working(pair);
  }
}

TEST(DtlsHandshake, AnyTwoFaultsAreSurvived) {
  const std::vector<Fault> faults = all_single_faults();
  for (std::size_t i = 0; i < faults.size(); ++i) {
    for (std::size_t j = i + 1; j < faults.size(); ++j) {
      DtlsPair pair;
      apply(pair, {faults[i], faults[j]});
      ASSERT_TRUE(pair.connect(1s)) << name_of({faults[i], faults[j]});
    }
  }
}

TEST(DtlsHandshake, ConnectsAtFortyPercentLoss) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    DtlsPair pair({.path = {.loss = 0.4, .delay = 50ms}, .seed = seed});
    ASSERT_TRUE(pair.connect(30s)) << seed;
  }
}

TEST(DtlsHandshake, ConnectsOverAPathThatReordersDuplicatesAndTruncates) {
  const PathProfile path{
      .loss = 0.05, .duplicate = 0.2, .truncate = 0.1, .reorder = 0.2, .delay = 20ms};
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    DtlsPair pair({.path = path, .seed = seed});
    ASSERT_TRUE(pair.connect(30s)) << seed;
  }
}

TEST(DtlsHandshake, NoDatagramIsLargerThanTheMtu) {
  const CertificatePtr rsa = Certificate::from_pem(kRsa2048.certificate, kRsa2048.key).value();
  DtlsPair pair({.client = rsa, .server = rsa, .mtu = 400});
  std::size_t largest = 0;
  std::size_t count = 0;
  const auto watch = [&](ByteView datagram) {
    largest = std::max(largest, datagram.size());
    ++count;
  };
  pair.to_client.set_tap(watch);
  pair.to_server.set_tap(watch);
  ASSERT_TRUE(pair.connect());
  EXPECT_LE(largest, 400U);
  EXPECT_GT(count, 8U) << "nothing was split";
}

TEST(DtlsHandshake, AcceptsRsaAndP384Certificates) {
  const CertificatePtr rsa = Certificate::from_pem(kRsa2048.certificate, kRsa2048.key).value();
  const CertificatePtr p384 = Certificate::from_pem(kP384.certificate, kP384.key).value();
  for (const CertificatePtr &other : {rsa, p384}) {
    DtlsPair as_server({.server = other});
    EXPECT_TRUE(as_server.connect());
    expect_working(as_server);
  }
  for (const CertificatePtr &other : {rsa, p384}) {
    DtlsPair as_client({.client = other});
    EXPECT_TRUE(as_client.connect());
    expect_working(as_client);
  }
}

TEST(DtlsHandshake, FingerprintMayBeOneOfSeveralOrOfAStrongerHash) {
  const Fingerprint right = server_certificate()->fingerprint();
  const Fingerprint sha384 = fingerprint_of(*server_certificate()->native().certificate, "sha-384");
  for (const auto &announced :
       {std::vector{wrong_fingerprint(), right}, std::vector{sha384}, std::vector{right, sha384}}) {
    DtlsPair pair({.of_server = announced});
    EXPECT_TRUE(pair.connect());
    EXPECT_EQ(pair.client.remote_fingerprint(), right) << "always told as sha-256";
  }
}

TEST(DtlsHandshake, ClientRefusesAWrongFingerprintBeforeAnythingGoesUp) {
  for (const auto &announced : {std::vector{wrong_fingerprint()}, std::vector<Fingerprint>{}}) {
    DtlsPair pair({.of_server = announced});
    pair.at_server.when_connected = [&] {
      const ByteView text("secret");
      pair.server.send({&text, 1});
    };
    EXPECT_FALSE(pair.connect());
    EXPECT_EQ(pair.at_client.closed, Error::ERR_UNAUTHORIZED);
    EXPECT_NE(pair.at_client.reason.find("fingerprint"), std::string::npos);
    EXPECT_EQ(pair.at_client.connected, 0);
    EXPECT_TRUE(pair.at_client.data.empty());
    EXPECT_TRUE(pair.client.remote_fingerprint().empty());
    EXPECT_EQ(pair.at_server.connected, 0);
    EXPECT_EQ(pair.at_server.closed, Error::ERR_UNAUTHORIZED) << "told by the alert";
  }
}

TEST(DtlsHandshake, ServerRefusesAWrongFingerprintBeforeAnythingGoesUp) {
  DtlsPair pair({.of_client = std::vector{wrong_fingerprint()}});
  EXPECT_FALSE(pair.connect());
  EXPECT_EQ(pair.at_server.closed, Error::ERR_UNAUTHORIZED);
  EXPECT_NE(pair.at_server.reason.find("fingerprint"), std::string::npos);
  EXPECT_EQ(pair.at_server.connected, 0);
  EXPECT_TRUE(pair.at_server.data.empty());
  EXPECT_EQ(pair.at_client.connected, 0);
  EXPECT_EQ(pair.at_client.closed, Error::ERR_UNAUTHORIZED);
}

TEST(DtlsHandshake, RefusedPeerIsToldAfterFiveSecondsOfSilence) {
  DtlsPair pair({.of_client = std::vector{wrong_fingerprint()}});
  const TimePoint begin = pair.strand.clock.now();
  pair.start();
  ASSERT_TRUE(pair.strand.drive_until([&] { return pair.at_server.closed.has_value(); }));
  EXPECT_LE(pair.strand.clock.now() - begin, 30ms);
  ASSERT_TRUE(pair.strand.drive_until([&] { return pair.at_client.closed.has_value(); }));
  EXPECT_GE(pair.strand.clock.now() - begin, 5s);
  EXPECT_LE(pair.strand.clock.now() - begin, 5100ms);
}

TEST(DtlsHandshake, SilenceEndsItAfterThirtySeconds) {
  DtlsPair pair({.path = {.loss = 1}});
  const TimePoint begin = pair.strand.clock.now();
  pair.start();
  ASSERT_TRUE(pair.strand.drive(1min)) << "a timer is left";
  EXPECT_EQ(pair.strand.clock.now() - begin, 30s);
  EXPECT_EQ(pair.at_client.closed, Error::ERR_TIMEOUT);
  EXPECT_EQ(pair.at_server.closed, Error::ERR_TIMEOUT);
  EXPECT_EQ(pair.to_server.counters().sent, 13U);
  EXPECT_EQ(pair.to_client.counters().sent, 0U);
}

TEST(DtlsHandshake, RetransmitsAfterDoublingDelays) {
  DtlsPair pair({.path = {.loss = 1}});
  std::vector<Duration> sent;
  const TimePoint begin = pair.strand.clock.now();
  pair.to_server.set_tap([&](ByteView) { sent.push_back(pair.strand.clock.now() - begin); });
  pair.start();
  pair.strand.drive_for(10s);
  EXPECT_EQ(sent,
            (std::vector<Duration>{0ms, 100ms, 300ms, 700ms, 1500ms, 3100ms, 6300ms, 9800ms}));
}

/// Steps the wall clock at one moment of a handshake in which one datagram is lost.
void connect_with_clock_step(Duration step, Duration moment, const Fault &fault) {
  DtlsPair pair;
  apply(pair, {fault});
  Timer stepper(pair.strand.timers, [&] { pair.strand.clock.step_wall_clock(step); });
  stepper.arm_in(moment);
  EXPECT_TRUE(pair.connect(1s)) << name_of({fault}) << " step " << step.count() << " at "
                                << moment.count();
  EXPECT_TRUE(pair.strand.drive(1min));
  expect_working(pair);
}

TEST(DtlsHandshake, SurvivesAWallClockStepForward) {
  for (const Duration moment : {0ms, 5ms, 15ms, 25ms, 35ms}) {
    for (const Fault &fault : all_single_faults()) connect_with_clock_step(1h, moment, fault);
  }
}

TEST(DtlsHandshake, SurvivesAWallClockStepBack) {
  for (const Duration moment : {0ms, 5ms, 15ms, 25ms, 35ms}) {
    for (const Fault &fault : all_single_faults()) {
      const bool is_last_flight = !fault.to_server && fault.number == 1 && fault.fate == Fate::DROP;
      if (is_last_flight && moment >= 20ms) continue;  // The next test.
      connect_with_clock_step(-1h, moment, fault);
    }
  }
}

TEST(DtlsHandshake, KeepsRetransmittingAfterAStepBack) {
  DtlsPair pair;
  apply(pair, {{true, 0, Fate::DROP}, {true, 1, Fate::DROP}, {true, 2, Fate::DROP}});
  pair.start();
  pair.strand.clock.step_wall_clock(-1h);
  const TimePoint begin = pair.strand.clock.now();
  ASSERT_TRUE(pair.strand.drive_until([&] { return pair.both_connected(); }));
  EXPECT_EQ(pair.strand.clock.now() - begin, 700ms + 40ms);
}

TEST(DtlsHandshake, LostLastFlightAfterAStepBackEndsAtTheDeadline) {
  // OpenSSL's only way out is a retransmission by its own clock; the server, which is done, has no
  // timer.
  DtlsPair pair;
  apply(pair, {{false, 1, Fate::DROP}});
  Timer stepper(pair.strand.timers, [&] { pair.strand.clock.step_wall_clock(-1h); });
  stepper.arm_in(25ms);
  EXPECT_FALSE(pair.connect(31s));
  EXPECT_EQ(pair.at_client.closed, Error::ERR_TIMEOUT);
}

}  // namespace
}  // namespace peerlane::test
