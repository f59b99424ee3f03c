// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <random>

#include "support/pem_samples.hpp"
#include "transport/dtls/certificate_checks.hpp"
#include "transport/dtls/dtls_pair.hpp"
#include "transport/dtls/dtls_record.hpp"
#include "transport/dtls/raw_dtls_peer.hpp"

namespace peerlane::test {
namespace {

using Strings = std::vector<std::string>;

/// What somebody without any key can send, on top of pure noise.
std::vector<PackedByteArray> forgeries() {
  std::vector<PackedByteArray> all{
      {},
      {22},
      {21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 50, 0, 2, 2, 40},       // fatal handshake_failure
      {21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 51, 0, 2, 1, 0},        // close_notify
      {23, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 52, 0, 4, 1, 2, 3, 4},  // data
      {20, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 53, 0, 1, 1},           // change of cipher
      {20, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 54, 0, 1, 7},
      {22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 55, 0, 4, 9, 9, 9, 9},  // half a header
      {22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 56, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
      {22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 57, 0, 12, 20, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0},
  };
  // Encrypted by nobody.
  for (const std::uint8_t type : PackedByteArray{20, 21, 22, 23, 24}) {
    PackedByteArray record{type, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 58, 0, 40};
    record.resize(13 + 40, 0x5a);
    all.push_back(record);
  }
  return all;
}

TEST(DtlsHostile, ForgedRecordsDuringTheHandshakeAreHarmless) {
  DtlsPair pair;
  const auto flood = [](LossyPipe &pipe) {
    for (const PackedByteArray &forgery : forgeries()) pipe.inject(forgery);
  };
  // In front of each datagram of the other direction's answer, and before anything else.
  pair.to_server.set_tap([&](ByteView) { flood(pair.to_client), flood(pair.to_server); });
  pair.to_client.set_tap([&](ByteView) { flood(pair.to_client), flood(pair.to_server); });
  ASSERT_TRUE(pair.connect(200ms));
  EXPECT_FALSE(pair.at_client.closed);
  EXPECT_FALSE(pair.at_server.closed);
  EXPECT_GE(pair.server.counters().records_dropped, 20U);
  pair.to_client.set_tap(nullptr);
  pair.to_server.set_tap(nullptr);
  pair.strand.drive_for(1s);
  pair.send("still here");
  EXPECT_EQ(pair.at_server.data, Strings{"still here"});
}

TEST(DtlsHostile, ForgedAlertDoesNotEndASlowHandshake) {
  DtlsPair pair({.path = {.loss = 0.5, .delay = 100ms}, .seed = 3});
  pair.to_server.set_tap([&](ByteView) {
    pair.to_client.inject(forgeries()[2]);
    pair.to_server.inject(forgeries()[2]);
  });
  EXPECT_TRUE(pair.connect(30s));
}

TEST(DtlsHostile, GarbageAfterTheHandshakeIsHarmless) {
  DtlsPair pair;
  ASSERT_TRUE(pair.connect());
  std::mt19937 random(7);
  for (const PackedByteArray &forgery : forgeries()) pair.to_server.inject(forgery);
  for (int i = 0; i < 2000; ++i) {
    PackedByteArray noise(random() % 200);
    for (std::uint8_t &byte : noise) byte = static_cast<std::uint8_t>(random());
    if (i % 2 == 0 && noise.size() > 13) {
      // Half of it looks like a record of the right epoch.
      const PackedByteArray header{static_cast<std::uint8_t>(20 + i / 2 % 4), 0xfe, 0xfd, 0, 1};
      std::copy(header.begin(), header.end(), noise.begin());
      noise[11] = 0;
      noise[12] = static_cast<std::uint8_t>(noise.size() - 13);
    }
    pair.to_server.inject(noise);
  }
  pair.strand.drive_for(1ms);
  EXPECT_GE(pair.server.counters().records_dropped, 1000U);
  EXPECT_EQ(pair.to_client.counters().sent, 2U) << "garbage was answered";
  pair.send("still here");
  EXPECT_EQ(pair.at_server.data, Strings{"still here"});
  EXPECT_FALSE(pair.at_server.closed);
}

/// Records of the encrypted epoch, of every length up to what any cipher adds and more.
std::vector<PackedByteArray> short_forgeries() {
  std::vector<PackedByteArray> all;
  for (const std::uint8_t type : PackedByteArray{20, 21, 22, 23}) {
    for (std::uint8_t size = 1; size <= 48; ++size) {
      PackedByteArray record{type, 0xfe, 0xfd, 0, 1, 0, 0, 0, 1, type, size, 0, size};
      record.resize(DtlsRecord::kHeaderSize + size, 0x5a);
      all.push_back(record);
    }
  }
  return all;
}

TEST(DtlsHostile, ForgedRecordsOfEveryShortLengthAreHarmless) {
  DtlsPair pair;
  ASSERT_TRUE(pair.connect());
  for (const PackedByteArray &forgery : short_forgeries()) {
    pair.to_server.inject(forgery);
    pair.to_client.inject(forgery);
  }
  pair.strand.drive_for(1ms);
  pair.send("still here");
  EXPECT_EQ(pair.at_server.data, Strings{"still here"});
  EXPECT_FALSE(pair.at_server.closed);
  EXPECT_FALSE(pair.at_client.closed);
}

TEST(DtlsHostile, StaleEntryInOpensslsErrorQueueEndsNothing) {
  DtlsPair pair;
  const auto poison = [] { ERR_raise(ERR_LIB_SSL, SSL_R_BAD_LENGTH); };
  pair.to_server.set_tap([&](ByteView) { poison(); });
  pair.to_client.set_tap([&](ByteView) { poison(); });
  poison();
  ASSERT_TRUE(pair.connect());
  pair.at_server.when_data = poison;
  pair.send("one");
  pair.send("two");
  EXPECT_EQ(pair.at_server.data, (Strings{"one", "two"}));
}

/// Our server, and a client that does as it likes.
class RawClient : public ::testing::Test {
 protected:
  RawClient() {
    net.a_to_b.set_receiver([this](ByteView datagram) { server.receive(datagram); });
    net.b_to_a.set_receiver([this](ByteView datagram) { peer.receive(datagram); });
  }
  bool connect() {
    server.start();
    peer.start();
    net.strand.drive_for(100ms);
    return server.connected();
  }

  PipePair net;
  DtlsRecorder above;
  RawDtlsPeer peer{DtlsRole::CLIENT, net.a_to_b};
  DtlsTransport server{server_certificate(),
                       DtlsRole::SERVER,
                       {client_certificate()->fingerprint()},
                       kMtu,
                       net.strand.timers,
                       net.strand.turns,
                       net.b_to_a,
                       above};
};

/// Our client, and a server that does as it likes.
class RawServer : public ::testing::Test {
 protected:
  RawServer() {
    net.a_to_b.set_receiver([this](ByteView datagram) { peer.receive(datagram); });
    net.b_to_a.set_receiver([this](ByteView datagram) { client.receive(datagram); });
  }
  bool connect() {
    peer.start();
    client.start();
    net.strand.drive_for(100ms);
    return client.connected();
  }

  PipePair net;
  DtlsRecorder above;
  RawDtlsPeer peer{DtlsRole::SERVER, net.b_to_a};
  DtlsTransport client{client_certificate(),
                       DtlsRole::CLIENT,
                       {server_certificate()->fingerprint()},
                       kMtu,
                       net.strand.timers,
                       net.strand.turns,
                       net.a_to_b,
                       above};
};

TEST_F(RawClient, ConnectsWithTheMandatoryCipherSuite) {
  peer.use(*client_certificate());
  SSL_CTX_set_cipher_list(&peer.context(), "ECDHE-ECDSA-AES128-GCM-SHA256");
  SSL_CTX_set1_groups_list(&peer.context(), "P-256");
  ASSERT_TRUE(connect());
  peer.write("hello");
  net.strand.drive_for(1ms);
  EXPECT_EQ(above.data, Strings{"hello"});
}

TEST_F(RawClient, ShortForgeriesAreHarmlessToTheCipherWithTheLeastOverhead) {
  peer.use(*client_certificate());
  SSL_CTX_set_cipher_list(&peer.context(), "ECDHE-ECDSA-CHACHA20-POLY1305");
  ASSERT_TRUE(connect());
  for (const PackedByteArray &forgery : short_forgeries()) server.receive(forgery);
  EXPECT_FALSE(above.closed);
  // One byte makes the shortest record that there is.
  peer.write("!");
  net.strand.drive_for(1ms);
  EXPECT_EQ(above.data, Strings{"!"});
}

TEST_F(RawClient, WithoutCertificateIsUnauthorized) {
  EXPECT_FALSE(connect());
  EXPECT_EQ(above.closed, Error::ERR_UNAUTHORIZED);
  EXPECT_NE(above.reason.find("certificate"), std::string::npos);
  EXPECT_EQ(peer.errors().size(), 1U) << "it gets an alert";
}

TEST_F(RawClient, WithDtls10IsRefused) {
  peer.use(*client_certificate());
  SSL_CTX_set_max_proto_version(&peer.context(), DTLS1_VERSION);
  SSL_CTX_set_cipher_list(&peer.context(), "ALL:@SECLEVEL=0");
  EXPECT_FALSE(connect());
  EXPECT_EQ(above.closed, Error::ERR_CONNECTION_ERROR);
  EXPECT_EQ(peer.errors(), Strings{"tlsv1 alert protocol version"});
}

TEST_F(RawClient, WithSuitesOutsideTheProfileIsRefused) {
  for (const char *suites :
       {"eNULL:@SECLEVEL=0", "aNULL:@SECLEVEL=0", "kRSA:@SECLEVEL=0", "ECDHE-ECDSA-AES128-SHA",
        "ECDHE-ECDSA-AES128-SHA256", "DHE-RSA-AES128-GCM-SHA256"}) {
    DtlsRecorder ear;
    RawDtlsPeer weak(DtlsRole::CLIENT, net.a_to_b);
    weak.use(*client_certificate());
    ASSERT_TRUE(SSL_CTX_set_cipher_list(&weak.context(), suites)) << suites;
    DtlsTransport target(server_certificate(), DtlsRole::SERVER,
                         {client_certificate()->fingerprint()}, kMtu, net.strand.timers,
                         net.strand.turns, net.b_to_a, ear);
    net.wire(weak, target);
    target.start();
    weak.start();
    net.strand.drive_for(100ms);
    EXPECT_EQ(ear.connected, 0) << suites;
    EXPECT_EQ(ear.closed, Error::ERR_CONNECTION_ERROR) << suites;
    EXPECT_FALSE(weak.connected()) << suites;
  }
}

TEST_F(RawClient, WithAWeakKeyIsUnauthorizedWhateverItsFingerprint) {
  const BioHandle reader(BIO_new_mem_buf(kRsa1024.certificate, -1));
  const X509Handle weak(PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr));
  const BioHandle key_reader(BIO_new_mem_buf(kRsa1024.key, -1));
  const KeyHandle weak_key(PEM_read_bio_PrivateKey(key_reader.get(), nullptr, nullptr, nullptr));
  SSL_CTX_use_certificate(&peer.context(), weak.get());
  SSL_CTX_use_PrivateKey(&peer.context(), weak_key.get());
  DtlsTransport trusting(server_certificate(), DtlsRole::SERVER, {fingerprint_of(*weak, "sha-256")},
                         kMtu, net.strand.timers, net.strand.turns, net.b_to_a, above);
  net.wire(peer, trusting);
  trusting.start();
  peer.start();
  net.strand.drive_for(100ms);
  EXPECT_EQ(above.closed, Error::ERR_UNAUTHORIZED);
  EXPECT_NE(above.reason.find("weak"), std::string::npos) << above.reason;
}

TEST_F(RawClient, ClientHelloInTwoDatagramsIsPutTogether) {
  peer.use(*client_certificate());
  std::string protocols;
  for (int i = 0; i < 4; ++i) protocols.append(1, char(60)).append(60, static_cast<char>('a' + i));
  SSL_set_alpn_protos(&peer.ssl(), reinterpret_cast<const unsigned char *>(protocols.data()),
                      static_cast<unsigned int>(protocols.size()));
  ASSERT_GT(SSL_set_mtu(&peer.ssl(), 256), 0);
  peer.start();
  ASSERT_EQ(net.a_to_b.counters().sent, 2U);
  EXPECT_TRUE(connect());
}

TEST_F(RawClient, RenegotiationIsRefused) {
  peer.use(*client_certificate());
  SSL_CTX_set_max_proto_version(&peer.context(), DTLS1_2_VERSION);
  ASSERT_TRUE(connect());
  const std::uint64_t answered = net.b_to_a.counters().sent;
  SSL_renegotiate(&peer.ssl());
  SSL_do_handshake(&peer.ssl());
  peer.flush();
  net.strand.drive_for(100ms);
  EXPECT_EQ(net.b_to_a.counters().sent, answered + 1) << "only the alert";
  EXPECT_EQ(peer.errors(), Strings{"no renegotiation"});
  EXPECT_EQ(above.connected, 1);
}

TEST_F(RawServer, WithTheWrongCertificateIsUnauthorizedAndItsDataUnread) {
  peer.use(*client_certificate());
  EXPECT_FALSE(connect());
  EXPECT_EQ(above.closed, Error::ERR_UNAUTHORIZED);
  EXPECT_TRUE(above.data.empty());
  EXPECT_EQ(peer.errors(), Strings{"sslv3 alert bad certificate"});
}

TEST_F(RawServer, ThatAsksForNoCertificateWorks) {
  // It must ask by RFC 8827, but whether it authenticates us is its own affair.
  peer.use(*server_certificate());
  ASSERT_TRUE(connect());
  peer.write("hello");
  net.strand.drive_for(1ms);
  EXPECT_EQ(above.data, Strings{"hello"});
}

TEST_F(RawServer, WithDtls10IsRefused) {
  peer.use(*server_certificate());
  SSL_CTX_set_max_proto_version(&peer.context(), DTLS1_VERSION);
  SSL_CTX_set_cipher_list(&peer.context(), "ALL:@SECLEVEL=0");
  EXPECT_FALSE(connect());
  EXPECT_EQ(above.connected, 0);
  EXPECT_FALSE(peer.connected());
}

}  // namespace
}  // namespace peerlane::test
