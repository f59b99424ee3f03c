// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "support/tls_server_end.hpp"
#include "transport/dtls/tls_client_context.hpp"

namespace peerlane::test {
namespace {

/// Both ends of a TLS connection in memory. Bytes are carried in pieces of `piece`.
struct TlsPair {
  TlsPair(const TlsConnector &connector, const std::string &host, const TlsIdentity &identity)
      : client(connector.connect(host)), server(identity) {}

  /// Carries what there is, to and fro, until nobody has anything to say.
  void run() {
    for (bool moved = true; moved;) {
      moved = false;
      while (!client->output().empty()) {
        const ByteView part = client->output().view().subview(0, piece);
        server.receive(part);
        client->output().take(part.size());
        moved = true;
      }
      const std::string answer = server.take_output();
      for (std::size_t at = 0; at < answer.size(); at += piece) {
        client->receive(ByteView(answer).subview(at, piece), plaintext);
        moved = true;
      }
    }
  }
  std::string heard() const {
    const ByteView bytes = plaintext.view();
    return std::string(bytes.begin(), bytes.end());
  }

  std::unique_ptr<TlsStream> client;
  TlsServerEnd server;
  ByteQueue plaintext;
  std::size_t piece = 100000;
};

class TlsStreamTest : public ::testing::Test {
 protected:
  using State = TlsStream::State;
  static void expect_open(TlsPair &pair) {
    pair.run();
    EXPECT_EQ(pair.client->state(), State::OPEN) << pair.client->failure().message;
    EXPECT_TRUE(pair.server.open()) << pair.server.error();
  }
  static void expect_refused(TlsPair &pair, Error error, const std::string &word) {
    pair.run();
    EXPECT_EQ(pair.client->state(), State::CLOSED);
    EXPECT_EQ(pair.client->failure().error, error);
    EXPECT_NE(pair.client->failure().message.find(word), std::string::npos)
        << pair.client->failure().message;
    pair.client->send("secret");
    pair.run();
    EXPECT_EQ(pair.server.received(), "");
  }

  const TlsAuthority authority_;
  const std::shared_ptr<const TlsClientContext> trusting_ =
      TlsClientContext::create(authority_.pem()).value();
};

TEST_F(TlsStreamTest, CarriesBytesBothWaysHoweverTheyAreCut) {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{100000}}) {
    TlsPair pair(*trusting_, "turn.example.org", authority_.issue("DNS:turn.example.org"));
    pair.piece = piece;
    expect_open(pair);
    std::string large(50000, 'x');
    pair.client->send(large);
    pair.server.write("hello");
    pair.run();
    EXPECT_EQ(pair.server.received(), large);
    EXPECT_EQ(pair.heard(), "hello");
    pair.server.write(large);
    pair.run();
    EXPECT_EQ(pair.heard(), "hello" + large);
  }
}

TEST_F(TlsStreamTest, SpeaksTls12AndNothingOlder) {
  const TlsIdentity identity = authority_.issue("DNS:a.example");
  TlsPair older(*trusting_, "a.example", identity);
  SSL_CTX_set_max_proto_version(&older.server.context(), TLS1_2_VERSION);
  expect_open(older);
  TlsPair too_old(*trusting_, "a.example", identity);
  SSL_CTX_set_security_level(&too_old.server.context(), 0);
  SSL_CTX_set_min_proto_version(&too_old.server.context(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(&too_old.server.context(), TLS1_1_VERSION);
  expect_refused(too_old, Error::ERR_CONNECTION_ERROR, "version");
}

TEST_F(TlsStreamTest, TellsTheServerItsNameButNoAddress) {
  const TlsIdentity identity = authority_.issue("DNS:a.example,IP:192.0.2.1,IP:2001:db8::1");
  TlsPair named(*trusting_, "a.example.", identity);
  expect_open(named);
  EXPECT_EQ(named.server.requested_name(), "a.example");
  for (const char *address : {"192.0.2.1", "2001:db8::1"}) {
    TlsPair literal(*trusting_, address, identity);
    expect_open(literal);
    EXPECT_EQ(literal.server.requested_name(), "");
  }
}

TEST_F(TlsStreamTest, RefusesAWrongName) {
  const TlsIdentity identity = authority_.issue("DNS:a.example,IP:192.0.2.1");
  for (const char *host : {"b.example", "example", "x.a.example", "a.example.org"}) {
    TlsPair pair(*trusting_, host, identity);
    expect_refused(pair, Error::ERR_UNAUTHORIZED, "hostname mismatch");
    EXPECT_NE(pair.server.error(), "") << "the server hears why";
  }
  for (const char *address : {"192.0.2.2", "2001:db8::1"}) {
    TlsPair pair(*trusting_, address, identity);
    expect_refused(pair, Error::ERR_UNAUTHORIZED, "IP address mismatch");
  }
}

TEST_F(TlsStreamTest, AWildcardStandsForOneWholeLabel) {
  const TlsIdentity identity = authority_.issue("DNS:*.example.org,DNS:t*.example.net");
  TlsPair right(*trusting_, "turn.example.org", identity);
  expect_open(right);
  for (const char *host : {"example.org", "a.turn.example.org", "turn.example.net"}) {
    TlsPair pair(*trusting_, host, identity);
    expect_refused(pair, Error::ERR_UNAUTHORIZED, "hostname mismatch");
  }
}

TEST_F(TlsStreamTest, RefusesACertificateOutsideItsTime) {
  TlsPair expired(*trusting_, "a.example", authority_.issue("DNS:a.example", -3600, -60));
  expect_refused(expired, Error::ERR_UNAUTHORIZED, "expired");
  TlsPair early(*trusting_, "a.example", authority_.issue("DNS:a.example", 600, 3600));
  expect_refused(early, Error::ERR_UNAUTHORIZED, "not yet valid");
}

TEST_F(TlsStreamTest, RefusesAnAuthorityThatNobodyTrusts) {
  for (const char *name : {"another one", "authority of a test"}) {
    const TlsAuthority other(name);
    TlsPair pair(*trusting_, "a.example", other.issue("DNS:a.example"));
    expect_refused(pair, Error::ERR_UNAUTHORIZED, "certificate is refused");
  }
  const auto system = TlsClientContext::create("").value();
  TlsPair unknown(*system, "a.example", authority_.issue("DNS:a.example"));
  expect_refused(unknown, Error::ERR_UNAUTHORIZED, "certificate is refused");
}

TEST_F(TlsStreamTest, TheSystemsAuthoritiesMayBeNamedInTheEnvironment) {
  std::string name = (std::filesystem::temp_directory_path() / "peerlane-ca-XXXXXX").string();
  const int file = mkstemp(name.data());
  ASSERT_GE(file, 0);
  close(file);
  std::ofstream(name) << authority_.pem();
  setenv("SSL_CERT_FILE", name.c_str(), 1);
  const auto system = TlsClientContext::create("").value();
  unsetenv("SSL_CERT_FILE");
  std::filesystem::remove(name);
  TlsPair pair(*system, "a.example", authority_.issue("DNS:a.example"));
  expect_open(pair);
}

TEST_F(TlsStreamTest, SeveralAuthoritiesMayBeGiven) {
  const TlsAuthority other("another one");
  const auto both = TlsClientContext::create("a comment\n" + other.pem() + authority_.pem());
  ASSERT_TRUE(both.ok());
  for (const TlsAuthority *each : {&authority_, &other}) {
    TlsPair pair(*both.value(), "a.example", each->issue("DNS:a.example"));
    expect_open(pair);
  }
}

TEST_F(TlsStreamTest, AuthoritiesHaveToBePem) {
  const std::string good = authority_.pem();
  for (const std::string &bad : {std::string("x"), good.substr(0, good.size() / 2),
                                 good + good.substr(0, good.size() / 2)}) {
    const auto refused = TlsClientContext::create(bad);
    EXPECT_EQ(refused.error(), Error::ERR_INVALID_PARAMETER);
    EXPECT_NE(refused.message().find("PEM"), std::string::npos);
  }
}

TEST_F(TlsStreamTest, GarbageInPlaceOfAHandshakeEndsIt) {
  TlsPair pair(*trusting_, "a.example", authority_.issue("DNS:a.example"));
  pair.client->receive("HTTP/1.1 400 Bad Request\r\n\r\n", pair.plaintext);
  EXPECT_EQ(pair.client->state(), State::CLOSED);
  EXPECT_EQ(pair.client->failure().error, Error::ERR_CONNECTION_ERROR);
}

TEST_F(TlsStreamTest, ATruncatedHandshakeNeverOpens) {
  TlsPair pair(*trusting_, "a.example", authority_.issue("DNS:a.example"));
  pair.server.receive(pair.client->output().view());
  const std::string flight = pair.server.take_output();
  for (std::size_t at = 0; at + 1 < flight.size(); ++at) {
    pair.client->receive(ByteView(flight).subview(at, 1), pair.plaintext);
    ASSERT_EQ(pair.client->state(), State::HANDSHAKING) << at;
  }
  EXPECT_TRUE(pair.plaintext.empty());
}

TEST_F(TlsStreamTest, AForgedRecordEndsIt) {
  TlsPair pair(*trusting_, "a.example", authority_.issue("DNS:a.example"));
  expect_open(pair);
  pair.server.write("hello");
  std::string record = pair.server.take_output();
  record.back() = static_cast<char>(record.back() ^ 1);
  pair.client->receive(record, pair.plaintext);
  EXPECT_EQ(pair.client->state(), State::CLOSED);
  EXPECT_EQ(pair.client->failure().error, Error::ERR_CONNECTION_ERROR);
  EXPECT_TRUE(pair.plaintext.empty());
}

TEST_F(TlsStreamTest, TicketsAndNewKeysAreHarmless) {
  TlsPair pair(*trusting_, "a.example", authority_.issue("DNS:a.example"));
  SSL_CTX_set_num_tickets(&pair.server.context(), 4);
  expect_open(pair);
  EXPECT_TRUE(pair.plaintext.empty());
  SSL_key_update(&pair.server.ssl(), SSL_KEY_UPDATE_REQUESTED);
  pair.server.write("one");
  pair.run();
  pair.client->send("two");
  pair.run();
  EXPECT_EQ(pair.heard(), "one");
  EXPECT_EQ(pair.server.received(), "two");
}

TEST_F(TlsStreamTest, SaysGoodbyeAndHearsIt) {
  const TlsIdentity identity = authority_.issue("DNS:a.example");
  TlsPair ours(*trusting_, "a.example", identity);
  expect_open(ours);
  ours.client->close();
  ours.run();
  EXPECT_TRUE(ours.server.closed());
  TlsPair its(*trusting_, "a.example", identity);
  expect_open(its);
  its.server.write("last");
  its.server.close();
  its.run();
  EXPECT_EQ(its.heard(), "last");
  EXPECT_EQ(its.client->state(), State::CLOSED);
  EXPECT_EQ(its.client->failure().error, Error::OK);
  EXPECT_TRUE(its.server.closed()) << "it is answered";
}

TEST_F(TlsStreamTest, AClosedOneTakesNothing) {
  TlsPair pair(*trusting_, "a.example", authority_.issue("DNS:a.example"));
  pair.client->close();
  EXPECT_EQ(pair.client->state(), State::CLOSED);
  pair.client->output().clear();
  pair.client->receive("anything", pair.plaintext);
  pair.client->send("anything");
  EXPECT_TRUE(pair.client->output().empty());
  EXPECT_TRUE(pair.plaintext.empty());
}

}  // namespace
}  // namespace peerlane::test
