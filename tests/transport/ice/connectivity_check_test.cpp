// SPDX-License-Identifier: MIT
// The check that we send ourselves on the pair in use.
#include "transport/ice/connectivity_check.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>
#include <string>

#include "transport/ice/ice_peer.hpp"
#include "transport/ice/merged_input.hpp"

namespace peerlane::test {
namespace {

/// The value of the first attribute of this type in the packet.
std::optional<std::string> attribute(ByteView packet, unsigned type) {
  ByteView left = packet.subview(20);
  while (left.size() >= 4) {
    const std::size_t size = static_cast<std::size_t>(left[2]) << 8 | left[3];
    if ((static_cast<unsigned>(left[0]) << 8 | left[1]) == type) {
      return std::string(left.begin() + 4, left.begin() + 4 + size);
    }
    left = left.subview(4 + (size + 3) / 4 * 4);
  }
  return std::nullopt;
}

bool has_attribute(ByteView packet, unsigned type) { return attribute(packet, type).has_value(); }

constexpr unsigned kUseCandidate = 0x0025;
constexpr unsigned kControlled = 0x8029;
constexpr unsigned kControlling = 0x802a;

TEST(ConnectivityCheck, OnlyTheControllingEndNominates) {
  const PackedByteArray ours = write_connectivity_check({"us", "them", "password", true});
  EXPECT_EQ(stun_packet_size(ours), ours.size());
  EXPECT_TRUE(has_attribute(ours, kUseCandidate));
  EXPECT_TRUE(has_attribute(ours, kControlling));
  EXPECT_FALSE(has_attribute(ours, kControlled));
  const PackedByteArray theirs = write_connectivity_check({"us", "them", "password", false});
  EXPECT_FALSE(has_attribute(theirs, kUseCandidate));
  EXPECT_TRUE(has_attribute(theirs, kControlled));
  EXPECT_FALSE(has_attribute(theirs, kControlling));
}

TEST(ConnectivityCheck, LosesARoleConflictWithAnybody) {
  const PackedByteArray ours = write_connectivity_check({"us", "them", "password", true});
  // libjuice takes 0 for no role at all and refuses the check.
  EXPECT_EQ(attribute(ours, kControlling), std::string("\0\0\0\0\0\0\0\1", 8));
  const PackedByteArray theirs = write_connectivity_check({"us", "them", "password", false});
  EXPECT_EQ(attribute(theirs, kControlled), std::string(8, '\xff'));
}

TEST(ConnectivityCheck, CredentialsThatDoNotFitGiveNone) {
  EXPECT_TRUE(write_connectivity_check({"us", std::string(2000, 'x'), "password", true}).empty());
}

class ConnectivityCheckOfAPair : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    IcePeer::connect(*controlling_, *controlled_);
    ASSERT_TRUE(controlling_->wait_until_connected());
    ASSERT_TRUE(controlled_->wait_until_connected());
  }
  void TearDown() override {
    controlling_.reset();
    controlled_.reset();
    strand_->stop();
  }
  IcePeer &from() { return GetParam() ? *controlling_ : *controlled_; }
  IcePeer &to() { return GetParam() ? *controlled_ : *controlling_; }

  static IcePeer::Options options(bool controlling) {
    IcePeer::Options options;
    options.controlling = controlling;
    options.bind_address = "127.0.0.1";
    return options;
  }

  const std::shared_ptr<Strand> strand_ = Strand::create().value();
  std::optional<IcePeer> controlling_{std::in_place, strand_, options(true)};
  std::optional<IcePeer> controlled_{std::in_place, strand_, options(false)};
};

bool has_data(const IcePeer &peer) { return !peer.heard_.data.empty(); }

/// As if the NAT had given the sender another port.
void send_from_a_new_port(ByteView packet, std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(
      sendto(socket, packet.data(), packet.size(), 0, reinterpret_cast<sockaddr *>(&to), sizeof to),
      static_cast<ssize_t>(packet.size()));
  close(socket);
}

TEST_P(ConnectivityCheckOfAPair, TellsThePeerANewAddress) {
  const auto watches = [this] {
    bool result = false;
    to().run([&result](IceTransport &ice) { result = ice.wants_acknowledgements(); });
    return result;
  };
  ConnectivityCheck check{from().options().local_ufrag, to().options().local_ufrag,
                          to().options().local_pwd, GetParam()};
  const std::uint16_t port = to().heard().candidates.front().port;
  // Who does not know the password tells nothing. What is sent behind it arrives behind it.
  check.remote_pwd.front() ^= 1;
  send_from_a_new_port(write_connectivity_check(check), port);
  from().send({record(20, 'x')});
  ASSERT_TRUE(to().wait_for(has_data));
  EXPECT_FALSE(watches());
  check.remote_pwd.front() ^= 1;
  send_from_a_new_port(write_connectivity_check(check), port);
  bool seen = false;
  for (int i = 0; i < 1000 && !seen; ++i) {
    seen = watches();
    if (!seen) usleep(5000);
  }
  EXPECT_TRUE(seen);
}

TEST_P(ConnectivityCheckOfAPair, ChangesNothingWhereNothingHasChanged) {
  from().run([](IceTransport &ice) {
    for (int i = 0; i < 300; ++i) ice.check_path();  // More than libnice remembers transactions.
  });
  from().send({record(20, 'x')});
  ASSERT_TRUE(to().wait_for(has_data));
  to().send({record(20, 'y')});
  // Behind all the answers.
  ASSERT_TRUE(from().wait_for(has_data));
  EXPECT_EQ(to().heard().data, record(20, 'x'));
  EXPECT_EQ(from().heard().data, record(20, 'y'));
  for (IcePeer *peer : {&from(), &to()}) {
    EXPECT_EQ(peer->heard().states,
              (std::vector<IceTransport::State>{IceTransport::State::CONNECTED}));
    peer->run([](IceTransport &ice) {
      EXPECT_FALSE(ice.wants_acknowledgements());
      for (const auto &[reason, count] : ice.dropped()) EXPECT_EQ(count, 0u) << reason;
    });
  }
}

INSTANTIATE_TEST_SUITE_P(FromControllingAndFromControlled, ConnectivityCheckOfAPair,
                         ::testing::Bool());

}  // namespace
}  // namespace peerlane::test
