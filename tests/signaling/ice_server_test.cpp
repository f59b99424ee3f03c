// SPDX-License-Identifier: MIT
#include "signaling/ice_server.hpp"

#include <gtest/gtest.h>

namespace peerlane {
namespace {

constexpr auto kStun = IceServerScheme::STUN;
constexpr auto kTurn = IceServerScheme::TURN;
constexpr auto kTurns = IceServerScheme::TURNS;
constexpr auto kUdp = IceServerTransport::UDP;
constexpr auto kTcp = IceServerTransport::TCP;

TEST(IceServerUrl, ReadsSchemeHostPortAndTransport) {
  struct Row {
    const char *url;
    IceServerAddress expected;
  };
  const Row table[] = {
      {"stun:example.org", {kStun, "example.org", false, 3478, kUdp, "", ""}},
      {"STUN:Example.ORG:19302", {kStun, "example.org", false, 19302, kUdp, "", ""}},
      {"stun:192.0.2.1", {kStun, "192.0.2.1", true, 3478, kUdp, "", ""}},
      {"stun:[2001:DB8::0]", {kStun, "2001:db8::", true, 3478, kUdp, "", ""}},
      {"stun:[::1]:5000", {kStun, "::1", true, 5000, kUdp, "", ""}},
      {"stun:localhost:1?transport=udp", {kStun, "localhost", false, 1, kUdp, "", ""}},
      {"turn:a_b.c-d.example", {kTurn, "a_b.c-d.example", false, 3478, kUdp, "", ""}},
      {"turn:example.org?transport=udp", {kTurn, "example.org", false, 3478, kUdp, "", ""}},
      {"turn:example.org:65535?transport=tcp", {kTurn, "example.org", false, 65535, kTcp, "", ""}},
      {"turn:[::1]?transport=tcp", {kTurn, "::1", true, 3478, kTcp, "", ""}},
      {"turns:example.org", {kTurns, "example.org", false, 5349, kTcp, "", ""}},
      {"turns:example.org:443?transport=tcp", {kTurns, "example.org", false, 443, kTcp, "", ""}},
  };
  for (const Row &row : table) {
    const auto result = parse_ice_server_url(row.url);
    ASSERT_TRUE(result.ok()) << result.message();
    EXPECT_EQ(result.value(), row.expected) << row.url;
    EXPECT_EQ(result.value().tls(), row.expected.scheme == kTurns);
    EXPECT_EQ(result.value().is_relay(), row.expected.scheme != kStun);
  }
}

TEST(IceServerUrl, RefusesWhatIsNoServerAndNamesIt) {
  for (const char *url : {
           "",
           "stun",
           "stun:",
           "example.org",
           "example.org:3478",
           "http://example.org",
           "stun://example.org",
           "turn://example.org",
           "stuns:example.org",
           "stun:example.org:",
           "stun:example.org:0",
           "stun:example.org:65536",
           "stun:example.org:18446744073709551616",
           "stun:example.org:-1",
           "stun:example.org:34x",
           "stun::3478",
           "stun:2001:db8::1",
           "stun:[2001:db8::1",
           "stun:[]",
           "stun:[192.0.2.1]",
           "stun:[::1]3478",
           "stun:[example.org]",
           "stun:256.1.1.1",
           "stun:1.2.3",
           "stun:exa mple.org",
           "stun:exa\nmple.org",
           "stun:.org",
           "stun:a..b",
           "turn:user@example.org",
           "turn:example.org?",
           "turn:example.org?transport=",
           "turn:example.org?transport=tls",
           "turn:example.org?transport=tcp&x=y",
           "turn:example.org?proto=tcp",
           "turn:example.org/path",
           "stun:example.org?transport=tcp",
           "turns:example.org?transport=udp",
       }) {
    const auto result = parse_ice_server_url(url);
    EXPECT_EQ(result.error(), Error::ERR_INVALID_PARAMETER) << url;
    EXPECT_TRUE(result.message().ends_with(".")) << result.message();
    if (std::string_view(url).find('\n') == std::string_view::npos) {
      EXPECT_NE(result.message().find(url), std::string::npos) << result.message();
    }
  }
}

TEST(IceServerList, GivesEveryUrlItsCredentials) {
  const auto result = parse_ice_server(
      {{"stun:a.example", "turn:a.example", "turn:a.example?transport=tcp"}, "me", "key"});
  ASSERT_TRUE(result.ok()) << result.message();
  ASSERT_EQ(result.value().size(), 3u);
  EXPECT_EQ(result.value()[0].username, "");
  for (std::size_t i = 1; i < 3; ++i) {
    EXPECT_EQ(result.value()[i].username, "me");
    EXPECT_EQ(result.value()[i].credential, "key");
  }
}

TEST(IceServerList, RefusesMissingUrlsAndCredentials) {
  EXPECT_EQ(parse_ice_server({}).error(), Error::ERR_INVALID_PARAMETER);
  EXPECT_EQ(parse_ice_server({{"turn:a.example"}, "", ""}).error(), Error::ERR_INVALID_PARAMETER);
  EXPECT_EQ(parse_ice_server({{"turn:a.example"}, "me", ""}).error(), Error::ERR_INVALID_PARAMETER);
  EXPECT_EQ(parse_ice_server({{"turn:a.example"}, "", "key"}).error(),
            Error::ERR_INVALID_PARAMETER);
  EXPECT_EQ(parse_ice_server({{"stun:a.example", "junk"}, "", ""}).error(),
            Error::ERR_INVALID_PARAMETER);
  EXPECT_TRUE(parse_ice_server({{"stun:a.example"}, "", ""}).ok());
}

}  // namespace
}  // namespace peerlane
