// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <limits>

#include "signaling/jsep.hpp"
#include "signaling/sdp_samples.hpp"

namespace peerlane {
namespace {

using test::parsed;
using test::plain_offer;
using test::replaced;
using Role = std::optional<SetupRole>;

constexpr auto kActpass = SetupRole::ACTPASS;
constexpr auto kActive = SetupRole::ACTIVE;
constexpr auto kPassive = SetupRole::PASSIVE;
constexpr auto kHoldconn = SetupRole::HOLDCONN;

LocalParameters local_parameters() {
  LocalParameters local;
  local.ice_ufrag = "ours";
  local.ice_pwd = "0123456789012345678901";
  local.fingerprint = {"sha-256", std::string(test::kSha256)};
  return local;
}

std::string offer_with_media() {
  return replaced(replaced(plain_offer(), "m=app",
                           "m=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\na=mid:a\r\nm=app"),
                  "BUNDLE 0", "BUNDLE a 0") +
         "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:v\r\n";
}

// nullopt in `ours` = refused with ERR_INVALID_DATA.
struct Choice {
  Role first, second, current, ours;
};

void expect_role(const Result<SetupRole> &result, const Role &expected) {
  if (expected) {
    ASSERT_TRUE(result.ok()) << result.message();
    EXPECT_EQ(result.value(), *expected);
  } else {
    EXPECT_EQ(result.error(), Error::ERR_INVALID_DATA);
  }
}

TEST(JsepRole, AnswersEverySetupOfAnOffer) {
  const Choice table[] = {
      {kActpass, {}, {}, kActive},
      {{}, {}, {}, kActive},
      {kActive, {}, {}, kPassive},
      {kPassive, {}, {}, kActive},
      {kHoldconn, {}, {}, {}},
      {kActpass, {}, kActive, kActive},
      {kActpass, {}, kPassive, kPassive},
      {{}, {}, kPassive, kPassive},
      {kActive, {}, kPassive, kPassive},
      {kActive, {}, kActive, {}},
      {kPassive, {}, kActive, kActive},
      {kPassive, {}, kPassive, {}},
      {kHoldconn, {}, kActive, {}},
  };
  for (std::size_t i = 0; i < std::size(table); ++i) {
    SCOPED_TRACE(i);
    expect_role(choose_answer_setup(table[i].first, table[i].current), table[i].ours);
  }
}

TEST(JsepRole, TakesTheRoleThatTheAnswerLeaves) {
  const Choice table[] = {
      {kActpass, kActive, {}, kPassive},
      {kActpass, kPassive, {}, kActive},
      {kActpass, {}, {}, kPassive},
      {{}, kActive, {}, kPassive},
      {kActpass, kActpass, {}, {}},
      {kActpass, kHoldconn, {}, {}},
      {kActive, kPassive, {}, kActive},
      {kActive, kActive, {}, {}},
      {kActive, {}, {}, {}},
      {kPassive, kActive, {}, kPassive},
      {kPassive, kPassive, {}, {}},
      {kPassive, {}, {}, kPassive},
      {kActpass, kActive, kPassive, kPassive},
      {kActpass, kActive, kActive, {}},
      {kActpass, kPassive, kPassive, {}},
      {kActpass, kPassive, kActive, kActive},
  };
  for (std::size_t i = 0; i < std::size(table); ++i) {
    SCOPED_TRACE(i);
    expect_role(role_after_answer(table[i].first, table[i].second, table[i].current),
                table[i].ours);
  }
}

TEST(JsepOffer, IsOneDataSectionThatFitsAnyPeer) {
  const SessionDescription offer = make_offer(local_parameters());
  const MediaSection media{"application", "UDP/DTLS/SCTP", "webrtc-datachannel", 9, "0"};
  EXPECT_EQ(offer.media, std::vector<MediaSection>{media});
  EXPECT_EQ(offer.bundle, std::vector<std::string>{"0"});
  EXPECT_EQ(offer.data.setup, kActpass);
  EXPECT_EQ(offer.data.ice_ufrag, "ours");
  EXPECT_EQ(offer.data.max_message_size, 262144u);
  EXPECT_EQ(parsed(write_session_description(offer)), offer);
}

TEST(JsepOffer, KeepsTheSectionsNegotiatedBefore) {
  const SessionDescription before = parsed(offer_with_media());
  const SessionDescription offer = make_offer(local_parameters(), &before);
  ASSERT_EQ(offer.media.size(), 3u);
  EXPECT_EQ(offer.data_index, 1u);
  EXPECT_TRUE(offer.media[0].rejected());
  EXPECT_FALSE(offer.media[1].rejected());
  EXPECT_TRUE(offer.media[2].rejected());
  EXPECT_EQ(offer.media[0].mid, "a");
  EXPECT_EQ(offer.bundle, std::vector<std::string>{"0"});
  EXPECT_EQ(parsed(write_session_description(offer)), offer);
}

TEST(JsepAnswer, RejectsForeignSectionsAndKeepsOrderAndMids) {
  const SessionDescription offer = parsed(offer_with_media());
  const auto answer = make_answer(offer, local_parameters());
  ASSERT_TRUE(answer.ok());
  const std::vector<MediaSection> expected = {
      {"audio", "UDP/TLS/RTP/SAVPF", "111 63", 0, "a"},
      {"application", "UDP/DTLS/SCTP", "webrtc-datachannel", 9, "0"},
      {"video", "UDP/TLS/RTP/SAVPF", "96", 0, "v"},
  };
  EXPECT_EQ(answer.value().media, expected);
  EXPECT_EQ(answer.value().data_index, 1u);
  EXPECT_EQ(answer.value().bundle, std::vector<std::string>{"0"});
  EXPECT_EQ(answer.value().data.setup, kActive);
  EXPECT_TRUE(match_answer(offer, answer.value()).ok());
}

TEST(JsepAnswer, FormsNoGroupThatTheOfferHasNot) {
  const auto answer =
      make_answer(parsed(test::without_line(plain_offer(), "a=group")), local_parameters());
  ASSERT_TRUE(answer.ok());
  EXPECT_TRUE(answer.value().bundle.empty());
}

TEST(JsepAnswer, MirrorsTheOldFormWithOurOwnPort) {
  const auto answer =
      make_answer(parsed(replaced(plain_offer(), "UDP/DTLS/SCTP webrtc-datachannel",
                                  "DTLS/SCTP 6000\r\na=sctpmap:6000 webrtc-datachannel 16")),
                  local_parameters());
  ASSERT_TRUE(answer.ok());
  EXPECT_TRUE(answer.value().data.old_form);
  EXPECT_EQ(answer.value().data_media().protocol, "DTLS/SCTP");
  EXPECT_EQ(answer.value().data_media().formats, "5000");
  EXPECT_EQ(parsed(write_session_description(answer.value())), answer.value());
}

TEST(JsepAnswer, AcceptsABundleOnlySectionByAPort) {
  std::string text = replaced(offer_with_media(), "application 9", "application 0");
  text = replaced(text, "a=mid:0", "a=mid:0\r\na=bundle-only");
  const auto answer = make_answer(parsed(text), local_parameters());
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer.value().data_media().port, 9);
  EXPECT_FALSE(answer.value().data_media().bundle_only);
}

TEST(JsepAnswer, RefusesAnOfferWhoseRoleCannotBeAnswered) {
  EXPECT_EQ(make_answer(parsed(replaced(plain_offer(), "actpass", "holdconn")), local_parameters())
                .error(),
            Error::ERR_INVALID_DATA);
  EXPECT_EQ(
      make_answer(parsed(replaced(plain_offer(), "actpass", "active")), local_parameters(), kActive)
          .error(),
      Error::ERR_INVALID_DATA);
}

TEST(JsepMatch, AcceptsAnAnswerWithoutMids) {
  const SessionDescription offer = make_offer(local_parameters());
  EXPECT_TRUE(match_answer(offer, parsed(plain_offer())).ok());
  EXPECT_TRUE(match_answer(offer, parsed(test::without_line(plain_offer(), "a=mid"))).ok());
  EXPECT_TRUE(match_answer(offer, parsed(replaced(plain_offer(), "a=mid:0", "a=mid:"))).ok());
}

TEST(JsepMatch, RefusesWhatAnswersAnotherOffer) {
  const SessionDescription offer = make_offer(local_parameters());
  const SessionDescription wide = parsed(offer_with_media());
  EXPECT_EQ(match_answer(offer, parsed(replaced(plain_offer(), "a=mid:0", "a=mid:1"))).error(),
            Error::ERR_INVALID_DATA);
  EXPECT_EQ(match_answer(offer, wide).error(), Error::ERR_INVALID_DATA);
  EXPECT_EQ(match_answer(wide, offer).error(), Error::ERR_INVALID_DATA);
  SessionDescription other_kind = wide;
  other_kind.media[0].kind = "video";
  EXPECT_EQ(match_answer(wide, other_kind).error(), Error::ERR_INVALID_DATA);
  SessionDescription two = offer, second = offer;
  two.media.push_back(two.media[0]);
  two.media[1].mid = "1";
  second.media = two.media;
  second.data_index = 1;
  EXPECT_EQ(match_answer(two, second).error(), Error::ERR_INVALID_DATA);
}

TEST(JsepRestart, IsSeenByEitherCredential) {
  const SessionDescription before = parsed(plain_offer());
  EXPECT_FALSE(is_ice_restart(before, before));
  EXPECT_TRUE(is_ice_restart(before, parsed(replaced(plain_offer(), "ufrag:abcd", "ufrag:abce"))));
  EXPECT_TRUE(is_ice_restart(before, parsed(replaced(plain_offer(), "pwd:0", "pwd:1"))));
}

TEST(JsepAssociation, StaysThroughAnIceRestartAndOtherRoles) {
  const SessionDescription before = parsed(plain_offer());
  EXPECT_TRUE(
      check_same_association(before, parsed(replaced(plain_offer(), "pwd:0", "pwd:1")), kActive)
          .ok());
  const SessionDescription answer = parsed(replaced(plain_offer(), "actpass", "passive"));
  EXPECT_TRUE(check_same_association(before, answer, kActive).ok());
  EXPECT_TRUE(check_same_association(answer, before, kActive).ok());
}

TEST(JsepAssociation, ComparesFingerprintsAsASet) {
  const std::string two = replaced(
      plain_offer(), "a=fingerprint",
      "a=fingerprint:sha-256 FF" + std::string(test::kSha256).substr(2) + "\r\na=fingerprint");
  SessionDescription turned = parsed(two);
  std::swap(turned.data.fingerprints[0], turned.data.fingerprints[1]);
  EXPECT_TRUE(check_same_association(parsed(two), turned, kActive).ok());
  EXPECT_EQ(check_same_association(parsed(plain_offer()), parsed(two), kActive).error(),
            Error::ERR_INVALID_DATA);
  EXPECT_EQ(check_same_association(parsed(two), parsed(plain_offer()), kActive).error(),
            Error::ERR_INVALID_DATA);
}

TEST(JsepAssociation, IsNotKeptForAnotherPeer) {
  const SessionDescription before = parsed(plain_offer());
  for (const std::string &text : {
           replaced(plain_offer(), "00:01:02", "FF:01:02"),
           replaced(plain_offer(), "sctp-port:5000", "sctp-port:5001"),
           replaced(plain_offer(), "a=mid:0", "a=mid:0\r\na=tls-id:abc3de65cddef001be82"),
           replaced(plain_offer(), "actpass", "active"),
       }) {
    EXPECT_EQ(check_same_association(before, parsed(text), kActive).error(),
              Error::ERR_INVALID_DATA)
        << text;
  }
}

TEST(JsepSendLimit, IsTheSmallerOfBoth) {
  EXPECT_EQ(effective_send_limit(65536, 262144), 65536u);
  EXPECT_EQ(effective_send_limit(1073741823, 262144), 262144u);
  EXPECT_EQ(effective_send_limit(0, 262144), 262144u);
  EXPECT_EQ(effective_send_limit(1, 262144), 1u);
  EXPECT_EQ(effective_send_limit(std::uint64_t{1} << 31, 262144), 262144u);
  EXPECT_EQ(effective_send_limit(std::uint64_t{1} << 63, 262144), 262144u);
  EXPECT_EQ(effective_send_limit(std::numeric_limits<std::uint64_t>::max(), 262144), 262144u);
}

// -1 = ERR_INVALID_PARAMETER
struct Named {
  const char *media;
  int index, expected;
};

void expect_sections(const SessionDescription &remote, const std::vector<Named> &table) {
  for (const Named &row : table) {
    SCOPED_TRACE(testing::Message() << '"' << row.media << "\" " << row.index);
    const auto result = is_for_data_section(remote, row.media, row.index);
    if (row.expected < 0) {
      EXPECT_EQ(result.error(), Error::ERR_INVALID_PARAMETER);
    } else {
      ASSERT_TRUE(result.ok()) << result.message();
      EXPECT_EQ(result.value(), row.expected == 1);
    }
  }
}

TEST(JsepCandidateSection, IsNamedByMidOrByIndex) {
  expect_sections(parsed(offer_with_media()), {{"0", 0, 1},
                                               {"0", 99, 1},
                                               {"0", -1, 1},
                                               {"a", 1, 0},
                                               {"v", 2, 0},
                                               {"x", 1, -1},
                                               {"", 1, 1},
                                               {"", 0, 0},
                                               {"", 3, -1},
                                               {"", -1, 1}});
}

TEST(JsepCandidateSection, TakesAnyNameWhereThePeerWroteNoMid) {
  expect_sections(parsed(test::without_line(plain_offer(), "a=mid")),
                  {{"0", 0, 1}, {"", 0, 1}, {"0", 1, -1}});
}

TEST(JsepCandidateSection, IsTheTaggedOneForABundleOnlySection) {
  std::string text = replaced(offer_with_media(), "application 9", "application 0");
  text = replaced(text, "a=mid:0", "a=mid:0\r\na=bundle-only");
  expect_sections(parsed(text),
                  {{"a", 0, 1}, {"0", 1, 1}, {"v", 2, 0}, {"", 0, 1}, {"", 1, 1}, {"", 2, 0}});
}

}  // namespace
}  // namespace peerlane
