// SPDX-License-Identifier: MIT
#include "signaling/sdp_samples.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace peerlane::test {
namespace {

std::filesystem::path folder() {
#ifdef PEERLANE_TEST_DATA_DIR
  return std::filesystem::path(PEERLANE_TEST_DATA_DIR);
#else
  return std::filesystem::path(__FILE__).parent_path() / "data";
#endif
}

}  // namespace

std::vector<std::string> golden_names() {
  return {"aiortc-answer-full",
          "aiortc-answer-trickle",
          "aiortc-offer-full",
          "aiortc-offer-trickle",
          "chromium-answer-trickle",
          "chromium-offer-trickle",
          "node-datachannel-answer-full",
          "node-datachannel-offer-full",
          "pion-answer-trickle",
          "pion-offer-trickle",
          "wrtc-answer-full",
          "wrtc-offer-full"};
}

std::string golden(const std::string &name) {
  std::ifstream file(folder() / (name + ".sdp"), std::ios::binary);
  EXPECT_TRUE(file.good()) << name;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::string plain_offer() {
  return "v=0\r\n"
         "o=- 42 7 IN IP4 127.0.0.1\r\n"
         "s=-\r\n"
         "t=0 0\r\n"
         "a=group:BUNDLE 0\r\n"
         "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
         "c=IN IP4 0.0.0.0\r\n"
         "a=mid:0\r\n"
         "a=ice-ufrag:abcd\r\n"
         "a=ice-pwd:0123456789012345678901\r\n"
         "a=ice-options:trickle\r\n"
         "a=fingerprint:sha-256 " +
         std::string(kSha256) +
         "\r\n"
         "a=setup:actpass\r\n"
         "a=sctp-port:5000\r\n"
         "a=max-message-size:262144\r\n";
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) {
    ADD_FAILURE() << "the sample lacks " << from;
    return text;
  }
  return text.replace(at, from.size(), to);
}

std::string without_line(std::string text, std::string_view begin) {
  const std::size_t at = text.find("\n" + std::string(begin));
  if (at == std::string::npos) {
    ADD_FAILURE() << "the sample lacks " << begin;
    return text;
  }
  const std::size_t end = text.find('\n', at + 1);
  return text.erase(at + 1, end - at);
}

SessionDescription parsed(const std::string &text) {
  const auto result = parse_session_description(text);
  EXPECT_TRUE(result.ok()) << result.message() << "\n" << text;
  return result ? result.value() : SessionDescription{};
}

}  // namespace peerlane::test
