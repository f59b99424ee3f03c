// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "signaling/jsep.hpp"
#include "signaling/sdp.hpp"
#include "signaling/sdp_samples.hpp"

namespace peerlane {
namespace {

using test::golden;
using test::golden_names;

struct Expected {
  const char *name;
  std::uint64_t session_id;
  const char *ufrag;
  bool trickle, old_form;
  std::uint16_t port;
  std::uint64_t max_message_size;
  std::size_t candidates;
  bool end_of_candidates;
};

TEST(SdpGolden, ReadsWhatEveryRealPeerMeans) {
  const Expected table[] = {
      {"aiortc-answer-full", 4004218154u, "0nzf", false, false, 49152, 65536, 2, true},
      {"aiortc-answer-trickle", 4004217680u, "zCwF", false, false, 9, 65536, 0, true},
      {"aiortc-offer-full", 4004218155u, "xl8w", false, true, 54447, 65536, 2, true},
      {"aiortc-offer-trickle", 4004217685u, "Qdm5", false, true, 9, 65536, 0, true},
      {"chromium-answer-trickle", 1459475074961271611u, "Bp6I", true, false, 9, 262144, 0, false},
      {"chromium-offer-trickle", 6914655214344047252u, "njZ5", true, false, 9, 262144, 0, false},
      {"node-datachannel-answer-full", 2046147570u, "L0Yo", true, false, 9, 262144, 2, true},
      {"node-datachannel-offer-full", 2678322462u, "nOIy", true, false, 36458, 262144, 2, true},
      {"pion-answer-trickle", 3165429087146163343u, "KlhGvWwkOlfPdxKt", false, false, 9, 65536, 0,
       false},
      {"pion-offer-trickle", 7716499437201008771u, "OJIXiWithXoJfDFP", false, false, 9, 65536, 0,
       false},
      {"wrtc-answer-full", 7331905621758753006u, "25Wf", true, false, 56503, 262144, 4, false},
      {"wrtc-offer-full", 6046649222336162240u, "TN3D", true, false, 40635, 262144, 4, false},
  };
  ASSERT_EQ(std::size(table), golden_names().size());
  for (const Expected &row : table) {
    SCOPED_TRACE(row.name);
    const auto result = parse_session_description(golden(row.name));
    ASSERT_TRUE(result.ok()) << result.message();
    const SessionDescription &description = result.value();
    const DataSection &data = description.data;
    EXPECT_EQ(description.session_id, row.session_id);
    EXPECT_EQ(description.data_media().mid, "0");
    EXPECT_EQ(description.data_media().port, row.port);
    EXPECT_EQ(description.bundle, std::vector<std::string>{"0"});
    EXPECT_EQ(data.ice_ufrag, row.ufrag);
    EXPECT_EQ(data.ice_trickle, row.trickle);
    EXPECT_EQ(data.old_form, row.old_form);
    EXPECT_EQ(data.sctp_port, 5000);
    EXPECT_EQ(data.max_message_size, row.max_message_size);
    EXPECT_EQ(data.candidates.size(), row.candidates);
    EXPECT_TRUE(data.ignored_candidates.empty());
    EXPECT_EQ(data.end_of_candidates, row.end_of_candidates);
    ASSERT_EQ(data.fingerprints.size(), 1u);
    EXPECT_NE(golden(row.name).find(data.fingerprints[0].to_string()), std::string::npos);
    const bool offer = golden(row.name).find("actpass") != std::string::npos;
    EXPECT_EQ(data.setup, offer ? SetupRole::ACTPASS : SetupRole::ACTIVE);
  }
}

TEST(SdpGolden, RoundTripsEveryRealDescription) {
  for (const std::string &name : golden_names()) {
    const auto first = parse_session_description(golden(name));
    ASSERT_TRUE(first.ok()) << name;
    const auto second = parse_session_description(write_session_description(first.value()));
    ASSERT_TRUE(second.ok()) << name << second.message();
    EXPECT_EQ(second.value(), first.value()) << name;
  }
}

TEST(SdpGolden, AnswersEveryRealOfferInItsForm) {
  LocalParameters local;
  local.ice_ufrag = "ours";
  local.ice_pwd = "0123456789012345678901";
  local.fingerprint = {"sha-256", std::string(test::kSha256)};
  int offers = 0;
  for (const std::string &name : golden_names()) {
    if (name.find("offer") == std::string::npos) continue;
    ++offers;
    const auto offer = parse_session_description(golden(name));
    ASSERT_TRUE(offer.ok()) << name;
    const auto answer = make_answer(offer.value(), local);
    ASSERT_TRUE(answer.ok()) << name << answer.message();
    EXPECT_TRUE(match_answer(offer.value(), answer.value()).ok()) << name;
    const std::string text = write_session_description(answer.value(), false);
    const auto again = parse_session_description(text);
    ASSERT_TRUE(again.ok()) << name << again.message();
    EXPECT_EQ(again.value(), answer.value()) << name;
    EXPECT_EQ(text.find("a=sctpmap:5000 webrtc-datachannel 65535\r\n") != std::string::npos,
              offer.value().data.old_form)
        << name;
    EXPECT_EQ(text.find("a=sctp-port:5000\r\n") != std::string::npos, !offer.value().data.old_form)
        << name;
  }
  EXPECT_EQ(offers, 6);
}

}  // namespace
}  // namespace peerlane
