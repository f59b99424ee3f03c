// SPDX-License-Identifier: MIT
// A certificate of the application's own, given through Configuration.
#include <gtest/gtest.h>

#include "api/fake_peer.hpp"
#include "api/real_pair.hpp"
#include "signaling/sdp.hpp"
#include "support/dated_certificate.hpp"
#include "support/pem_samples.hpp"

namespace peerlane::test {
namespace {

using namespace std::chrono_literals;

struct Own {
  const char *name;
  const char *certificate;
  const char *key;
  const char *fingerprint;  // `openssl x509 -fingerprint -sha256`
};

const Own kOwn[] = {
    {"ECDSA P-256", kP256.certificate, kP256.key,
     "00:6C:D0:B0:CF:CD:3D:8A:A3:7D:5D:4C:D8:85:40:E2:9A:7B:B8:DF:65:EA:C7:CE:98:97:D6:E9:98:21:4C:"
     "3D"},
    {"ECDSA P-256 with parameters", kP256.certificate, kP256KeyWithParameters,
     "00:6C:D0:B0:CF:CD:3D:8A:A3:7D:5D:4C:D8:85:40:E2:9A:7B:B8:DF:65:EA:C7:CE:98:97:D6:E9:98:21:4C:"
     "3D"},
    {"RSA 2048", kRsa2048.certificate, kRsa2048.key,
     "AB:EA:65:54:0C:24:D0:D3:06:12:3B:F8:31:20:D1:BD:F5:C6:19:EC:A1:1A:D6:B2:65:35:C8:6D:33:56:B9:"
     "02"},
};

Configuration with(Configuration configuration, const char *certificate, const char *key) {
  configuration.certificate_pem = certificate;
  configuration.private_key_pem = key;
  return configuration;
}

TEST(OwnCertificate, StandsInTheDescriptionAndInTheGetter) {
  for (const Own &own : kOwn) {
    SCOPED_TRACE(own.name);
    FakePeer peer(with({}, own.certificate, own.key));
    const std::string expected = std::string("sha-256 ") + own.fingerprint;
    EXPECT_EQ(peer->get_local_fingerprint(), expected) << "known from the beginning";
    const auto channel = peer->create_data_channel("a");
    ASSERT_EQ(peer->create_offer(), Error::OK);
    peer.settle();
    EXPECT_NE(peer.offer.find("a=fingerprint:" + expected + "\r\n"), std::string::npos)
        << peer.offer;
    EXPECT_EQ(peer->get_local_fingerprint(), expected);
    const auto starts = peer.wire().all<StartGathering>();
    ASSERT_EQ(starts.size(), 1u);
    EXPECT_EQ(starts[0].certificate->fingerprint().to_string(), expected);
  }
}

TEST(OwnCertificate, RealConnectionsVerifyIt) {
  for (const Own &own : kOwn) {
    SCOPED_TRACE(own.name);
    for (const bool offerer : {true, false}) {
      const Configuration plain = local_configuration();
      const Configuration mine = with(plain, own.certificate, own.key);
      RealPair pair(offerer ? mine : plain, offerer ? plain : mine);
      ASSERT_TRUE(pair.open_lane()) << offerer;
      const auto &[self, peer] = offerer ? std::pair(pair.a, pair.b) : std::pair(pair.b, pair.a);
      EXPECT_EQ(self->get_local_fingerprint(), std::string("sha-256 ") + own.fingerprint);
      EXPECT_EQ(peer->get_remote_fingerprint(), self->get_local_fingerprint());
      EXPECT_EQ(self->get_remote_fingerprint(), peer->get_local_fingerprint());
      ASSERT_EQ(pair.lane_a->put_packet("hello"), Error::OK);
      EXPECT_TRUE(pair.drive_until([&] { return pair.lane_b->get_available_packet_count() == 1; }));
      EXPECT_TRUE(pair.errors.empty()) << pair.errors[0];
    }
  }
}

TEST(OwnCertificate, IsKeptByEachConnectionThatInitializeMakes) {
  FakePeer peer(with({}, kP256.certificate, kP256.key));
  const std::string own = peer->get_local_fingerprint();
  peer->close();
  ASSERT_EQ(peer->initialize(with({}, kRsa2048.certificate, kRsa2048.key)), Error::OK);
  EXPECT_NE(peer->get_local_fingerprint(), own);
  EXPECT_NE(peer->get_local_fingerprint(), "");
  ASSERT_EQ(peer->initialize(), Error::OK);
  EXPECT_EQ(peer->get_local_fingerprint(), "") << "a fresh one, which is not there yet";
}

TEST(OwnCertificate, IsTakenWhileItIsValid) {
  const DatedCertificate own = dated_certificate(-1h, 1h);
  FakePeer peer(with({}, own.certificate.c_str(), own.key.c_str()));
  EXPECT_NE(peer->get_local_fingerprint(), "");
}

TEST(OwnCertificate, WhatIsRefusedChangesNothing) {
  const DatedCertificate expired = dated_certificate(-2 * 24h, -1s);
  const DatedCertificate future = dated_certificate(1h, 24h);
  const struct {
    const char *what;
    const char *certificate;
    const char *key;
    const char *word;  // In the message.
  } cases[] = {
      {"expired", expired.certificate.c_str(), expired.key.c_str(), "expired at"},
      {"not valid yet", future.certificate.c_str(), future.key.c_str(), "not valid before"},
      {"key of another certificate", kP256.certificate, kP384.key, "does not belong"},
      {"key of another kind", kP256.certificate, kRsa2048.key, "does not belong"},
      {"encrypted key", kP384.certificate, kEncryptedKey, "unencrypted"},
      {"garbage for a certificate", "garbage", kP256.key, "BEGIN CERTIFICATE"},
      {"garbage for a key", kP256.certificate, "garbage", "private key"},
      {"the two swapped", kP256.key, kP256.certificate, "BEGIN CERTIFICATE"},
      {"no key", kP256.certificate, "", "both"},
      {"no certificate", "", kP256.key, "both"},
      {"a weak key", kRsa1024.certificate, kRsa1024.key, "2048"},
      {"another curve", kSecp256k1.certificate, kSecp256k1.key, "P-256"},
  };
  for (const auto &c : cases) {
    SCOPED_TRACE(c.what);
    const Configuration bad = with({}, c.certificate, c.key);
    FakePeer peer(with({}, kRsa2048.certificate, kRsa2048.key)), other;
    const auto channel = peer->create_data_channel("a");
    negotiate(peer, other);
    peer.wire().transport(TransportStateChanged::State::CONNECTED);
    peer.wire().open_channels();
    peer.settle();
    const std::string fingerprint = peer->get_local_fingerprint();
    const std::string description = peer->get_local_description();
    const std::vector<std::string> heard = peer.heard;

    EXPECT_EQ(peer->initialize(bad), Error::ERR_INVALID_PARAMETER);
    EXPECT_EQ(peer->get_last_error(), Error::ERR_INVALID_PARAMETER);
    EXPECT_NE(peer->get_last_error_message().find(c.word), std::string::npos)
        << peer->get_last_error_message();

    peer.settle();
    EXPECT_EQ(peer.heard, heard);
    EXPECT_EQ(peer->get_connection_state(), PeerConnection::STATE_CONNECTED);
    EXPECT_EQ(peer->get_signaling_state(), PeerConnection::SIGNALING_STATE_STABLE);
    EXPECT_EQ(peer->get_local_fingerprint(), fingerprint);
    EXPECT_EQ(peer->get_local_description(), description);
    EXPECT_EQ(channel->get_ready_state(), DataChannel::STATE_OPEN);
    EXPECT_EQ(channel->put_packet("still here"), Error::OK);
    EXPECT_FALSE(peer.wire().destroyed);
    EXPECT_EQ(peer.wires.size(), 1u);

    set_log_handler(LogLevel::NONE, nullptr);
    EXPECT_EQ(PeerConnection::create(bad), nullptr);
    set_log_handler(LogLevel::WARNING, nullptr);
  }
}

}  // namespace
}  // namespace peerlane::test
