// SPDX-License-Identifier: MIT
#include "signaling/candidate.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace peerlane {
namespace {

Candidate usable(const std::string &line) {
  const auto result = parse_candidate(line);
  EXPECT_TRUE(result.ok()) << line << ": " << result.message();
  if (!result) return {};
  EXPECT_TRUE(result.value().usable()) << line;
  return result.value().candidate;
}

TEST(Candidate, ReadsEveryField) {
  const Candidate c = usable(
      "candidate:842163049 1 tcp 1677729535 203.0.113.7 46154 typ srflx raddr 10.0.17.1 rport "
      "46155 tcptype passive "
      "generation 0 ufrag EsAw network-id 1");
  EXPECT_EQ(c.foundation, "842163049");
  EXPECT_EQ(c.component, 1);
  EXPECT_EQ(c.transport, CandidateTransport::TCP);
  EXPECT_EQ(c.priority, 1677729535u);
  EXPECT_EQ(c.address, "203.0.113.7");
  EXPECT_EQ(c.port, 46154);
  EXPECT_EQ(c.type, CandidateType::SRFLX);
  EXPECT_EQ(c.tcp_type, TcpType::PASSIVE);
  EXPECT_EQ(c.related_address, "10.0.17.1");
  EXPECT_EQ(c.related_port, 46155);
  EXPECT_EQ(c.ufrag, "EsAw");
  EXPECT_FALSE(c.is_mdns);
}

TEST(Candidate, TakesEveryPrefixAndCase) {
  const Candidate expected = usable("candidate:2 1 udp 2116026111 10.77.0.1 45561 typ host");
  for (const char *line : {
           "a=candidate:2 1 udp 2116026111 10.77.0.1 45561 typ host",
           "2 1 udp 2116026111 10.77.0.1 45561 typ host",
           "candidate:2 1 UDP 2116026111 10.77.0.1 45561 typ host",
           "candidate:2 1 udp 2116026111 10.77.0.1 45561 typ host\r\n",
           "  candidate:2  1 udp 2116026111 10.77.0.1 45561 typ HOST  ",
           "candidate:2 1 udp 2116026111 10.77.0.1 45561 typ host generation",
           "candidate:2 1 udp 2116026111 10.77.0.1 45561 typ host x y raddr rport",
           "candidate:2 1 udp 2116026111 10.77.0.1 45561 typ host raddr some.name rport 99999",
           "candidate:2 1 udp 2116026111 10.77.0.1 45561 typ host tcptype active",
           "candidate:2 1 udp 2116026111 10.77.0.1 45561 typ host ufrag not!ice",
       }) {
    EXPECT_EQ(usable(line), expected) << line;
  }
}

TEST(Candidate, CanonicalisesAddresses) {
  EXPECT_EQ(usable("1 1 udp 1 FD77:0:0::0001 9 typ host").address, "fd77::1");
  EXPECT_EQ(usable("1 1 udp 1 ::ffff:192.0.2.1 9 typ host").address, "::ffff:192.0.2.1");
  EXPECT_EQ(usable("1 1 udp 1 ::FFFF:C000:201 9 typ host").address, "::ffff:192.0.2.1");
  EXPECT_EQ(usable("1 1 udp 1 1.2.3.4 9 typ relay raddr 2001:DB8::0 rport 1").related_address,
            "2001:db8::");
}

TEST(Candidate, RecognisesMulticastDnsNames) {
  const Candidate c = usable("1 1 udp 1 9B36EAAC-bb2e-49bb-bb78-21c41c499900.LOCAL 9 typ host");
  EXPECT_TRUE(c.is_mdns);
  EXPECT_EQ(c.address, "9b36eaac-bb2e-49bb-bb78-21c41c499900.local");
}

TEST(Candidate, TakesTheExtremeValues) {
  const std::string foundation(32, '/');
  const Candidate c = usable(foundation + " 1 udp 2147483647 255.255.255.254 65535 typ prflx");
  EXPECT_EQ(c.foundation, foundation);
  EXPECT_EQ(c.priority, 2147483647u);
  EXPECT_EQ(c.port, 65535);
  EXPECT_EQ(usable("1 1 udp 1 1.0.0.0 1 typ host").priority, 1u);
}

struct Ignored {
  const char *line;
  CandidateIgnored reason;
};

TEST(Candidate, IgnoresWhatIsOfNoUseAndSaysWhy) {
  const Ignored table[] = {
      {"1 2 udp 1 10.0.0.1 9 typ host", CandidateIgnored::OTHER_COMPONENT},
      {"1 0 udp 1 10.0.0.1 9 typ host", CandidateIgnored::OTHER_COMPONENT},
      {"1 65537 udp 1 10.0.0.1 9 typ host", CandidateIgnored::OTHER_COMPONENT},
      {"1 1 sctp 1 10.0.0.1 9 typ host", CandidateIgnored::UNKNOWN_TRANSPORT},
      {"1 1 ssltcp 1 10.0.0.1 443 typ host", CandidateIgnored::UNKNOWN_TRANSPORT},
      {"1 1 udp 1 10.0.0.1 9 typ anycast", CandidateIgnored::UNKNOWN_TYPE},
      {"1 1 udp 1 10.0.0.1 0 typ host", CandidateIgnored::PORT_ZERO},
      {"1 1 udp 0 10.0.0.1 9 typ host", CandidateIgnored::BAD_PRIORITY},
      {"1 1 udp 2147483648 10.0.0.1 9 typ host", CandidateIgnored::BAD_PRIORITY},
      {"1 1 udp 4294967297 10.0.0.1 9 typ host", CandidateIgnored::BAD_PRIORITY},
      {"1 1 udp 18446744073709551617 10.0.0.1 9 typ host", CandidateIgnored::BAD_PRIORITY},
      {"1 1 udp 1000000000000000000000000000000 10.0.0.1 9 typ host",
       CandidateIgnored::BAD_PRIORITY},
      {"1 1 tcp 1 10.0.0.1 9 typ host", CandidateIgnored::TCP_WITHOUT_TYPE},
      {"1 1 tcp 1 10.0.0.1 9 typ host tcptype odd", CandidateIgnored::TCP_WITHOUT_TYPE},
      {"1 1 udp 1 0.0.0.0 9 typ host", CandidateIgnored::BAD_ADDRESS},
      {"1 1 udp 1 :: 9 typ host", CandidateIgnored::BAD_ADDRESS},
      {"1 1 udp 1 224.0.0.251 9 typ host", CandidateIgnored::BAD_ADDRESS},
      {"1 1 udp 1 239.255.255.255 9 typ host", CandidateIgnored::BAD_ADDRESS},
      {"1 1 udp 1 255.255.255.255 9 typ host", CandidateIgnored::BAD_ADDRESS},
      {"1 1 udp 1 ff02::1 9 typ host", CandidateIgnored::BAD_ADDRESS},
      {"1 1 udp 1 ::ffff:224.0.0.1 9 typ host", CandidateIgnored::BAD_ADDRESS},
      {"1 1 udp 1 ::ffff:0.0.0.0 9 typ host", CandidateIgnored::BAD_ADDRESS},
      {"1 1 udp 1 fe80::1%eth0 9 typ host", CandidateIgnored::IPV6_ZONE},
      {"1 1 udp 1 example.org 9 typ host", CandidateIgnored::HOST_NAME},
      {"1 1 udp 1 localhost 9 typ host", CandidateIgnored::HOST_NAME},
      {"1 1 udp 1 local 9 typ host", CandidateIgnored::HOST_NAME},
      {"1 1 udp 1 a.b.local 9 typ host", CandidateIgnored::HOST_NAME},
      {"1 1 udp 1 x.local.example.org 9 typ host", CandidateIgnored::HOST_NAME},
      {"1 1 udp 1 xlocal 9 typ host", CandidateIgnored::HOST_NAME},
  };
  for (const Ignored &row : table) {
    const auto result = parse_candidate(row.line);
    ASSERT_TRUE(result.ok()) << row.line << ": " << result.message();
    EXPECT_FALSE(result.value().usable()) << row.line;
    EXPECT_EQ(result.value().ignored, row.reason) << row.line;
  }
}

TEST(Candidate, CountsEveryReasonUnderANameOfItsOwn) {
  std::set<std::string> names;
  for (int reason = 0; reason <= static_cast<int>(CandidateIgnored::HOST_NAME); ++reason) {
    const std::string name = candidate_ignored_name(static_cast<CandidateIgnored>(reason));
    EXPECT_TRUE(name.starts_with("candidate_")) << reason;
    EXPECT_TRUE(names.insert(name).second) << name;
  }
}

TEST(Candidate, RefusesWhatDoesNotParse) {
  const std::string longer_foundation(33, 'a');
  const std::string long_label = std::string(64, 'a') + ".local";
  const std::string lines[] = {
      "",
      "candidate:",
      "junk",
      "1",
      "1 1",
      "1 1 udp",
      "1 1 udp 1",
      "1 1 udp 1 10.0.0.1",
      "1 1 udp 1 10.0.0.1 9",
      "1 1 udp 1 10.0.0.1 9 typ",
      "1 1 udp 1 10.0.0.1 9 host",
      "1 1 udp 1 10.0.0.1 9 type host",
      longer_foundation + " 1 udp 1 10.0.0.1 9 typ host",
      "a_b 1 udp 1 10.0.0.1 9 typ host",
      "1 x udp 1 10.0.0.1 9 typ host",
      "1 -1 udp 1 10.0.0.1 9 typ host",
      "1 1 udp x 10.0.0.1 9 typ host",
      "1 1 udp -1 10.0.0.1 9 typ host",
      "1 1 udp 1.5 10.0.0.1 9 typ host",
      "1 1 udp 0x10 10.0.0.1 9 typ host",
      "1 1 udp 1 10.0.0.1 65536 typ host",
      "1 1 udp 1 10.0.0.1 4294967305 typ host",
      "1 1 udp 1 10.0.0.1 18446744073709551625 typ host",
      "1 1 udp 1 10.0.0.1 -9 typ host",
      "1 1 udp 1 10.0.0.1 x typ host",
      "1 1 udp 1 10.0.0.256 9 typ host",
      "1 1 udp 1 10.0.0 9 typ host",
      "1 1 udp 1 10.0.0.1.2 9 typ host",
      "1 1 udp 1 167772161 9 typ host",
      "1 1 udp 1 010.0.0.1 9 typ host",
      "1 1 udp 1 fe80:::1 9 typ host",
      "1 1 udp 1 [::1] 9 typ host",
      "1 1 udp 1 fe80::1% 9 typ host",
      "1 1 udp 1 10.0.0.1%eth0 9 typ host",
      "1 1 udp 1 a..local 9 typ host",
      "1 1 udp 1 .local 9 typ host",
      "1 1 udp 1 a!b.local 9 typ host",
      "1 1 udp 1 " + long_label + " 9 typ host",
      "1 1 udp 1 10.0.0.1 9 typ host\r\na=ice-ufrag:evil",
      std::string("1 1 udp 1 10.0.0.1 9 typ host x \0y", 35),
      "1 1 udp 1 10.0.0.1 9 typ host " + std::string(4096, 'x'),
      "candidate:candidate:1 1 udp 1 10.0.0.1 9 typ host",
  };
  for (const std::string &line : lines) {
    const auto result = parse_candidate(line);
    EXPECT_EQ(result.error(), Error::ERR_INVALID_PARAMETER) << line;
    EXPECT_TRUE(result.message().ends_with(".")) << result.message();
  }
}

TEST(Candidate, PrefersAnErrorToAReasonForIgnoring) {
  EXPECT_EQ(parse_candidate("1 2 sctp 0 10.0.0.1 65536 typ host").error(),
            Error::ERR_INVALID_PARAMETER);
}

TEST(Candidate, KnowsTheEndOfCandidates) {
  for (const char *line :
       {"", " ", "candidate:", "a=candidate:", "end-of-candidates", "a=end-of-candidates\r\n"}) {
    EXPECT_TRUE(is_end_of_candidates(line)) << line;
  }
  EXPECT_FALSE(is_end_of_candidates("candidate:1"));
  EXPECT_FALSE(is_end_of_candidates("x"));
}

TEST(Candidate, WritesWhatItReads) {
  for (const char *line : {
           "candidate:1 1 udp 2113937151 192.0.2.1 50000 typ host",
           "candidate:1 1 udp 1 a-b.local 50000 typ host ufrag abcd",
           "candidate:+/ 1 udp 2147483647 2001:db8::1 1 typ prflx raddr :: rport 9",
           "candidate:a 1 udp 1 192.0.2.1 65535 typ relay raddr 0.0.0.0 rport 0",
           "candidate:a 1 tcp 1 192.0.2.1 9 typ host tcptype active",
           "candidate:a 1 tcp 1 192.0.2.1 9 typ srflx raddr 10.0.0.1 rport 9 tcptype so ufrag abcd",
           "candidate:a 1 tcp 1 192.0.2.1 9 typ host tcptype passive",
       }) {
    EXPECT_EQ(write_candidate(usable(line)), line);
  }
}

TEST(Candidate, EveryTruncationIsAnErrorOrRoundTrips) {
  const std::string line =
      "candidate:842163049 1 tcp 1677729535 2001:db8::7 46154 typ srflx raddr 10.0.17.1 rport "
      "46155 tcptype passive "
      "generation 0 ufrag EsAw network-id 1";
  int errors = 0, round_trips = 0;
  for (std::size_t size = 0; size <= line.size(); ++size) {
    const auto result = parse_candidate(line.substr(0, size));
    if (!result) {
      ++errors;
    } else if (result.value().usable()) {
      ++round_trips;
      EXPECT_EQ(usable(write_candidate(result.value().candidate)), result.value().candidate);
    }
  }
  EXPECT_EQ(errors,
            static_cast<int>(line.find("typ ") + 5));  // Up to "typ " there is no type.
  EXPECT_EQ(round_trips, static_cast<int>(line.size() - line.find(" generation") + 1));
}

TEST(Candidate, TreatsTheSameEndpointAsADuplicate) {
  const Candidate first = usable("1 1 udp 5 fd77::1 9 typ host");
  EXPECT_TRUE(
      is_same_candidate(first, usable("2 1 UDP 7 FD77:0::1 9 typ host generation 1 ufrag abcd")));
  EXPECT_FALSE(is_same_candidate(first, usable("1 1 udp 5 fd77::2 9 typ host")));
  EXPECT_FALSE(is_same_candidate(first, usable("1 1 udp 5 fd77::1 10 typ host")));
  EXPECT_FALSE(is_same_candidate(first, usable("1 1 udp 5 fd77::1 9 typ srflx")));
  EXPECT_FALSE(is_same_candidate(first, usable("1 1 tcp 5 fd77::1 9 typ host tcptype so")));
}

}  // namespace
}  // namespace peerlane
