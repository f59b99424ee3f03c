// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "signaling/jsep.hpp"
#include "signaling/sdp.hpp"
#include "signaling/sdp_samples.hpp"

namespace peerlane {
namespace {

LocalParameters our_parameters() {
  LocalParameters local;
  local.session_id = 123;
  local.session_version = 2;
  local.ice_ufrag = "abcd";
  local.ice_pwd = "0123456789012345678901";
  local.fingerprint = {"sha-256", std::string(test::kSha256)};
  return local;
}

Candidate host_candidate() {
  Candidate candidate;
  candidate.foundation = "1";
  candidate.priority = 2113937151;
  candidate.address = "192.0.2.1";
  candidate.port = 50000;
  return candidate;
}

TEST(SdpWrite, WritesAnOfferAsBrowsersTakeIt) {
  EXPECT_EQ(write_session_description(make_offer(our_parameters())),
            "v=0\r\n"
            "o=- 123 2 IN IP4 127.0.0.1\r\n"
            "s=-\r\n"
            "t=0 0\r\n"
            "a=group:BUNDLE 0\r\n"
            "a=msid-semantic: WMS\r\n"
            "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
            "c=IN IP4 0.0.0.0\r\n"
            "a=mid:0\r\n"
            "a=ice-ufrag:abcd\r\n"
            "a=ice-pwd:0123456789012345678901\r\n"
            "a=ice-options:trickle\r\n"
            "a=fingerprint:sha-256 " +
                std::string(test::kSha256) +
                "\r\n"
                "a=setup:actpass\r\n"
                "a=sctp-port:5000\r\n"
                "a=max-message-size:262144\r\n");
}

TEST(SdpWrite, WritesCandidatesOnlyWhenAsked) {
  SessionDescription offer = make_offer(our_parameters());
  const std::string bare = write_session_description(offer);
  offer.data.candidates = {host_candidate()};
  offer.data.end_of_candidates = true;
  EXPECT_EQ(write_session_description(offer, false), bare);
  EXPECT_EQ(
      write_session_description(offer, true),
      bare + "a=candidate:1 1 udp 2113937151 192.0.2.1 50000 typ host\r\na=end-of-candidates\r\n");
}

TEST(SdpWrite, WritesRejectedSectionsInTheirPlace) {
  const std::string offer_text =
      test::replaced(test::replaced(test::plain_offer(), "m=app",
                                    "m=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\na=mid:a\r\nm=app"),
                     "BUNDLE 0", "BUNDLE a 0");
  const auto offer = parse_session_description(offer_text + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n");
  ASSERT_TRUE(offer.ok()) << offer.message();
  const auto answer = make_answer(offer.value(), our_parameters());
  ASSERT_TRUE(answer.ok());
  const std::string text = write_session_description(answer.value());
  EXPECT_NE(text.find("a=group:BUNDLE 0\r\n"), std::string::npos);
  const std::size_t audio = text.find(
      "m=audio 0 UDP/TLS/RTP/SAVPF 111 63\r\nc=IN IP4 0.0.0.0\r\na=mid:a\r\nm=application 9 ");
  const std::size_t video = text.find("m=video 0 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\n");
  ASSERT_NE(audio, std::string::npos) << text;
  ASSERT_NE(video, std::string::npos) << text;
  EXPECT_LT(audio, video);
}

TEST(SdpWrite, RoundTripsEveryOptionalField) {
  SessionDescription all = make_offer(our_parameters());
  all.media.insert(all.media.begin(), {"audio", "UDP/TLS/RTP/SAVPF", "111 63", 9, "a"});
  all.media.push_back({"video", "UDP/TLS/RTP/SAVPF", "96", 0, "v", true});
  all.media.push_back({"application", "UDP/DTLS/SCTP", "webrtc-datachannel", 0, ""});
  all.data_index = 1;
  all.bundle = {"a", "0", "v"};
  all.session_id = UINT64_MAX;
  all.data.fingerprints.push_back(
      {"sha-512", std::string(test::kSha256) + ":" + std::string(test::kSha256)});
  all.data.tls_id = "abc3de65cddef001be82";
  all.data.setup = SetupRole::PASSIVE;
  all.data.max_message_size = 0;
  all.data.sctp_port = 65535;
  all.data.candidates = {host_candidate(), host_candidate()};
  all.data.candidates[1].address = "2001:db8::1";
  all.data.end_of_candidates = true;
  const auto again = parse_session_description(write_session_description(all));
  ASSERT_TRUE(again.ok()) << again.message();
  EXPECT_EQ(again.value(), all);

  all.data.setup.reset();
  all.data.ice_trickle = false;
  all.media[1].formats = "65535";
  all.data.old_form = true;
  const auto old_form = parse_session_description(write_session_description(all));
  ASSERT_TRUE(old_form.ok()) << old_form.message();
  EXPECT_EQ(old_form.value(), all);
}

}  // namespace
}  // namespace peerlane
