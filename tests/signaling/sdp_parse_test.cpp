// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <limits>

#include "signaling/sdp.hpp"
#include "signaling/sdp_samples.hpp"

namespace peerlane {
namespace {

using test::kSha256;
using test::parsed;
using test::plain_offer;
using test::replaced;
using test::without_line;

DataSection data_of(const std::string &text) { return parsed(text).data; }

TEST(SdpParse, ReadsEveryFieldOfAPlainOffer) {
  const SessionDescription offer = parsed(plain_offer());
  EXPECT_EQ(offer.session_id, 42u);
  EXPECT_EQ(offer.session_version, 7u);
  const MediaSection media{"application", "UDP/DTLS/SCTP", "webrtc-datachannel", 9, "0"};
  EXPECT_EQ(offer.media, std::vector<MediaSection>{media});
  EXPECT_EQ(offer.bundle, std::vector<std::string>{"0"});
  EXPECT_EQ(offer.data.ice_ufrag, "abcd");
  EXPECT_EQ(offer.data.ice_pwd, "0123456789012345678901");
  EXPECT_TRUE(offer.data.ice_trickle);
  const Fingerprint fingerprint{"sha-256", std::string(kSha256)};
  EXPECT_EQ(offer.data.fingerprints, std::vector<Fingerprint>{fingerprint});
  EXPECT_EQ(offer.data.setup, SetupRole::ACTPASS);
  EXPECT_EQ(offer.data.sctp_port, 5000);
  EXPECT_EQ(offer.data.max_message_size, 262144u);
  EXPECT_FALSE(offer.data.old_form);
  EXPECT_FALSE(offer.data.end_of_candidates);
}

TEST(SdpParse, ReadsLinesThatEndInLfAlone) {
  std::string text = plain_offer();
  std::erase(text, '\r');
  EXPECT_EQ(parsed(text), parsed(plain_offer()));
}

TEST(SdpParse, ReadsALastLineWithoutItsEndAndBlankLinesBehindIt) {
  std::string text = plain_offer();
  text.resize(text.size() - 2);
  EXPECT_EQ(parsed(text), parsed(plain_offer()));
  EXPECT_EQ(parsed(plain_offer() + "\r\n\r\n"), parsed(plain_offer()));
}

TEST(SdpParse, InheritsCredentialsFingerprintOptionsAndSetupFromTheSession) {
  std::string text = plain_offer();
  std::string session;
  for (const char *name :
       {"a=ice-ufrag", "a=ice-pwd", "a=ice-options", "a=fingerprint", "a=setup"}) {
    const std::size_t at = text.find(name);
    session += text.substr(at, text.find('\n', at) + 1 - at);
    text = without_line(text, name);
  }
  EXPECT_EQ(parsed(replaced(text, "m=app", session + "m=app")), parsed(plain_offer()));
}

TEST(SdpParse, PrefersTheSectionToTheSession) {
  const std::string session =
      "a=ice-ufrag:session\r\na=ice-pwd:ssssssssssssssssssssss\r\na=setup:passive\r\na=fingerprint:"
      "sha-256 AA\r\n";
  EXPECT_EQ(parsed(replaced(plain_offer(), "m=app", session + "m=app")), parsed(plain_offer()));
}

TEST(SdpParse, TakesNoHalfPairOfCredentialsFromTheSession) {
  const std::string text = replaced(without_line(plain_offer(), "a=ice-pwd"), "m=app",
                                    "a=ice-pwd:ssssssssssssssssssssss\r\nm=app");
  EXPECT_EQ(parse_session_description(text).error(), Error::ERR_INVALID_DATA);
}

TEST(SdpParse, IgnoresUnknownAttributesAndLines) {
  const std::string text =
      replaced(plain_offer(), "a=mid:0\r\n",
               "b=AS:30\r\na=mid:0\r\na=sendrecv\r\na=unheard-of:x y z\r\na=\r\na=:\r\nz=0 0\r\n");
  EXPECT_EQ(parsed(text), parsed(plain_offer()));
}

TEST(SdpParse, AcceptsAnyMidAndNone) {
  for (const char *mid : {"application0", "data", "9999", "a-b.c_d"}) {
    const std::string text = replaced(plain_offer(), "a=mid:0", std::string("a=mid:") + mid);
    EXPECT_EQ(parsed(text).data_media().mid, mid);
    EXPECT_EQ(parsed(text).announced_mid(), mid);
    EXPECT_TRUE(parsed(text).bundle.empty()) << "the group does not hold it";
  }
  for (const std::string &text :
       {replaced(plain_offer(), "a=mid:0", "a=mid:"), without_line(plain_offer(), "a=mid"),
        replaced(plain_offer(), "a=mid:0", "a=mid")}) {
    EXPECT_EQ(parsed(text).data_media().mid, "");
    EXPECT_EQ(parsed(text).announced_mid(), "0");
  }
}

TEST(SdpParse, AcceptsAPortOtherThanNine) {
  EXPECT_EQ(parsed(replaced(plain_offer(), "tion 9 ", "tion 54321 ")).data_media().port, 54321);
}

TEST(SdpParse, ReadsTheOldForm) {
  const std::string text =
      replaced(replaced(plain_offer(), "UDP/DTLS/SCTP webrtc-datachannel", "DTLS/SCTP 5001"),
               "a=sctp-port:5000", "a=sctpmap:5001 webrtc-datachannel 1024");
  EXPECT_TRUE(data_of(text).old_form);
  EXPECT_EQ(data_of(text).sctp_port, 5001);
  EXPECT_EQ(parsed(text).data_media().formats, "5001");
}

TEST(SdpParse, ReadsHashNamesAndDigestsInAnyCase) {
  std::string low = "SHA-256 " + std::string(kSha256);
  for (char &c : low) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c + 32);
  }
  const std::string text = replaced(plain_offer(), "sha-256 " + std::string(kSha256), low);
  EXPECT_EQ(parsed(text), parsed(plain_offer()));
}

TEST(SdpParse, IgnoresWeakFingerprintsBesideAStrongOne) {
  const std::string text =
      replaced(plain_offer(), "a=fingerprint",
               "a=fingerprint:sha-1 AA:BB\r\na=fingerprint:md5 zz\r\na=fingerprint");
  EXPECT_EQ(parsed(text), parsed(plain_offer()));
}

TEST(SdpParse, KeepsEveryStrongFingerprintInOrder) {
  std::string longer(kSha256);
  longer += ":" + longer.substr(0, 16 * 3 - 1);
  const std::string twice = std::string(kSha256) + ":" + std::string(kSha256);
  const std::string text = replaced(plain_offer(), "a=fingerprint",
                                    "a=fingerprint:sha-384 " + longer +
                                        "\r\na=fingerprint:sha-512 " + twice + "\r\na=fingerprint");
  const std::vector<Fingerprint> expected = {
      {"sha-384", longer}, {"sha-512", twice}, {"sha-256", std::string(kSha256)}};
  EXPECT_EQ(data_of(text).fingerprints, expected);
}

TEST(SdpParse, LeavesAMissingSetupOpen) {
  EXPECT_FALSE(data_of(without_line(plain_offer(), "a=setup")).setup.has_value());
}

TEST(SdpParse, ReadsTheMaxMessageSizeAsRfc8841Means) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(data_of(without_line(plain_offer(), "a=max-message-size")).max_message_size, 65536u);
  const std::pair<const char *, std::uint64_t> cases[] = {
      {"0", 0},
      {"1", 1},
      {"1073741823", 1073741823u},
      {"2147483648", 2147483648u},
      {"9223372036854775808", 9223372036854775808u},
      {"18446744073709551615", kMax},
      {"18446744073709551616", kMax},
      {"1000000000000000000000000000000", kMax},
  };
  for (const auto &[text, size] : cases) {
    EXPECT_EQ(data_of(replaced(plain_offer(), "size:262144", std::string("size:") + text))
                  .max_message_size,
              size)
        << text;
  }
}

TEST(SdpParse, ReadsCandidatesAndTheirEnd) {
  const DataSection data = data_of(plain_offer() +
                                   "a=candidate:1 1 UDP 2116026111 fd77::1 45561 typ host\r\n"
                                   "a=candidate:2 1 udp 2116026110 10.0.0.1 0 typ host\r\n"
                                   "a=candidate:3 2 udp 2116026109 10.0.0.1 9 typ host\r\n"
                                   "a=end-of-candidates\r\n");
  ASSERT_EQ(data.candidates.size(), 1u);
  EXPECT_EQ(data.candidates[0].address, "fd77::1");
  const std::vector<CandidateIgnored> ignored = {CandidateIgnored::PORT_ZERO,
                                                 CandidateIgnored::OTHER_COMPONENT};
  EXPECT_EQ(data.ignored_candidates, ignored);
  EXPECT_TRUE(data.end_of_candidates);
}

TEST(SdpParse, TakesAnEmptyCandidateOrASessionAttributeForTheEndOfCandidates) {
  EXPECT_TRUE(data_of(plain_offer() + "a=candidate:\r\n").end_of_candidates);
  EXPECT_TRUE(
      data_of(replaced(plain_offer(), "m=app", "a=end-of-candidates\r\nm=app")).end_of_candidates);
}

TEST(SdpParse, FindsTheDataSectionAmongForeignOnes) {
  const std::string audio =
      "m=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\na=mid:a\r\na=ice-ufrag:?\r\na=candidate:junk\r\n";
  const std::string other = "m=application 9 UDP/BFCP *\r\na=mid:b\r\n";
  const std::string second = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:c\r\n";
  const SessionDescription offer =
      parsed(replaced(replaced(plain_offer(), "m=app", audio + other + "m=app"), "BUNDLE 0",
                      "BUNDLE a 0 gone b") +
             second);
  ASSERT_EQ(offer.media.size(), 4u);
  EXPECT_EQ(offer.data_index, 2u);
  const MediaSection expected{"audio", "UDP/TLS/RTP/SAVPF", "111 63", 9, "a"};
  EXPECT_EQ(offer.media[0], expected);
  const std::vector<std::string> bundle = {"a", "0", "b"};
  EXPECT_EQ(offer.bundle, bundle);
  EXPECT_EQ(offer.data, data_of(plain_offer()));
}

TEST(SdpParse, TakesTheTransportOfABundleOnlySectionFromTheTaggedOne) {
  std::string text = plain_offer();
  std::string transport;
  for (const char *name : {"a=ice-ufrag", "a=ice-pwd", "a=fingerprint", "a=setup"}) {
    const std::size_t at = text.find(name);
    transport += text.substr(at, text.find('\n', at) + 1 - at);
    text = without_line(text, name);
  }
  text = replaced(text, "a=mid:0\r\n", "a=mid:0\r\na=bundle-only\r\n");
  text = replaced(text, "tion 9 ", "tion 0 ");
  text = replaced(text, "BUNDLE 0", "BUNDLE a 0");
  text = replaced(text, "m=app",
                  "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:a\r\n" + transport + "m=app");
  const SessionDescription offer = parsed(text);
  EXPECT_TRUE(offer.data_media().bundle_only);
  EXPECT_FALSE(offer.data_media().rejected());
  EXPECT_EQ(offer.data, data_of(plain_offer()));
}

TEST(SdpParse, SkipsARejectedSectionForAUsableOne) {
  const std::string rejected = "m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:old\r\n";
  EXPECT_EQ(parsed(replaced(plain_offer(), "m=app", rejected + "m=app")).data_index, 1u);
}

struct Broken {
  const char *what;
  std::string text;
  Error error;
};

std::string with(std::string_view from, std::string_view to) {
  return replaced(plain_offer(), from, to);
}

TEST(SdpParse, RefusesWhatBreaksTheGrammar) {
  const Error error = Error::ERR_PARSE_ERROR;
  const Broken table[] = {
      {"nothing", "", error},
      {"blanks", "\r\n\r\n", error},
      {"no version", plain_offer().substr(5), error},
      {"another version", with("v=0", "v=1"), error},
      {"JSON", "{\"type\":\"offer\"}", error},
      {"NUL", with("s=-", std::string_view("s=\0", 3)), error},
      {"a control character", with("a=mid:0", "a=mid:0\ra=x"), error},
      {"an upper-case line type", with("s=-", "S=-"), error},
      {"a line without =", with("s=-", "s"), error},
      {"a blank line inside", with("s=-", "s=-\r\n"), error},
      {"no origin", without_line(plain_offer(), "o="), error},
      {"a short origin", with("o=- 42 7 IN IP4 127.0.0.1", "o=- 42"), error},
      {"an origin without numbers", with("o=- 42 7", "o=- x 7"), error},
      {"a short m-line",
       with("m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "m=application 9 UDP/DTLS/SCTP"),
       error},
      {"a port that is no number", with("tion 9 ", "tion nine "), error},
      {"a port above 65535", with("tion 9 ", "tion 65536 "), error},
      {"a negative port", with("tion 9 ", "tion -1 "), error},
      {"a mid with a blank", with("a=mid:0", "a=mid:0 1"), error},
      {"two mids in one section", with("a=mid:0", "a=mid:0\r\na=mid:1"), error},
      {"two passwords", with("a=ice-pwd", "a=ice-pwd:ssssssssssssssssssssss\r\na=ice-pwd"), error},
      {"two roles", with("a=setup", "a=setup:active\r\na=setup"), error},
      {"an unknown role", with("setup:actpass", "setup:both"), error},
      {"an SCTP port that is no number", with("sctp-port:5000", "sctp-port:x"), error},
      {"an empty SCTP port", with("sctp-port:5000", "sctp-port:"), error},
      {"a message size that is no number", with("size:262144", "size:256k"), error},
      {"a negative message size", with("size:262144", "size:-1"), error},
      {"an empty message size", with("size:262144", "size:"), error},
      {"a fingerprint that is not hex", with("00:01:02", "00:0x:02"), error},
      {"a fingerprint without colons", with("00:01:02", "00 01 02"), error},
      {"a fingerprint without digest", with(kSha256, ""), error},
      {"a malformed candidate", plain_offer() + "a=candidate:1 1 udp x 10.0.0.1 9 typ host\r\n",
       error},
  };
  for (const Broken &row : table) {
    const auto result = parse_session_description(row.text);
    EXPECT_EQ(result.error(), row.error) << row.what;
    EXPECT_TRUE(result.message().ends_with(".")) << row.what << ": " << result.message();
  }
}

TEST(SdpParse, RefusesWhatCannotCarryASecureDataChannel) {
  const Error error = Error::ERR_INVALID_DATA;
  const std::string ufrag257(257, 'a');
  const Broken table[] = {
      {"no fingerprint", without_line(plain_offer(), "a=fingerprint"), error},
      {"a weak fingerprint only", with("sha-256", "sha-1"), error},
      {"md5 only", with("sha-256", "md5"), error},
      {"a short fingerprint", with("00:01:", "00:"), error},
      {"a long fingerprint", with("00:01:", "00:01:01:"), error},
      {"sha-512 with 32 bytes", with("sha-256", "sha-512"), error},
      {"a bad one beside a good one",
       with("a=fingerprint", "a=fingerprint:sha-256 AA:BB\r\na=fingerprint"), error},
      {"no ufrag", without_line(plain_offer(), "a=ice-ufrag"), error},
      {"no pwd", without_line(plain_offer(), "a=ice-pwd"), error},
      {"a ufrag of 3", with("ufrag:abcd", "ufrag:abc"), error},
      {"a ufrag of 257", with("ufrag:abcd", "ufrag:" + ufrag257), error},
      {"a ufrag with a blank", with("ufrag:abcd", "ufrag:ab cd"), error},
      {"a ufrag with another character", with("ufrag:abcd", "ufrag:abc-"), error},
      {"a pwd of 21", with("pwd:0", "pwd:"), error},
      {"a pwd of 257", with("pwd:0123456789012345678901", "pwd:" + ufrag257), error},
      {"a pwd with another character", with("pwd:0", "pwd:_"), error},
      {"no SCTP port", without_line(plain_offer(), "a=sctp-port"), error},
      {"SCTP port 0", with("sctp-port:5000", "sctp-port:0"), error},
      {"SCTP port 65536", with("sctp-port:5000", "sctp-port:65536"), error},
      {"SCTP port 2^64 + 5000", with("sctp-port:5000", "sctp-port:18446744073709556616"), error},
      {"SCTP port 0 in the old form",
       with("UDP/DTLS/SCTP webrtc-datachannel", "DTLS/SCTP 0\r\na=sctpmap:0 webrtc-datachannel 16"),
       error},
      {"another application over SCTP", with("webrtc-datachannel", "bfcp"), error},
      {"another application in the old form",
       with("UDP/DTLS/SCTP webrtc-datachannel", "DTLS/SCTP 5000\r\na=sctpmap:5000 bfcp 2"), error},
      {"the old form without a map", with("UDP/DTLS/SCTP webrtc-datachannel", "DTLS/SCTP 5000"),
       error},
      {"no section", plain_offer().substr(0, plain_offer().find("m=")), error},
      {"only audio",
       with("m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "m=audio 9 UDP/TLS/RTP/SAVPF 0"),
       error},
      {"a rejected section", with("tion 9 ", "tion 0 "), error},
      {"bundle-only outside a group",
       replaced(with("tion 9 ", "tion 0 "), "a=mid:0", "a=mid:5\r\na=bundle-only"), error},
      {"two sections with one mid", plain_offer() + "m=audio 9 RTP/AVP 0\r\na=mid:0\r\n", error},
  };
  for (const Broken &row : table) {
    const auto result = parse_session_description(row.text);
    EXPECT_EQ(result.error(), row.error) << row.what;
    EXPECT_TRUE(result.message().ends_with(".")) << row.what << ": " << result.message();
  }
}

TEST(SdpParse, AcceptsCredentialsOfTheExtremeLengths) {
  const std::string longest(256, '+');
  const DataSection data =
      data_of(replaced(replaced(plain_offer(), "ufrag:abcd", "ufrag:" + longest),
                       "pwd:0123456789012345678901", "pwd:" + longest));
  EXPECT_EQ(data.ice_ufrag, longest);
  EXPECT_EQ(data.ice_pwd, longest);
}

TEST(SdpParse, SaysThatTheSectionWasRejected) {
  EXPECT_NE(parse_session_description(with("tion 9 ", "tion 0 ")).message().find("reject"),
            std::string::npos);
}

}  // namespace
}  // namespace peerlane
