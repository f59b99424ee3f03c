// SPDX-License-Identifier: MIT
#include "transport/ice/tls_tunnel.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "transport/ice/tunnel_fixture.hpp"

namespace peerlane::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Writes as much as is taken without anybody reading on the other side.
std::size_t fill(int descriptor, const std::string &frame) {
  std::size_t written = 0;
  std::size_t at = 0;
  for (;;) {
    const ssize_t count =
        send(descriptor, frame.data() + at, frame.size() - at, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count > 0) {
      written += static_cast<std::size_t>(count);
      at = (at + static_cast<std::size_t>(count)) % frame.size();
      continue;
    }
    pollfd ready{descriptor, POLLOUT, 0};
    if (poll(&ready, 1, 200) <= 0) return written;
  }
}

class TlsTunnelTest : public TunnelFixture {};

TEST_F(TlsTunnelTest, NothingIsSentBeforeTheServerHasProvedItself) {
  say(libnice_, request_);
  run([this] { tunnel_->connect(to_the_server(), std::make_unique<PlainStream>()); });
  server_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  run([] {});
  char byte = 0;
  EXPECT_LT(recv(server_, &byte, 1, MSG_DONTWAIT), 0);
  say(server_, "!");
  EXPECT_EQ(receive(server_, request_.size()), request_);
  run([this] { EXPECT_TRUE(tunnel_->was_open()); });
}

TEST_F(TlsTunnelTest, FramesPassWholeHoweverTheyCome) {
  open();
  const std::string answers = success_ + std::string("\x40\x01\0\x05hello\0\0\0", 12);
  for (const char each : request_) say(libnice_, {each});
  EXPECT_EQ(receive(server_, request_.size()), request_);
  for (const char each : answers) say(server_, {each});
  EXPECT_EQ(receive(libnice_, answers.size()), answers);
}

TEST_F(TlsTunnelTest, WhatLibniceSendsNeedNotWaitForTheLoop) {
  open();
  say(server_, success_);
  EXPECT_EQ(receive(libnice_, success_.size()), success_);
  run([this] {
    say(libnice_, request_);
    tunnel_->pass_on();
    EXPECT_EQ(receive(server_, request_.size()), request_);
    tunnel_->pass_on();
  });
}

TEST_F(TlsTunnelTest, ASideThatDoesNotReadStopsTheOther) {
  open();
  say(server_, success_);
  EXPECT_EQ(receive(libnice_, success_.size()), success_);
  std::string frame("\x40\x01\x3f\xfc", 4);
  frame.append(0x3ffc, 'x');
  for (const auto &[from, to] : {std::pair(libnice_, server_), std::pair(server_, libnice_)}) {
    // The kernel's own buffers are the most of it.
    const std::size_t written = fill(from, frame);
    EXPECT_LT(written, 16u << 20);
    EXPECT_GT(written, frame.size());
    const std::size_t whole = written / frame.size() * frame.size();
    const std::string received = receive(to, whole);
    ASSERT_EQ(received.size() / frame.size(), written / frame.size());
    for (std::size_t at = 0; at < whole; at += frame.size())
      ASSERT_EQ(received.compare(at, frame.size(), frame), 0);
    // The rest of the last one, so that the other direction begins anew.
    if (written > whole) {
      const std::string rest = frame.substr(written - whole);
      say(from, rest);
      receive(to, frame.size() - (received.size() - whole));
    }
  }
}

TEST_F(TlsTunnelTest, WithoutAWayLibniceIsAnsweredAndTheConnectionStays) {
  say(libnice_, request_);
  close(std::exchange(listener_, -1));
  TlsTunnel::Options options;
  options.servers = {*SocketAddress::parse("127.0.0.1", 1)};
  options.limit = seconds(30);
  run([&] { tunnel_->connect(options, std::make_unique<PlainStream>()); });
  EXPECT_EQ(failure().error, Error::ERR_CANT_CONNECT);
  EXPECT_EQ(receive(libnice_, refusal_.size()), refusal_);
  say(libnice_, request_);
  EXPECT_EQ(receive(libnice_, refusal_.size()), refusal_) << "each time";
  run([this] { tunnel_->end_gathering(); });
  EXPECT_TRUE(ends(libnice_));
}

TEST_F(TlsTunnelTest, WhatWasAskedOfAServerThatGoesIsAnswered) {
  open();
  say(libnice_, request_);
  EXPECT_EQ(receive(server_, request_.size()), request_);
  close(std::exchange(server_, -1));
  EXPECT_EQ(failure().error, Error::ERR_CONNECTION_ERROR);
  EXPECT_EQ(receive(libnice_, refusal_.size()), refusal_);
}

TEST_F(TlsTunnelTest, AnAllocationThatIsLostEndsTheConnection) {
  open();
  say(server_, success_);
  EXPECT_EQ(receive(libnice_, success_.size()), success_);
  close(std::exchange(server_, -1));
  EXPECT_EQ(failure().error, Error::ERR_CONNECTION_ERROR);
  EXPECT_TRUE(ends(libnice_));
}

TEST_F(TlsTunnelTest, ARedirectIsARefusal) {
  open();
  say(libnice_, request_);
  EXPECT_EQ(receive(server_, request_.size()), request_);
  say(server_, turn_error(300, {{0x8023, std::string("\0\1\x12\x34\x7f\0\0\1", 8)}}, transaction_));
  EXPECT_EQ(failure().error, Error::ERR_CANT_CONNECT);
  EXPECT_EQ(receive(libnice_, refusal_.size()), refusal_);
  EXPECT_EQ(receive(server_, 1000), "bye");
}

TEST_F(TlsTunnelTest, DataBeforeAnAllocationIsNoTurn) {
  open();
  say(server_, "HTTP");
  EXPECT_NE(failure().message.find("no TURN server"), std::string::npos);
}

TEST_F(TlsTunnelTest, TheEndOfLibniceIsTheEnd) {
  open();
  say(libnice_, request_);
  EXPECT_EQ(receive(server_, request_.size()), request_);
  close(std::exchange(libnice_, -1));
  EXPECT_EQ(receive(server_, 1000), "bye");
}

TEST_F(TlsTunnelTest, TheNextAddressIsTriedWhereOneFails) {
  TlsTunnel::Options options = to_the_server();
  options.servers.insert(options.servers.begin(), *SocketAddress::parse("127.0.0.1", 1));
  run([&] { tunnel_->connect(options, std::make_unique<PlainStream>()); });
  server_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  EXPECT_GE(server_, 0);
}

TEST_F(TlsTunnelTest, TheNextAddressIsTriedWhereOneIsSilent) {
  // A full queue of connections that nobody accepts is silent.
  const int full = tcp_socket();
  const auto any = *SocketAddress::parse("127.0.0.1", 0);
  bind(full, any.native(), any.native_size());
  listen(full, 0);
  const SocketAddress address = *SocketAddress::of_socket(full);
  std::array<int, 4> others{};
  for (int &other : others) {
    other = tcp_socket();
    fcntl(other, F_SETFL, O_NONBLOCK);
    connect(other, address.native(), address.native_size());
  }
  TlsTunnel::Options options = to_the_server();
  options.servers.insert(options.servers.begin(), address);
  options.limit = milliseconds(900);
  run([&] { tunnel_->connect(options, std::make_unique<PlainStream>()); });
  server_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  EXPECT_GE(server_, 0);
  for (const int other : others) close(other);
  close(full);
}

TEST_F(TlsTunnelTest, ItComesFromTheAddressThatItIsBoundTo) {
  TlsTunnel::Options options = to_the_server();
  options.bind_address = SocketAddress::parse("127.0.0.7", 0);
  run([&] { tunnel_->connect(options, std::make_unique<PlainStream>()); });
  server_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  EXPECT_EQ(SocketAddress::of_peer(server_)->literal(), "127.0.0.7");
}

TEST_F(TlsTunnelTest, FromAnAddressOfTheOtherFamilyThereIsNoWay) {
  TlsTunnel::Options options = to_the_server();
  options.bind_address = SocketAddress::parse("::1", 0);
  run([&] { tunnel_->connect(options, std::make_unique<PlainStream>()); });
  EXPECT_EQ(failure().error, Error::ERR_CANT_CONNECT);
}

TEST_F(TlsTunnelTest, AHandshakeThatStandsStillEndsInTime) {
  TlsTunnel::Options options = to_the_server();
  options.limit = milliseconds(100);
  run([&] { tunnel_->connect(options, std::make_unique<PlainStream>()); });
  const Failure reason = failure();
  EXPECT_EQ(reason.error, Error::ERR_TIMEOUT);
  EXPECT_NE(reason.message.find("handshake"), std::string::npos) << reason.message;
}

}  // namespace
}  // namespace peerlane::test
