// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_TRANSPORT_ICE_TUNNEL_FIXTURE_HPP
#define PEERLANE_TESTS_TRANSPORT_ICE_TUNNEL_FIXTURE_HPP

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>

#include "io/loop_context.hpp"
#include "io/strand.hpp"
#include "transport/ice/tls_tunnel.hpp"
#include "transport/ice/turn_messages.hpp"

namespace peerlane::test {

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

int tcp_socket();
/// What comes within the time, until there are `size` bytes or the end.
std::string receive(int descriptor, std::size_t size,
                    std::chrono::milliseconds limit = std::chrono::seconds(10));
/// Whether the other end has closed the connection, or does so soon.
bool ends(int descriptor);

/// A tunnel between a socket of the test, in the place of libnice, and a server of the test.
class TunnelFixture : public ::testing::Test, public TlsTunnel::Listener {
 protected:
  void SetUp() override;
  void TearDown() override;
  void on_tunnel_failed(const Failure &failure) override { failure_.set_value(failure); }

  void run(const std::function<void()> &task);
  TlsTunnel::Options to_the_server() const;
  /// Connects, and opens the stream.
  void open();
  static void say(int descriptor, const std::string &bytes);
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

}  // namespace peerlane::test

#endif  // PEERLANE_TESTS_TRANSPORT_ICE_TUNNEL_FIXTURE_HPP
