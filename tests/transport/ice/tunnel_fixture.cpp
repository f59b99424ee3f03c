// SPDX-License-Identifier: MIT
#include "transport/ice/tunnel_fixture.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace peerlane::test {

int tcp_socket() { return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); }

std::string receive(int descriptor, std::size_t size, std::chrono::milliseconds limit) {
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

void TunnelFixture::SetUp() {
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

void TunnelFixture::TearDown() {
  run([this] {
    tunnel_.reset();
    context_.reset();
  });
  strand_->stop();
  for (const int each : {listener_, libnice_, server_}) {
    if (each >= 0) close(each);
  }
}

void TunnelFixture::run(const std::function<void()> &task) {
  std::promise<void> done;
  strand_->post([&] {
    task();
    done.set_value();
  });
  done.get_future().wait();
}

TlsTunnel::Options TunnelFixture::to_the_server() const {
  TlsTunnel::Options options;
  options.servers = {*SocketAddress::of_socket(listener_)};
  options.limit = std::chrono::seconds(30);
  return options;
}

void TunnelFixture::open() {
  run([this] { tunnel_->connect(to_the_server(), std::make_unique<PlainStream>()); });
  server_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  say(server_, "!");
}

void TunnelFixture::say(int descriptor, const std::string &bytes) {
  EXPECT_EQ(send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(bytes.size()));
}

}  // namespace peerlane::test
