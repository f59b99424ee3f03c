// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <utility>

#include "signaling/ascii.hpp"
#include "signaling/sdp.hpp"
#include "signaling/sdp_fingerprint.hpp"
#include "signaling/sdp_grammar.hpp"

namespace peerlane {
namespace {

Failure unusable(std::string message) { return {Error::ERR_INVALID_DATA, std::move(message)}; }

// Where the attributes of the data section are looked for: in it, in the section that its BUNDLE
// group is tagged by if it is bundle-only (RFC 9143 section 7.1.3), at session level. The first
// that has them counts.
using Levels = std::vector<const SdpLevel *>;

Status read_origin(std::string_view origin, SessionDescription &description) {
  ascii::take_word(origin);  // The user name.
  const auto id = ascii::parse_decimal(ascii::take_word(origin));
  const auto version = ascii::parse_decimal(ascii::take_word(origin));
  if (!id || !version || !ascii::has_word(origin, "IN")) {
    return malformed_sdp(
        "The origin line (o=) does not say user name, session id, version and address.");
  }
  description.session_id = *id;
  description.session_version = *version;
  return {};
}

// m=<kind> <port>[/<count>] <protocol> <formats>
Status read_media_line(const SdpLevel &level, MediaSection &media) {
  std::string_view rest = level.media;
  media.kind = std::string(ascii::take_word(rest));
  const std::string_view ports = ascii::take_word(rest);
  const auto port = ascii::parse_decimal(ports.substr(0, ports.find('/')));
  media.protocol = std::string(ascii::take_word(rest));
  media.formats = std::string(ascii::trim(rest));
  if (!port || *port > 65535 || media.formats.empty()) {
    return malformed_sdp("The line " + ascii::quoted("m=" + std::string(level.media)) +
                         " does not say kind, port, protocol and format.");
  }
  media.port = static_cast<std::uint16_t>(*port);
  if (level.contradicts_itself("mid"))
    return malformed_sdp("A media section has two different mids.");
  media.mid = std::string(level.find("mid").value_or(""));
  if (media.mid.find_first_of(" \t") != std::string::npos) {
    return malformed_sdp("The mid " + ascii::quoted(media.mid) + " contains a blank.");
  }
  return {};
}

bool has_mid(const std::vector<MediaSection> &media, std::string_view mid) {
  return std::any_of(media.begin(), media.end(),
                     [&](const MediaSection &m) { return m.mid == mid; });
}

// The first BUNDLE group that holds the mid, without mids that no section has (RFC 9143 section 5).
std::vector<std::string> bundle_of(const SdpText &sdp, const SessionDescription &description,
                                   std::string_view mid) {
  if (mid.empty()) return {};
  for (const SdpAttribute &attribute : sdp.session.attributes) {
    std::string_view rest = attribute.value;
    if (attribute.name != "group" || ascii::take_word(rest) != "BUNDLE") continue;
    if (!ascii::has_word(rest, mid)) continue;
    std::vector<std::string> mids;
    for (std::string_view word = ascii::take_word(rest); !word.empty();
         word = ascii::take_word(rest)) {
      if (has_mid(description.media, word)) mids.emplace_back(word);
    }
    return mids;
  }
  return {};
}

Status read_media(const SdpText &sdp, SessionDescription &description) {
  for (const SdpLevel &level : sdp.sections) {
    MediaSection media;
    if (Status read = read_media_line(level, media); !read) return read;
    if (!media.mid.empty() && has_mid(description.media, media.mid)) {
      return unusable("Two media sections have the mid " + ascii::quoted(media.mid) + ".");
    }
    description.media.push_back(std::move(media));
  }
  return {};
}

bool is_old_form(const MediaSection &media) {
  return ascii::parse_decimal(media.formats).has_value();
}

// Data channels over SCTP over DTLS, in the form of RFC 8841 or of its drafts.
bool is_data_section(const MediaSection &media, const SdpLevel &level) {
  static constexpr std::array<std::string_view, 3> kProtocols = {"UDP/DTLS/SCTP", "TCP/DTLS/SCTP",
                                                                 "DTLS/SCTP"};
  if (media.kind != "application") return false;
  if (std::none_of(kProtocols.begin(), kProtocols.end(), [&](std::string_view protocol) {
        return ascii::equal_ignoring_case(protocol, media.protocol);
      })) {
    return false;
  }
  if (!is_old_form(media)) return ascii::has_word(media.formats, "webrtc-datachannel");
  return ascii::has_word(level.find("sctpmap").value_or(""), "webrtc-datachannel");
}

// Chooses the data section and settles what its BUNDLE group says.
Status choose_data_section(const SdpText &sdp, SessionDescription &description) {
  bool rejected = false;
  for (std::size_t i = 0; i < description.media.size(); ++i) {
    const MediaSection &media = description.media[i];
    if (!is_data_section(media, sdp.sections[i])) continue;
    std::vector<std::string> bundle = bundle_of(sdp, description, media.mid);
    if (media.port == 0 && !(sdp.sections[i].has("bundle-only") && !bundle.empty())) {
      rejected = true;
      continue;
    }
    description.data_index = i;
    description.bundle = std::move(bundle);
    for (std::size_t k = 0; k < description.media.size(); ++k) {
      MediaSection &each = description.media[k];
      const auto &mids = description.bundle;
      each.bundle_only = each.port == 0 && sdp.sections[k].has("bundle-only") &&
                         std::find(mids.begin(), mids.end(), each.mid) != mids.end();
    }
    return {};
  }
  return unusable(rejected ? "The description rejects the data channel section (port 0)."
                           : "The description has no m=application section for data channels.");
}

Levels levels_of(const SdpText &sdp, const SessionDescription &description) {
  Levels levels = {&sdp.sections[description.data_index]};
  if (description.data_media().bundle_only) {
    for (std::size_t i = 0; i < description.media.size(); ++i) {
      const bool tagged = description.media[i].mid == description.bundle.front();
      if (tagged && i != description.data_index) levels.push_back(&sdp.sections[i]);
    }
  }
  levels.push_back(&sdp.session);
  return levels;
}

std::optional<std::string_view> find(const Levels &levels, std::string_view name) {
  for (const SdpLevel *level : levels) {
    if (const auto value = level->find(name)) return value;
  }
  return std::nullopt;
}

Status check_contradictions(const Levels &levels) {
  for (const SdpLevel *level : levels) {
    for (const char *name :
         {"ice-ufrag", "ice-pwd", "setup", "tls-id", "sctp-port", "max-message-size"}) {
      if (level->contradicts_itself(name)) {
        return malformed_sdp(std::string("The attribute a=") + name +
                             " occurs twice with different values.");
      }
    }
  }
  return {};
}

Status check_credential(const char *name, std::string_view value, std::size_t min) {
  if (value.size() >= min && value.size() <= kMaxIceCredentialSize && ascii::is_ice_text(value))
    return {};
  return unusable(std::string("The value of a=") + name + " has to be " + std::to_string(min) +
                  " to 256 letters, digits, '+' or '/'.");
}

// Both from the same level: half of a pair from another would be no pair (RFC 8839 section 5.4).
Status read_credentials(const Levels &levels, DataSection &data) {
  for (const SdpLevel *level : levels) {
    const auto ufrag = level->find("ice-ufrag");
    const auto pwd = level->find("ice-pwd");
    if (!ufrag && !pwd) continue;
    if (!ufrag || !pwd) break;
    if (Status ok = check_credential("ice-ufrag", *ufrag, kMinIceUfragSize); !ok) return ok;
    if (Status ok = check_credential("ice-pwd", *pwd, kMinIcePasswordSize); !ok) return ok;
    data.ice_ufrag = std::string(*ufrag);
    data.ice_pwd = std::string(*pwd);
    return {};
  }
  return unusable("The description lacks a=ice-ufrag or a=ice-pwd for its data channel section.");
}

// Fingerprints of a media section replace those of the session (RFC 8122 section 5).
Status read_fingerprints(const Levels &levels, DataSection &data) {
  for (const SdpLevel *level : levels) {
    if (!level->has("fingerprint")) continue;
    for (const SdpAttribute &attribute : level->attributes) {
      if (attribute.name != "fingerprint") continue;
      auto parsed = parse_sdp_fingerprint(attribute.value);
      if (!parsed) return parsed.failure();
      // One of a weak or unknown hash proves nothing, and is no harm beside a strong one (RFC 8827
      // section 6.5).
      if (parsed.value()) data.fingerprints.push_back(*std::move(parsed).value());
    }
    if (!data.fingerprints.empty()) return {};
    return unusable("The description has no fingerprint of sha-256, sha-384 or sha-512.");
  }
  return unusable(
      "The description has no a=fingerprint, without which the peer cannot be authenticated.");
}

Status read_setup(const Levels &levels, DataSection &data) {
  if (const auto id = find(levels, "tls-id")) data.tls_id = std::string(*id);
  const auto word = find(levels, "setup");
  if (!word) return {};
  for (const auto role :
       {SetupRole::ACTPASS, SetupRole::ACTIVE, SetupRole::PASSIVE, SetupRole::HOLDCONN}) {
    if (ascii::equal_ignoring_case(*word, setup_role_name(role))) data.setup = role;
  }
  if (data.setup) return {};
  return malformed_sdp("The value " + ascii::quoted(*word) + " of a=setup is unknown.");
}

Status read_sctp(const MediaSection &media, const SdpLevel &level, DataSection &data) {
  data.old_form = is_old_form(media);
  const auto text = data.old_form ? std::string_view(media.formats) : level.find("sctp-port");
  // RFC 8841 section 5.1 has no default, and 0 is for closing an association.
  if (!text) return unusable("The data channel section has no a=sctp-port.");
  const auto port = ascii::parse_decimal(*text);
  if (!port) return malformed_sdp("The SCTP port " + ascii::quoted(*text) + " is no number.");
  if (*port == 0 || *port > 65535) return unusable("The SCTP port has to be 1 to 65535.");
  data.sctp_port = static_cast<std::uint16_t>(*port);
  if (const auto size = level.find("max-message-size")) {
    const auto value = ascii::parse_decimal(*size);
    if (!value)
      return malformed_sdp("The value " + ascii::quoted(*size) +
                           " of a=max-message-size is no number.");
    data.max_message_size = *value;
  }
  return {};
}

Status read_candidates(const SdpLevel &level, DataSection &data) {
  for (const SdpAttribute &attribute : level.attributes) {
    if (attribute.name != "candidate") continue;
    if (is_end_of_candidates(attribute.value)) {
      data.end_of_candidates = true;
      continue;
    }
    Result<ParsedCandidate> parsed = parse_candidate(attribute.value);
    if (!parsed) return malformed_sdp(parsed.message());
    if (parsed->usable()) {
      data.candidates.push_back(std::move(parsed->candidate));
    } else {
      data.ignored_candidates.push_back(*parsed->ignored);
    }
  }
  return {};
}

Status read_ice(const Levels &levels, DataSection &data) {
  for (const SdpLevel *level : levels) {
    const auto options = level->find("ice-options");
    // node-datachannel separates by a comma, RFC 8839 section 5.6 by a blank.
    std::string words(options.value_or(""));
    std::replace(words.begin(), words.end(), ',', ' ');
    if (ascii::has_word(words, "trickle")) data.ice_trickle = true;
    if (level->has("end-of-candidates")) data.end_of_candidates = true;
    if (Status read = read_candidates(*level, data); !read) return read;
  }
  return {};
}

Status read_data_section(const SdpText &sdp, SessionDescription &description) {
  const Levels levels = levels_of(sdp, description);
  DataSection &data = description.data;
  if (Status ok = check_contradictions(levels); !ok) return ok;
  if (Status ok = read_credentials(levels, data); !ok) return ok;
  if (Status ok = read_fingerprints(levels, data); !ok) return ok;
  if (Status ok = read_setup(levels, data); !ok) return ok;
  if (Status ok = read_sctp(description.data_media(), *levels.front(), data); !ok) return ok;
  return read_ice(levels, data);
}

}  // namespace

Result<SessionDescription> parse_session_description(std::string_view text) {
  const Result<SdpText> sdp = SdpText::parse(text);
  if (!sdp) return sdp.failure();
  SessionDescription description;
  if (Status ok = read_origin(sdp.value().origin, description); !ok) return ok.failure();
  if (Status ok = read_media(sdp.value(), description); !ok) return ok.failure();
  if (Status ok = choose_data_section(sdp.value(), description); !ok) return ok.failure();
  if (Status ok = read_data_section(sdp.value(), description); !ok) return ok.failure();
  return description;
}

}  // namespace peerlane
