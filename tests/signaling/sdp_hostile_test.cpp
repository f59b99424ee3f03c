// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstdint>

#include "signaling/sdp.hpp"
#include "signaling/sdp_samples.hpp"

namespace peerlane {
namespace {

using test::golden;
using test::golden_names;
using test::plain_offer;

// Either an error with a sentence, or a description that holds what every later layer relies on.
void expect_error_or_valid(const std::string &text) {
  const auto result = parse_session_description(text);
  if (!result) {
    EXPECT_TRUE(result.error() == Error::ERR_PARSE_ERROR ||
                result.error() == Error::ERR_INVALID_DATA);
    EXPECT_FALSE(result.message().empty());
    return;
  }
  const SessionDescription &description = result.value();
  ASSERT_LT(description.data_index, description.media.size());
  EXPECT_FALSE(description.data_media().rejected());
  EXPECT_GE(description.data.ice_ufrag.size(), kMinIceUfragSize);
  EXPECT_GE(description.data.ice_pwd.size(), kMinIcePasswordSize);
  EXPECT_FALSE(description.data.fingerprints.empty());
  EXPECT_NE(description.data.sctp_port, 0);
  SessionDescription written = description;
  written.data.ignored_candidates.clear();
  const auto again = parse_session_description(write_session_description(description));
  ASSERT_TRUE(again.ok()) << again.message() << "\n" << text;
  EXPECT_EQ(again.value(), written) << text;
}

TEST(SdpHostile, EveryTruncationIsAnErrorOrValid) {
  for (const std::string &name : golden_names()) {
    const std::string text = golden(name);
    for (std::size_t size = 0; size <= text.size(); ++size)
      expect_error_or_valid(text.substr(0, size));
  }
}

TEST(SdpHostile, EveryTruncationBeforeTheFingerprintIsAnError) {
  const std::string text = plain_offer();
  const std::size_t end = text.find("1F\r\n");
  for (std::size_t size = 0; size <= end; ++size) {
    EXPECT_FALSE(parse_session_description(text.substr(0, size)).ok()) << size;
  }
}

TEST(SdpHostile, EveryRemovedLineIsAnErrorOrValid) {
  for (const std::string &name : golden_names()) {
    const std::string text = golden(name);
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t next = text.find('\n', at) + 1;
      expect_error_or_valid(text.substr(0, at) + text.substr(next));
      at = next;
    }
  }
}

TEST(SdpHostile, EveryChangedByteIsAnErrorOrValid) {
  for (const char *name :
       {"wrtc-offer-full", "aiortc-offer-full", "node-datachannel-answer-full"}) {
    const std::string text = golden(name);
    for (std::size_t at = 0; at < text.size(); ++at) {
      for (const char c : {'\0', '\n', ' ', ':', '0', '9', 'a', '%', '\x7f', '\xff'}) {
        std::string changed = text;
        changed[at] = c;
        expect_error_or_valid(changed);
      }
    }
  }
}

TEST(SdpHostile, RefusesMoreThan64KiB) {
  const std::string fill = "a=x:";
  std::string text = plain_offer();
  text += fill + std::string(kMaxDescriptionSize - text.size() - fill.size(), 'y');
  ASSERT_EQ(text.size(), kMaxDescriptionSize);
  EXPECT_TRUE(parse_session_description(text).ok());
  EXPECT_EQ(parse_session_description(text + "y").error(), Error::ERR_PARSE_ERROR);
}

TEST(SdpHostile, RefusesMoreThan1024Lines) {
  std::string text = plain_offer();
  std::size_t lines = 15;
  for (; lines < kMaxDescriptionLines; ++lines) text += "a=x\n";
  EXPECT_TRUE(parse_session_description(text).ok());
  EXPECT_EQ(parse_session_description(text + "a=x\n").error(), Error::ERR_PARSE_ERROR);
}

TEST(SdpHostile, KeepsMessagesShortAndPrintable) {
  const std::string text = "v=0\n" + std::string(60000, '\x1b');
  const auto result = parse_session_description(text);
  EXPECT_EQ(result.error(), Error::ERR_PARSE_ERROR);
  EXPECT_LT(result.message().size(), 300u);
  EXPECT_EQ(result.message().find('\x1b'), std::string::npos);
}

TEST(SdpHostile, HandlesHundredsOfSectionsAndMids) {
  std::string text = plain_offer();
  for (int i = 1; i < 500; ++i) text += "m=audio 9 RTP/AVP 0\na=mid:m" + std::to_string(i) + "\n";
  const auto result = parse_session_description(text);
  ASSERT_TRUE(result.ok()) << result.message();
  EXPECT_EQ(result.value().media.size(), 500u);
}

}  // namespace
}  // namespace peerlane
