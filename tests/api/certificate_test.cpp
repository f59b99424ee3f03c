// SPDX-License-Identifier: MIT
// A certificate of the application's own, given through Configuration.
#include <gtest/gtest.h>

#include "api/fake_peer.hpp"
#include "api/real_pair.hpp"
#include "signaling/sdp.hpp"
#include "support/pem_samples.hpp"

namespace peerlane::test {
namespace {

struct Own {
  const char *name;
  const char *certificate;
  const char *key;
  const char *fingerprint;  // `openssl x509 -fingerprint -sha256`
};

const Own kOwn[] = {
    {"ECDSA P-256", kP256.certificate, kP256.key,
     "F3:DD:B5:9D:F9:EC:4E:7C:4D:21:0D:32:DD:39:51:B8:C8:7F:23:3D:28:F9:6E:43:9D:82:20:1E:39:03:FB:"
     "B4"},
    {"ECDSA P-256 with parameters", kP256.certificate, kP256KeyWithParameters,
     "F3:DD:B5:9D:F9:EC:4E:7C:4D:21:0D:32:DD:39:51:B8:C8:7F:23:3D:28:F9:6E:43:9D:82:20:1E:39:03:FB:"
     "B4"},
    {"RSA 2048", kRsa2048.certificate, kRsa2048.key,
     "A1:14:7A:4F:B0:6B:6E:BC:F5:15:1F:4A:3A:DD:D1:18:07:55:5C:E8:33:26:EC:E6:5C:80:B5:A6:38:C3:2E:"
     "CD"},
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

TEST(OwnCertificate, WhatIsRefusedChangesNothing) {
  const struct {
    const char *what;
    const char *certificate;
    const char *key;
    const char *word;  // In the message.
  } cases[] = {
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
