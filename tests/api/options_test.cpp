// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <functional>

#include "api/configuration_check.hpp"
#include "api/fake_peer.hpp"
#include "api/log.hpp"
#include "support/tls_authority.hpp"
#include "support/tls_server_end.hpp"

namespace peerlane::test {
namespace {

TEST(ChannelOptions, RefusedOnesSayWhy) {
  struct Row {
    std::string label;
    std::function<void(DataChannelOptions &)> set;
    Error error;
    std::string word;  // In the message.
  };
  const std::string long_text(65536, 'x');
  const Row rows[] = {
      {"", [](auto &) {}, Error::OK, ""},
      {std::string(65535, 'x'), [](auto &) {}, Error::OK, ""},
      {long_text, [](auto &) {}, Error::ERR_INVALID_PARAMETER, "label"},
      {"\xff", [](auto &) {}, Error::ERR_INVALID_PARAMETER, "UTF-8"},
      {std::string("a\0b", 3), [](auto &) {}, Error::OK, ""},
      {"a", [&](auto &o) { o.protocol = long_text; }, Error::ERR_INVALID_PARAMETER, "protocol"},
      {"a", [](auto &o) { o.protocol = "\xc0\x80"; }, Error::ERR_INVALID_PARAMETER, "protocol"},
      {"a", [](auto &o) { o.negotiated = true; }, Error::ERR_INVALID_PARAMETER, "id"},
      {"a", [](auto &o) { o.negotiated = true, o.id = -1; }, Error::ERR_INVALID_PARAMETER, "-1"},
      {"a", [](auto &o) { o.negotiated = true, o.id = 65535; }, Error::ERR_INVALID_PARAMETER,
       "65534"},
      {"a", [](auto &o) { o.negotiated = true, o.id = 65534; }, Error::OK, ""},
      {"a", [](auto &o) { o.negotiated = true, o.id = 0; }, Error::OK, ""},
      // W3C: ignored without `negotiated`.
      {"a", [](auto &o) { o.id = 70000; }, Error::OK, ""},
      {"a", [](auto &o) { o.id = -5; }, Error::OK, ""},
      {"a", [](auto &o) { o.max_retransmits = 0; }, Error::OK, ""},
      {"a", [](auto &o) { o.max_retransmits = 65535; }, Error::OK, ""},
      {"a", [](auto &o) { o.max_retransmits = -1; }, Error::ERR_INVALID_PARAMETER,
       "max_retransmits"},
      {"a", [](auto &o) { o.max_packet_life_time = 65536; }, Error::ERR_INVALID_PARAMETER,
       "max_packet_life_time"},
      {"a", [](auto &o) { o.max_retransmits = 1, o.max_packet_life_time = 1; },
       Error::ERR_INVALID_PARAMETER, "exclude"},
  };
  int number = 0;
  for (const Row &row : rows) {
    SCOPED_TRACE(number++);
    FakePeer peer;
    DataChannelOptions options;
    row.set(options);
    const auto channel = peer->create_data_channel(row.label, options);
    EXPECT_EQ(channel != nullptr, row.error == Error::OK);
    EXPECT_EQ(peer->get_last_error(), row.error);
    EXPECT_NE(peer->get_last_error_message().find(row.word), std::string::npos)
        << peer->get_last_error_message();
    EXPECT_EQ(channel ? channel->get_label() : row.label, row.label);
  }
}

TEST(ChannelOptions, GettersReadAsGiven) {
  FakePeer peer;
  DataChannelOptions options;
  options.negotiated = true;
  options.id = 12;
  options.ordered = false;
  options.max_retransmits = 3;
  options.protocol = "chat.v1";
  const auto channel = peer->create_data_channel("lane", options);
  EXPECT_EQ(channel->get_label(), "lane");
  EXPECT_EQ(channel->get_protocol(), "chat.v1");
  EXPECT_TRUE(channel->is_negotiated());
  EXPECT_FALSE(channel->is_ordered());
  EXPECT_EQ(channel->get_id(), 12);
  EXPECT_EQ(channel->get_max_retransmits(), 3);
  EXPECT_EQ(channel->get_max_packet_life_time(), 65535);

  options = {};
  options.id = 5;
  options.max_packet_life_time = 100;
  const auto plain = peer->create_data_channel("", options);
  EXPECT_EQ(plain->get_id(), 65535) << "not known before the stream is";
  EXPECT_FALSE(plain->is_negotiated());
  EXPECT_TRUE(plain->is_ordered());
  EXPECT_EQ(plain->get_protocol(), "");
  EXPECT_EQ(plain->get_max_retransmits(), 65535);
  EXPECT_EQ(plain->get_max_packet_life_time(), 100);
}

TEST(ChannelOptions, AnIdHasOneOwner) {
  FakePeer peer;
  DataChannelOptions options;
  options.negotiated = true;
  options.id = 1;
  auto first = peer->create_data_channel("a", options);
  ASSERT_TRUE(first);
  EXPECT_EQ(peer->create_data_channel("b", options), nullptr);
  EXPECT_EQ(peer->get_last_error(), Error::ERR_ALREADY_IN_USE);
  EXPECT_EQ(first->get_ready_state(), DataChannel::STATE_CONNECTING) << "the first is unharmed";
  first->close();
  EXPECT_NE(peer->create_data_channel("c", options), nullptr) << peer->get_last_error_message();
}

TEST(ChannelOptions, TheStreamOfAnInBandChannelCountsToo) {
  FakePeer peer, other;
  const auto channel = peer->create_data_channel("a");
  negotiate(peer, other);
  peer.wire().emit(ChannelIdAssigned{channel ? peer.wire().opened()[0] : 0, 4});
  peer.settle();
  EXPECT_EQ(channel->get_id(), 4);
  DataChannelOptions options;
  options.negotiated = true;
  options.id = 4;
  EXPECT_EQ(peer->create_data_channel("b", options), nullptr);
  EXPECT_EQ(peer->get_last_error(), Error::ERR_ALREADY_IN_USE);
}

TEST(ChannelOptions, AnIdIsFreeOnceTheClosingIsComplete) {
  FakePeer peer, other;
  DataChannelOptions options;
  options.negotiated = true;
  options.id = 1;
  const auto first = peer->create_data_channel("a", options);
  negotiate(peer, other);
  peer.wire().open_channels();
  peer.settle();
  first->close();
  EXPECT_EQ(peer->create_data_channel("b", options), nullptr) << "the stream is still in use";
  peer.wire().emit(ChannelClosed{peer.wire().opened()[0]});
  bool again = false;
  first->closed.connect([&] { again = peer->create_data_channel("c", options) != nullptr; });
  peer.settle();
  EXPECT_TRUE(again) << "free in the slot of closed";
}

TEST(ConfigurationCheck, RefusedOnesSayWhy) {
  struct Row {
    std::function<void(Configuration &)> set;
    bool good;
    std::string word;
  };
  using namespace std::chrono_literals;
  const auto server = [](const char *url) {
    return [url](Configuration &c) { c.ice_servers = {{{url}, "user", "secret"}}; };
  };
  const Row rows[] = {
      {[](auto &) {}, true, ""},
      {server("stun:stun.example.org"), true, ""},
      {server("turn:[2001:db8::1]:3478?transport=tcp"), true, ""},
      {server("turns:turn.example.org"), true, ""},
      {server("turns:192.0.2.1:443?transport=tcp"), true, ""},
      {server("turns:turn.example.org?transport=udp"), false, "DTLS"},
      {[](auto &c) { c.ice_server_ca_pem = TlsAuthority().pem(); }, true, ""},
      {[](auto &c) { c.ice_server_ca_pem = "x"; }, false, "ice_server_ca_pem"},
      {server("http://example.org"), false, "ice_servers[0]"},
      {server("stun:"), false, "ice_servers[0]"},
      {[](auto &c) {
         c.ice_servers = {{{"stun:a.example"}, "", ""}, {{}, "", ""}};
       },
       false, "ice_servers[1]"},
      {[](auto &c) {
         c.ice_servers = {{{"turn:a.example"}, "", ""}};
       },
       false, "ice_servers[0]"},
      {[](auto &c) { c.port_range_begin = 5000, c.port_range_end = 6000; }, true, ""},
      {[](auto &c) { c.port_range_begin = 5000, c.port_range_end = 5000; }, true, ""},
      {[](auto &c) { c.port_range_begin = 6000, c.port_range_end = 5000; }, false, "6000"},
      {[](auto &c) { c.port_range_begin = 6000; }, false, "port_range"},
      {[](auto &c) { c.port_range_end = 6000; }, false, "port_range"},
      {[](auto &c) { c.bind_address = "127.0.0.1"; }, true, ""},
      {[](auto &c) { c.bind_address = "::1"; }, true, ""},
      {[](auto &c) { c.bind_address = "0.0.0.0"; }, true, ""},
      {[](auto &c) { c.bind_address = "localhost"; }, false, "localhost"},
      {[](auto &c) { c.bind_address = "224.0.0.1"; }, false, "224.0.0.1"},
      {[](auto &c) { c.mtu = 576; }, true, ""},
      {[](auto &c) { c.mtu = 575; }, false, "mtu"},
      {[](auto &c) { c.mtu = 16385; }, false, "mtu"},
      {[](auto &c) { c.max_message_size = 1; }, true, ""},
      {[](auto &c) { c.max_message_size = 0; }, false, "max_message_size"},
      {[](auto &c) { c.receive_buffer_limit = 0; }, false, "receive_buffer_limit"},
      {[](auto &c) { c.send_buffer_limit = 0; }, false, "send_buffer_limit"},
      {[](auto &c) { c.max_incoming_channels = 0; }, true, ""},
      {[](auto &c) { c.disconnected_timeout = 0ms; }, false, "disconnected_timeout"},
      {[](auto &c) { c.failed_timeout = 4999ms; }, false, "failed_timeout"},
      {[](auto &c) { c.disconnected_timeout = c.failed_timeout = 100ms; }, true, ""},
      {[](auto &c) { c.certificate_pem = "x"; }, false, "both"},
      {[](auto &c) { c.private_key_pem = "x"; }, false, "both"},
      {[](auto &c) { c.certificate_pem = c.private_key_pem = "x"; }, false, ""},
      {[](auto &c) { c.ice_transport_policy = static_cast<IceTransportPolicy>(7); }, false,
       "ice_transport_policy"},
      {[](auto &c) { c.ice_transport_policy = IceTransportPolicy::RELAY; }, true, ""},
  };
  int number = 0;
  for (const Row &row : rows) {
    SCOPED_TRACE(number++);
    Configuration configuration;
    row.set(configuration);
    const auto checked = internal::check_configuration(configuration);
    EXPECT_EQ(checked.ok(), row.good) << checked.message();
    EXPECT_NE(checked.message().find(row.word), std::string::npos) << checked.message();
    EXPECT_EQ(checked.message().empty(), row.good);
    EXPECT_EQ(checked.error(), row.good ? Error::OK : Error::ERR_INVALID_PARAMETER);
  }
}

TEST(ConfigurationCheck, MembersMayBeNamedOneByOne) {
  // Compiled with every warning: a member without an initialiser of its own would be one.
  const Configuration configuration{.ice_servers = {{.urls = {"stun:a.example"}}}, .mtu = 1200};
  EXPECT_TRUE(internal::check_configuration(configuration).ok());
}

TEST(ConfigurationCheck, ServersReachTheNetwork) {
  Configuration configuration;
  configuration.ice_servers = {{{"stun:stun.example.org:1234"}, "", ""}};
  configuration.mtu = 1400;
  FakePeer peer(configuration);
  const auto channel = peer->create_data_channel("a");
  peer->create_offer();
  peer.settle();
  const auto starts = peer.wire().all<StartGathering>();
  ASSERT_EQ(starts.size(), 1u);
  ASSERT_EQ(starts[0].servers.size(), 1u);
  EXPECT_EQ(starts[0].servers[0].port, 1234);
  EXPECT_EQ(starts[0].configuration.mtu, 1400u);
  ASSERT_TRUE(starts[0].certificate);
  EXPECT_EQ(starts[0].certificate->fingerprint().to_string(), peer->get_local_fingerprint());
}

TEST(ConfigurationCheck, WhomATurnServerMayBeVouchedForByReachesTheNetwork) {
  const TlsAuthority authority;
  for (const bool is_tls : {true, false}) {
    Configuration configuration;
    configuration.ice_servers = {{{is_tls ? "turns:a.example" : "turn:a.example"}, "me", "key"}};
    if (is_tls) configuration.ice_server_ca_pem = authority.pem();
    FakePeer peer(configuration);
    const auto channel = peer->create_data_channel("a");
    peer->create_offer();
    peer.settle();
    const auto starts = peer.wire().all<StartGathering>();
    ASSERT_EQ(starts.size(), 1u);
    ASSERT_EQ(starts[0].tls != nullptr, is_tls);
    if (!is_tls) continue;
    TlsServerEnd server(authority.issue("DNS:a.example"));
    const auto client = starts[0].tls->connect("a.example");
    ByteQueue nothing;
    server.receive(client->output().view());
    client->receive(server.take_output(), nothing);
    EXPECT_EQ(client->state(), TlsStream::State::OPEN) << client->failure().message;
  }
}

TEST(Types, ErrorNamesAreGodots) {
  EXPECT_STREQ(error_name(Error::OK), "OK");
  EXPECT_STREQ(error_name(Error::ERR_ALREADY_IN_USE), "ERR_ALREADY_IN_USE");
  EXPECT_STREQ(error_name(static_cast<Error>(-1)), "UNKNOWN");
  EXPECT_STREQ(error_name(static_cast<Error>(21)), "UNKNOWN");
}

TEST(Types, TextSurvivesBothWays) {
  const std::string text("a\0\xc3\xa4", 4);
  EXPECT_EQ(to_utf8_buffer(text).size(), 4u);
  EXPECT_EQ(get_string_from_utf8(to_utf8_buffer(text)), text);
  EXPECT_EQ(get_string_from_utf8({}), "");
}

TEST(Log, ForgottenSetLocalDescriptionIsToldOnce) {
  std::vector<std::string> lines;
  set_log_handler(LogLevel::WARNING,
                  [&](LogLevel, std::string_view line) { lines.emplace_back(line); });
  FakePeer peer, careful;
  peer.apply = false;
  const auto channel = peer->create_data_channel("a"), other = careful->create_data_channel("a");
  peer->create_offer();
  careful->create_offer();
  const auto begin = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(2200)) {
    peer->poll(), careful->poll();
    peer->wait(std::chrono::milliseconds(50));
  }
  set_log_handler(LogLevel::WARNING, nullptr);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_NE(lines[0].find("set_local_description"), std::string::npos) << lines[0];
}

TEST(Log, LevelsAndHandlers) {
  std::vector<std::string> lines;
  const auto collect = [&](LogLevel, std::string_view line) { lines.emplace_back(line); };
  const auto warn = [] { internal::write_log(LogLevel::WARNING, "a line"); };
  set_log_handler(LogLevel::WARNING, collect);
  warn();
  EXPECT_EQ(lines.size(), 1u);
  set_log_handler(LogLevel::ERROR, collect);
  warn();
  EXPECT_EQ(lines.size(), 1u);
  set_log_handler(LogLevel::NONE, collect);
  warn();
  EXPECT_EQ(lines.size(), 1u);
  set_log_handler(LogLevel::WARNING, nullptr);
  EXPECT_EQ(lines[0], "a line");
}

}  // namespace
}  // namespace peerlane::test
