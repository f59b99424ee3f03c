// SPDX-License-Identifier: MIT
// How long a connection that was dropped keeps its strand.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>
#include <variant>
#include <vector>

#include "transport/dtls/certificate.hpp"
#include "transport/ice/turn_server.hpp"
#include "transport/strand_connection.hpp"

namespace peerlane::test {
namespace {

using namespace std::chrono_literals;

bool waits_until(const std::function<bool()> &done, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!done()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

class ConnectionLife : public ::testing::Test {
 protected:
  ConnectionLife() {
    auto life = std::make_shared<int>(0);
    life_ = life;
    connection_ = std::make_unique<StrandConnection>(strand_, std::move(life));
  }
  void TearDown() override { strand_->stop(); }

  void start(std::vector<IceServerAddress> servers) {
    StartGathering start;
    start.configuration.bind_address = "127.0.0.1";
    start.servers = std::move(servers);
    start.certificate = Certificate::generate().value();
    start.local_ufrag = "abcdefgh";
    start.local_pwd = "abcdefghijklmnopqrstuvwxyz";
    connection_->execute(std::move(start));
  }
  bool gathered() {
    connection_->link()->events.take(events_);
    return std::any_of(events_.begin(), events_.end(), [](const Event &event) {
      return event.control && std::holds_alternative<GatheringDone>(*event.control);
    });
  }

  const std::shared_ptr<Strand> strand_ = Strand::create().value();
  std::weak_ptr<void> life_;
  std::unique_ptr<StrandConnection> connection_;
  std::vector<Event> events_;
};

TEST_F(ConnectionLife, EndsSoonWhereNothingHasToBeGivenBack) {
  start({});
  ASSERT_TRUE(waits_until([this] { return gathered(); }, 5s));
  connection_.reset();
  EXPECT_TRUE(waits_until([this] { return life_.expired(); }, 2s));
}

TEST_F(ConnectionLife, LastsUntilTheRelayIsGivenBack) {
  const auto server = TurnServer::start();
  if (!server) GTEST_SKIP() << "coturn (turnserver) is not there";
  start({server->address(IceServerTransport::UDP)});
  ASSERT_TRUE(waits_until([this] { return gathered(); }, 10s));
  // It answers nothing, so that giving back takes its time; the strand must not end before.
  server->freeze();
  connection_.reset();
  std::this_thread::sleep_for(200ms);
  EXPECT_FALSE(life_.expired());
  EXPECT_TRUE(waits_until([this] { return life_.expired(); }, 4s));
}

}  // namespace
}  // namespace peerlane::test
