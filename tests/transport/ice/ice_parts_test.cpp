// SPDX-License-Identifier: MIT
// The parts that need no socket.
#include <gtest/gtest.h>

#include "core/timer.hpp"
#include "transport/ice/connection_gate.hpp"
#include "transport/ice/ice_peer.hpp"
#include "transport/ice/local_addresses.hpp"
#include "transport/ice/merged_input.hpp"
#include "transport/ice/nice_candidates.hpp"
#include "transport/ice/stun_binding.hpp"

namespace peerlane::test {
namespace {

using std::chrono::seconds;
using State = IceTransport::State;

std::string to_text(ByteView bytes) {
  return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

std::string stun_packet(std::size_t attributes) {
  std::string packet(20 + attributes, 's');
  packet[0] = 0;
  packet[1] = 1;
  packet[2] = 0;
  packet[3] = static_cast<char>(attributes);
  packet.replace(4, 4, "\x21\x12\xa4\x42");
  return packet;
}

TEST(MergedInput, DataAloneIsLeftAlone) {
  EXPECT_FALSE(contains_stun(record(1200, 'a') + record(100, 'b')));
  EXPECT_FALSE(contains_stun(ByteView("not a record")));
  EXPECT_FALSE(contains_stun(ByteView()));
  // A record that claims more than there is.
  EXPECT_FALSE(contains_stun(record(100, 'a').substr(0, 50)));
  EXPECT_FALSE(contains_stun(record(100, 'a').substr(0, 5)));
}

TEST(MergedInput, StunIsCutOutWhereverItLies) {
  const std::string a = record(100, 'a');
  const std::string b = record(60, 'b');
  const std::string stun = stun_packet(8);
  for (const auto &[input, parts, packets] :
       std::vector<std::tuple<std::string, std::vector<std::string>, std::size_t>>{
           {a + b + stun, {a + b}, 1},
           {a + stun + b, {a, b}, 1},
           {stun + a, {a}, 1},
           {stun, {}, 1},
           {stun + stun, {}, 2},
           {a + stun + stun + b, {a, b}, 2},
           {a + b, {a + b}, 0}}) {
    EXPECT_EQ(contains_stun(input), packets > 0);
    const MergedInput cut = without_stun(input);
    EXPECT_EQ(cut.stun_packets, packets);
    ASSERT_EQ(cut.data.size(), parts.size());
    for (std::size_t i = 0; i < parts.size(); ++i) EXPECT_EQ(to_text(cut.data[i]), parts[i]);
  }
}

TEST(MergedInput, WhatOnlyLooksLikeStunIsNoStun) {
  std::string wrong_cookie = stun_packet(8);
  wrong_cookie[4] = 'x';
  EXPECT_FALSE(contains_stun(wrong_cookie));
  EXPECT_FALSE(contains_stun(stun_packet(8).substr(0, 24)));
  EXPECT_EQ(stun_packet_size(stun_packet(8)), 28u);
  EXPECT_EQ(stun_packet_size(stun_packet(0)), 20u);
}

TEST(StunBinding, ReadsTheMappedAddress) {
  StunTransaction transaction{};
  for (std::size_t i = 0; i < transaction.size(); ++i)
    transaction[i] = static_cast<std::uint8_t>(i + 1);
  std::string answer = to_text(ByteView(write_stun_binding_request(transaction)));
  answer[0] = 0x01;
  answer[1] = 0x01;
  answer[3] = 12;
  // RFC 5769 section 2.2: 192.0.2.1, port 32853.
  answer += std::string("\x00\x20\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43", 12);
  ASSERT_TRUE(is_stun_binding_response(answer, transaction));
  const auto mapped = read_mapped_address(answer);
  ASSERT_TRUE(mapped.has_value());
  EXPECT_EQ(mapped->to_string(), "192.0.2.1:32853");
  StunTransaction other = transaction;
  other[11] ^= 1;
  EXPECT_FALSE(is_stun_binding_response(answer, other));
}

TEST(StunBinding, TruncatedAnswersSayNothing) {
  std::string answer = to_text(ByteView(write_stun_binding_request({})));
  answer[0] = 0x01;
  answer[1] = 0x01;
  answer[3] = 12;
  answer += std::string("\x00\x20\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43", 12);
  for (std::size_t size = 0; size < answer.size(); ++size) {
    EXPECT_FALSE(read_mapped_address(ByteView(answer.data(), size)).has_value()) << size;
  }
  answer[25] = 9;  // No such family.
  EXPECT_FALSE(read_mapped_address(answer).has_value());
  answer[25] = 2;  // IPv6 needs 16 bytes.
  EXPECT_FALSE(read_mapped_address(answer).has_value());
}

std::vector<std::string> chosen(const std::vector<std::pair<std::string, std::string>> &present,
                                const std::string &bind_address = "", bool loopback = false) {
  std::vector<InterfaceAddress> addresses;
  for (const auto &[interface, literal] : present) {
    addresses.push_back({interface, *SocketAddress::parse(literal, 0)});
  }
  std::vector<std::string> literals;
  for (const SocketAddress &address : choose_local_addresses(addresses, bind_address, loopback)) {
    literals.push_back(address.literal());
  }
  return literals;
}

using Strings = std::vector<std::string>;

TEST(LocalAddresses, LoopbackOnlyIfAskedForOrAlone) {
  EXPECT_EQ(chosen({{"lo", "127.0.0.1"}, {"lo", "::1"}}), (Strings{"127.0.0.1", "::1"}));
  EXPECT_EQ(chosen({{"lo", "127.0.0.1"}, {"e", "192.0.2.1"}}), (Strings{"192.0.2.1"}));
  EXPECT_EQ(chosen({{"lo", "127.0.0.1"}, {"e", "192.0.2.1"}}, "", true),
            (Strings{"192.0.2.1", "127.0.0.1"}));
  EXPECT_EQ(chosen({}), Strings{});
}

TEST(LocalAddresses, LinkLocalOnlyWhereThereIsNothingBetter) {
  EXPECT_EQ(chosen({{"e", "fe80::1"}, {"e", "192.0.2.1"}}), (Strings{"192.0.2.1"}));
  EXPECT_EQ(chosen({{"e", "fe80::1"}, {"f", "192.0.2.1"}}), (Strings{"fe80::1", "192.0.2.1"}));
  EXPECT_EQ(chosen({{"e", "169.254.1.2"}, {"lo", "127.0.0.1"}}), (Strings{"169.254.1.2"}));
}

TEST(LocalAddresses, BindAddressRestricts) {
  const std::vector<std::pair<std::string, std::string>> present = {
      {"lo", "127.0.0.1"}, {"lo", "::1"}, {"e", "192.0.2.1"}, {"e", "2001:db8::1"}};
  EXPECT_EQ(chosen(present, "192.0.2.1"), (Strings{"192.0.2.1"}));
  EXPECT_EQ(chosen(present, "127.0.0.1"), (Strings{"127.0.0.1"}));
  EXPECT_EQ(chosen(present, "::"), (Strings{"2001:db8::1"}));
  EXPECT_EQ(chosen(present, "0.0.0.0"), (Strings{"192.0.2.1"}));
  EXPECT_EQ(chosen(present, "203.0.113.1"), (Strings{"203.0.113.1"}));
}

TEST(LocalAddresses, AtMost64AndNoneTwice) {
  std::vector<std::pair<std::string, std::string>> many;
  for (int i = 0; i < 200; ++i)
    many.emplace_back("e" + std::to_string(i), "10.0.0." + std::to_string(i % 100));
  EXPECT_EQ(chosen(many).size(), 64u);
  EXPECT_EQ(chosen({{"e", "10.0.0.1"}, {"f", "10.0.0.1"}}).size(), 1u);
}

TEST(NiceCandidates, SurviveTheWayThereAndBack) {
  for (const char *line :
       {"candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host",
        "candidate:abc 1 udp 1694498815 2001:db8::7 6000 typ srflx raddr fd00::1 rport 7000",
        "candidate:9 1 udp 16777215 203.0.113.9 49152 typ relay raddr 192.0.2.1 rport 5000",
        "candidate:2 1 tcp 1010827775 192.0.2.1 9 typ host tcptype active",
        "candidate:3 1 tcp 1015021823 192.0.2.1 5001 typ host tcptype passive"}) {
    const Candidate candidate = parse_candidate(line).value().candidate;
    const NiceCandidatePtr nice = to_nice(candidate, 1);
    ASSERT_TRUE(nice) << line;
    EXPECT_EQ(from_nice(*nice), candidate) << line;
  }
}

TEST(NiceCandidates, WhatLibniceCannotUseIsLeftOut) {
  const auto prflx = parse_candidate(
      "candidate:1 1 udp 1862270975 192.0.2.1 5000 typ prflx raddr 192.0.2.2 rport 1");
  EXPECT_FALSE(to_nice(prflx.value().candidate, 1));
  Candidate name;
  name.address = "7c1b2a9e-0000-4000-8000-2f6d1a3b5c7d.local";
  EXPECT_FALSE(to_nice(name, 1));
}

class Gate : public ::testing::Test {
 protected:
  struct HandClock final : Clock {
    TimePoint time{};
    TimePoint now() const override { return time; }
  };
  void pass(Duration time) {
    clock_.time += time;
    timers_.run_expired();
  }
  HandClock clock_;
  TimerQueue timers_{clock_};
  std::vector<State> heard_;
  ConnectionGate gate_{timers_, seconds(30), [this](State state) { heard_.push_back(state); }};
};

TEST_F(Gate, AnEarlyFailureOfLibniceIsNoFailure) {
  gate_.hope();
  gate_.all_pairs_failed();
  pass(seconds(29));
  EXPECT_TRUE(heard_.empty());
  pass(seconds(1));
  EXPECT_EQ(heard_, (std::vector{State::FAILED}));
}

TEST_F(Gate, ItIsOneSoonWhereThePeerHasNoMoreCandidates) {
  gate_.hope();
  gate_.remote_done();
  gate_.all_pairs_failed();
  pass(seconds(2));
  EXPECT_TRUE(heard_.empty());
  pass(seconds(1));
  EXPECT_EQ(heard_, (std::vector{State::FAILED}));
}

TEST_F(Gate, ANewCandidateOpensItAgain) {
  gate_.hope();
  pass(seconds(30));
  gate_.hope();
  gate_.pair_found();
  EXPECT_EQ(heard_, (std::vector{State::FAILED, State::CHECKING, State::CONNECTED}));
}

TEST_F(Gate, NoTimePassesBeforeThereIsSomethingToCheck) {
  pass(seconds(3600));
  EXPECT_TRUE(heard_.empty());
}

TEST_F(Gate, APeerThatNeverSendsACandidateIsNotWaitedForForEver) {
  gate_.credentials_known();
  pass(seconds(29));
  EXPECT_TRUE(heard_.empty());
  pass(seconds(1));
  EXPECT_EQ(heard_, (std::vector{State::FAILED}));
  gate_.pair_found();
  EXPECT_EQ(gate_.state(), State::CONNECTED);
}

TEST_F(Gate, ALostPairIsLookedForAgain) {
  gate_.hope();
  gate_.pair_found();
  gate_.all_pairs_failed();
  EXPECT_EQ(heard_, (std::vector{State::CONNECTED, State::CHECKING}));
  pass(seconds(30));
  EXPECT_EQ(gate_.state(), State::FAILED);
}

TEST_F(Gate, ARestartKeepsThePairWhileThePeerIsSilent) {
  gate_.hope();
  gate_.pair_found();
  gate_.restart();
  gate_.pair_lost();
  gate_.credentials_known();
  pass(seconds(3600));
  EXPECT_EQ(heard_, (std::vector{State::CONNECTED}));
  gate_.hope();
  pass(seconds(30));
  EXPECT_EQ(gate_.state(), State::FAILED);
}

}  // namespace
}  // namespace peerlane::test
