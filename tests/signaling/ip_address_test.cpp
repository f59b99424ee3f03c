// SPDX-License-Identifier: MIT
#include "signaling/ip_address.hpp"

#include <gtest/gtest.h>

namespace peerlane {
namespace {

std::string canonical(const char *text) {
  const auto address = IpAddress::parse(text);
  return address ? address->to_string() : "refused";
}

TEST(IpAddress, WritesTheCanonicalText) {
  const std::pair<const char *, const char *> table[] = {
      {"0.0.0.0", "0.0.0.0"},
      {"255.255.255.255", "255.255.255.255"},
      {"10.77.0.1", "10.77.0.1"},
      {"::", "::"},
      {"::1", "::1"},
      {"1::", "1::"},
      {"0:0:0:0:0:0:0:0", "::"},
      {"2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
      {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
      {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
      {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
      {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
      {"1:2:3::6:7:8", "1:2:3::6:7:8"},
      {"fe80::0001", "fe80::1"},
      {"abcd:ef01:2345:6789:abcd:ef01:2345:6789", "abcd:ef01:2345:6789:abcd:ef01:2345:6789"},
      {"::ffff:1.2.3.4", "::ffff:1.2.3.4"},
      {"0:0:0:0:0:ffff:102:304", "::ffff:1.2.3.4"},
      {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
      {"::1.2.3.4", "::102:304"},
      {"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
  };
  for (const auto &[text, expected] : table) {
    EXPECT_EQ(canonical(text), expected) << text;
    EXPECT_EQ(canonical(expected), expected);
  }
}

TEST(IpAddress, RefusesWhatIsNoAddress) {
  for (const char *text : {
           "",
           " ",
           "1",
           "1.2.3",
           "1.2.3.4.5",
           "1.2.3.",
           ".1.2.3",
           "1..2.3",
           "1.2.3.256",
           "1.2.3.04",
           "01.2.3.4",
           "1.2.3.0x4",
           "1.2.3.-4",
           "1.2.3.4 ",
           " 1.2.3.4",
           "1.2.3.99999999999999999999",
           "1.2.3.4:5",
           "127.1",
           ":",
           ":::",
           "1:::2",
           "1::2::3",
           ":1",
           "1:",
           "1:2",
           "1:2:3:4:5:6:7",
           "1:2:3:4:5:6:7:8:9",
           "::12345",
           "1:2:3:4:5:6:7:8::",
           "::1:2:3:4:5:6:7:8",
           "1:2:3:4::5:6:7:8",
           "::g",
           "::1%eth0",
           "[::1]",
           "::1.2.3",
           "::1.2.3.4:5",
           "1.2.3.4::",
           "1:2:3:4:5:6:7:1.2.3.4",
           "::ffff:1.2.3.256",
           "::-1",
           "2001:db8",
       }) {
    EXPECT_EQ(canonical(text), "refused") << text;
  }
}

struct Class {
  const char *text;
  bool unspecified, loopback, link_local, multicast, broadcast, is_private;
};

TEST(IpAddress, TellsTheKindOfAnAddress) {
  const Class table[] = {
      {"0.0.0.0", true, false, false, false, false, false},
      {"0.1.2.3", true, false, false, false, false, false},
      {"::", true, false, false, false, false, false},
      {"::ffff:0.0.0.0", true, false, false, false, false, false},
      {"127.0.0.1", false, true, false, false, false, false},
      {"127.255.255.254", false, true, false, false, false, false},
      {"128.0.0.1", false, false, false, false, false, false},
      {"::1", false, true, false, false, false, false},
      {"::2", false, false, false, false, false, false},
      {"::ffff:127.0.0.1", false, true, false, false, false, false},
      {"169.254.1.1", false, false, true, false, false, false},
      {"169.253.1.1", false, false, false, false, false, false},
      {"fe80::1", false, false, true, false, false, false},
      {"febf::1", false, false, true, false, false, false},
      {"fec0::1", false, false, false, false, false, false},
      {"223.255.255.255", false, false, false, false, false, false},
      {"224.0.0.1", false, false, false, true, false, false},
      {"239.255.255.255", false, false, false, true, false, false},
      {"240.0.0.1", false, false, false, false, false, false},
      {"ff02::fb", false, false, false, true, false, false},
      {"::ffff:224.0.0.1", false, false, false, true, false, false},
      {"255.255.255.255", false, false, false, false, true, false},
      {"255.255.255.254", false, false, false, false, false, false},
      {"10.0.0.1", false, false, false, false, false, true},
      {"172.16.0.1", false, false, false, false, false, true},
      {"172.31.0.1", false, false, false, false, false, true},
      {"172.32.0.1", false, false, false, false, false, false},
      {"192.168.1.1", false, false, false, false, false, true},
      {"192.169.1.1", false, false, false, false, false, false},
      {"fd77::1", false, false, false, false, false, true},
      {"2001:db8::1", false, false, false, false, false, false},
  };
  for (const Class &row : table) {
    const auto address = IpAddress::parse(row.text);
    ASSERT_TRUE(address) << row.text;
    EXPECT_EQ(address->is_unspecified(), row.unspecified) << row.text;
    EXPECT_EQ(address->is_loopback(), row.loopback) << row.text;
    EXPECT_EQ(address->is_link_local(), row.link_local) << row.text;
    EXPECT_EQ(address->is_multicast(), row.multicast) << row.text;
    EXPECT_EQ(address->is_broadcast(), row.broadcast) << row.text;
    EXPECT_EQ(address->is_private(), row.is_private) << row.text;
  }
}

TEST(IpAddress, KeepsIPv4AndItsMappedFormApart) {
  const auto v4 = IpAddress::parse("1.2.3.4"), mapped = IpAddress::parse("::ffff:1.2.3.4");
  EXPECT_TRUE(v4->is_v4() && !v4->is_v6() && !v4->is_v4_mapped());
  EXPECT_TRUE(mapped->is_v6() && !mapped->is_v4() && mapped->is_v4_mapped());
  EXPECT_FALSE(*v4 == *mapped);
}

}  // namespace
}  // namespace peerlane
