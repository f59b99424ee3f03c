// SPDX-License-Identifier: MIT
#include "channel/dcep.hpp"

#include <gtest/gtest.h>

#include <string>

namespace peerlane {
namespace {

PackedByteArray open_bytes(std::uint8_t type, std::uint32_t reliability, const std::string &label,
                           const std::string &protocol) {
  PackedByteArray bytes = {0x03,
                           type,
                           0x01,
                           0x00,
                           static_cast<std::uint8_t>(reliability >> 24),
                           static_cast<std::uint8_t>(reliability >> 16),
                           static_cast<std::uint8_t>(reliability >> 8),
                           static_cast<std::uint8_t>(reliability),
                           static_cast<std::uint8_t>(label.size() >> 8),
                           static_cast<std::uint8_t>(label.size()),
                           static_cast<std::uint8_t>(protocol.size() >> 8),
                           static_cast<std::uint8_t>(protocol.size())};
  bytes.insert(bytes.end(), label.begin(), label.end());
  bytes.insert(bytes.end(), protocol.begin(), protocol.end());
  return bytes;
}

struct Kind {
  std::uint8_t type;
  bool ordered;
  int retransmits, life_time;  // -1: none
};
constexpr Kind kKinds[] = {{0x00, true, -1, -1}, {0x80, false, -1, -1}, {0x01, true, 7, -1},
                           {0x81, false, 7, -1}, {0x02, true, -1, 7},   {0x82, false, -1, 7}};

TEST(Dcep, EncodesEveryChannelTypeAsTheRfcDrawsIt) {
  for (const Kind &kind : kKinds) {
    ChannelParameters parameters;
    parameters.label = "lab";
    parameters.protocol = "pr";
    parameters.ordered = kind.ordered;
    if (kind.retransmits >= 0) parameters.max_retransmits = 7;
    if (kind.life_time >= 0) parameters.max_packet_life_time = 7;
    const std::uint32_t reliability = kind.retransmits < 0 && kind.life_time < 0 ? 0 : 7;
    EXPECT_EQ(encode_dcep_open(parameters), open_bytes(kind.type, reliability, "lab", "pr"));
  }
}

TEST(Dcep, DecodesEveryChannelType) {
  for (const Kind &kind : kKinds) {
    const auto parameters = decode_dcep_open(open_bytes(kind.type, 7, "lab", "pr"));
    ASSERT_TRUE(parameters);
    EXPECT_EQ(parameters->label, "lab");
    EXPECT_EQ(parameters->protocol, "pr");
    EXPECT_EQ(parameters->ordered, kind.ordered);
    EXPECT_EQ(parameters->max_retransmits.value_or(0), kind.retransmits < 0 ? 0 : 7);
    EXPECT_EQ(parameters->max_packet_life_time.value_or(0), kind.life_time < 0 ? 0 : 7);
    EXPECT_FALSE(parameters->negotiated);
    EXPECT_FALSE(parameters->id);
  }
}

TEST(Dcep, RefusesEveryOtherChannelType) {
  for (int type = 0; type < 256; ++type) {
    const bool known = (type & 0x7f) <= 2;
    EXPECT_EQ(decode_dcep_open(open_bytes(static_cast<std::uint8_t>(type), 0, "", "")).has_value(),
              known)
        << type;
  }
}

TEST(Dcep, RefusesEveryOtherMessageType) {
  PackedByteArray bytes = open_bytes(0, 0, "label", "");
  for (int type = 0; type < 256; ++type) {
    bytes[0] = static_cast<std::uint8_t>(type);
    EXPECT_EQ(decode_dcep_open(bytes).has_value(), type == 3) << type;
  }
}

TEST(Dcep, RefusesTruncationAtEveryOffsetAndTrailingBytes) {
  PackedByteArray bytes = open_bytes(0x81, 3, "label", "protocol");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_dcep_open(ByteView(bytes.data(), size))) << size;
  }
  EXPECT_TRUE(decode_dcep_open(bytes));
  bytes.push_back(0);
  EXPECT_FALSE(decode_dcep_open(bytes));
}

TEST(Dcep, RefusesLengthsThatPointBeyondTheEnd) {
  PackedByteArray bytes = open_bytes(0, 0, "label", "");
  bytes[8] = bytes[9] = bytes[10] = bytes[11] = 0xff;
  EXPECT_FALSE(decode_dcep_open(bytes));
}

TEST(Dcep, KeepsNulAndBytesThatAreNotUtf8) {
  const std::string label("a\0b\xff", 4);
  const auto parameters = decode_dcep_open(open_bytes(0, 0, label, ""));
  ASSERT_TRUE(parameters);
  EXPECT_EQ(parameters->label, label);
}

TEST(Dcep, CarriesTheLongestLabelAndProtocol) {
  ChannelParameters parameters;
  parameters.label.assign(65535, 'l');
  parameters.protocol.assign(65535, 'p');
  const auto decoded = decode_dcep_open(encode_dcep_open(parameters));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->label, parameters.label);
  EXPECT_EQ(decoded->protocol, parameters.protocol);
}

TEST(Dcep, ClampsReliabilityBeyond16Bits) {
  EXPECT_EQ(decode_dcep_open(open_bytes(1, 0x10000, "", ""))->max_retransmits, 65535);
  EXPECT_EQ(decode_dcep_open(open_bytes(1, 0xffff, "", ""))->max_retransmits, 65535);
  EXPECT_EQ(decode_dcep_open(open_bytes(2, 0xffffffff, "", ""))->max_packet_life_time, 65535);
}

TEST(Dcep, IgnoresTheReliabilityParameterOfReliableChannels) {
  const auto parameters = decode_dcep_open(open_bytes(0, 1234, "", ""));
  ASSERT_TRUE(parameters);
  EXPECT_FALSE(parameters->max_retransmits);
  EXPECT_FALSE(parameters->max_packet_life_time);
}

}  // namespace
}  // namespace peerlane
