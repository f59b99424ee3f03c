// SPDX-License-Identifier: MIT
#include "transport/ice/tls_tunnel.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <future>
#include <memory>
#include <mutex>

#include "io/loop_context.hpp"
#include "io/strand.hpp"
#include "transport/ice/tls_relay.hpp"
#include "transport/ice/turn_messages.hpp"

namespace peerlane::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A TlsStream without TLS: it opens with the first byte of the server, and says "bye" at the end.
class PlainStream final : public TlsStream {
 public:
  State state() const override { return state_; }
  const Failure &failure() const override { return failure_; }
  void receive(ByteView bytes, ByteQueue &plaintext) override {
    if (state_ == State::HANDSHAKING && !bytes.empty()) {
      state_ = State::OPEN;
      bytes = bytes.subview(1);
    }
    plaintext.append(bytes);
  }
  void send(ByteView plaintext) override { output_.append(plaintext); }
  void close() override {
    if (state_ == State::OPEN) output_.append("bye");
    state_ = State::CLOSED;
  }
  ByteQueue &output() override { return output_; }

 private:
  State state_ = State::HANDSHAKING;
  Failure failure_{Error::OK, {}};
  ByteQueue output_;
};

int tcp_socket() { return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); }

/// What comes within the time, until there are `size` bytes or the end.
std::string receive(int descriptor, std::size_t size, milliseconds limit = seconds(10)) {
  std::string received;
  std::array<char, 65536> buffer{};
  while (received.size() < size) {
    pollfd ready{descriptor, POLLIN, 0};
    if (poll(&ready, 1, static_cast<int>(limit.count())) <= 0) break;
    const ssize_t count = recv(descriptor, buffer.data(), buffer.size(), 0);
    if (count <= 0) break;
    received.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return received;
}

bool ends(int descriptor) {
  pollfd ready{descriptor, POLLIN, 0};
  char byte = 0;
  return poll(&ready, 1, 10000) > 0 && recv(descriptor, &byte, 1, 0) <= 0;
}

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

/// A tunnel between a socket of the test, in the place of libnice, and a server of the test.
class TlsTunnelTest : public ::testing::Test, public TlsTunnel::Listener {
 protected:
  void SetUp() override {
    const auto any = *SocketAddress::parse("127.0.0.1", 0);
    listener_ = tcp_socket();
    bind(listener_, any.native(), any.native_size());
    listen(listener_, 16);
    int pair[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    libnice_ = pair[0];
    fcntl(pair[1], F_SETFL, O_NONBLOCK);
    run([&] {
      context_ = LoopContext::create(strand_->poller(), strand_->timers());
      tunnel_ = std::make_unique<TlsTunnel>(*context_, strand_->timers(), pair[1], *this);
    });
  }
  void TearDown() override {
    run([this] {
      tunnel_.reset();
      context_.reset();
    });
    strand_->stop();
    for (const int each : {listener_, libnice_, server_}) {
      if (each >= 0) close(each);
    }
  }
  void on_tunnel_failed(const Failure &failure) override { failure_.set_value(failure); }

  void run(const std::function<void()> &task) {
    std::promise<void> done;
    strand_->post([&] {
      task();
      done.set_value();
    });
    done.get_future().wait();
  }
  TlsTunnel::Options to_the_server() const {
    TlsTunnel::Options options;
    options.servers = {*SocketAddress::of_socket(listener_)};
    options.limit = seconds(30);
    return options;
  }
  /// Connects, and opens the stream.
  void open() {
    run([this] { tunnel_->connect(to_the_server(), std::make_unique<PlainStream>()); });
    server_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    say(server_, "!");
  }
  static void say(int descriptor, const std::string &bytes) {
    EXPECT_EQ(send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  Failure failure() { return failure_.get_future().get(); }

  const std::shared_ptr<Strand> strand_ = Strand::create().value();
  std::unique_ptr<LoopContext> context_;
  std::unique_ptr<TlsTunnel> tunnel_;
  std::promise<Failure> failure_;
  int listener_ = -1, libnice_ = -1, server_ = -1;
  const StunTransaction transaction_ = random_stun_transaction();
  const std::string request_ = turn_message(0x0003, {}, transaction_);
  const std::string success_ = turn_message(0x0103, {}, transaction_);
  const std::string refusal_ = turn_error(400, {}, transaction_);
};

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

/// A TlsRelay, and sockets that want to use it.
class TlsRelayTest : public TlsTunnelTest, public TlsRelay::Listener {
 protected:
  void SetUp() override {
    TlsTunnelTest::SetUp();
    run([this] {
      relay_ = TlsRelay::create(*context_, strand_->timers(), true, to_the_server(),
                                std::make_unique<PlainStream>(), *this)
                   .value();
    });
  }
  void TearDown() override {
    run([this] { relay_.reset(); });
    TlsTunnelTest::TearDown();
  }
  void on_tls_relay_failed(const TlsRelay &, const Failure &) override {}

  int connect_to_relay() const {
    const int connection = tcp_socket();
    EXPECT_EQ(::connect(connection, relay_->address().native(), relay_->address().native_size()),
              0);
    return connection;
  }
  /// As libnice does: a socket that the agent's own context waits for.
  std::unique_ptr<SocketWatch> connect_as_libnice() {
    std::unique_ptr<SocketWatch> watch;
    run([&] {
      watch = std::make_unique<SocketWatch>(*context_, connect_to_relay(), owner_);
      watch->want(false, false);
    });
    return watch;
  }

  struct Owner final : SocketWatch::Owner {
    void on_socket_ready(SocketWatch &watch) override { watch.want(false, false); }
  } owner_;
  std::unique_ptr<TlsRelay> relay_;
};

TEST_F(TlsRelayTest, OnlyItsOwnAgentGetsIn) {
  const int stranger = connect_to_relay();
  EXPECT_TRUE(ends(stranger));
  pollfd nobody{listener_, POLLIN, 0};
  EXPECT_EQ(poll(&nobody, 1, 0), 0) << "no tunnel was dug for it";
  auto agent = connect_as_libnice();
  server_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  say(server_, "!");
  const int late_stranger = connect_to_relay();
  EXPECT_TRUE(ends(late_stranger));
  say(agent->descriptor(), request_);
  EXPECT_EQ(receive(server_, request_.size()), request_);
  run([&] { agent.reset(); });
  close(stranger);
  close(late_stranger);
}

TEST_F(TlsRelayTest, OneTunnelIsEnough) {
  auto first = connect_as_libnice();
  server_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  auto second = connect_as_libnice();
  say(second->descriptor(), request_);
  EXPECT_EQ(receive(second->descriptor(), refusal_.size()), refusal_);
  run([&] {
    first.reset();
    second.reset();
  });
}

TEST_F(TlsRelayTest, NobodyGetsInAfterGathering) {
  run([this] { relay_->end_gathering(); });
  const int connection = tcp_socket();
  const SocketAddress address = relay_->address();
  EXPECT_NE(::connect(connection, address.native(), address.native_size()), 0);
  EXPECT_EQ(errno, ECONNREFUSED);
  close(connection);
}

}  // namespace
}  // namespace peerlane::test
