// SPDX-License-Identifier: MIT
#ifndef PEERLANE_SIGNALING_SDP_HPP
#define PEERLANE_SIGNALING_SDP_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/fingerprint.hpp"
#include "core/result.hpp"
#include "signaling/candidate.hpp"
#include "signaling/limits.hpp"

namespace peerlane {

/// Who opens the DTLS association (RFC 8842 section 5, RFC 4145 section 4).
enum class SetupRole { ACTPASS, ACTIVE, PASSIVE, HOLDCONN };

/// "actpass", "active", "passive", "holdconn".
const char *setup_role_name(SetupRole role);

/// One m-line, whatever it is about. Pure value.
struct MediaSection {
  std::string kind;      ///< "application", "audio", …
  std::string protocol;  ///< "UDP/DTLS/SCTP", "UDP/TLS/RTP/SAVPF", …
  std::string formats;  ///< The rest of the m-line, for example "webrtc-datachannel" or "111 63 9".
  std::uint16_t port = 0;
  std::string mid;           ///< "" where the peer wrote none.
  bool bundle_only = false;  ///< Port 0, yet offered within the BUNDLE group (RFC 9143 section 6).

  bool rejected() const { return port == 0 && !bundle_only; }
  bool operator==(const MediaSection &) const = default;
};

/// What the data channel section says, with what it inherits from the session level or from the
/// section that its BUNDLE group is tagged by. Pure value.
struct DataSection {
  std::string ice_ufrag;
  std::string ice_pwd;
  bool ice_trickle = false;
  std::vector<Fingerprint> fingerprints;  ///< Those of sha-256, sha-384 and sha-512; at least one.
  std::optional<SetupRole> setup;
  std::optional<std::string> tls_id;  ///< RFC 8842 section 4.
  std::uint16_t sctp_port = kDefaultSctpPort;
  std::uint64_t max_message_size =
      kDefaultMaxMessageSize;  ///< 0 = unlimited (RFC 8841 section 6.1).
  /// `m=application 9 DTLS/SCTP 5000` with `a=sctpmap` (draft-ietf-mmusic-sctp-sdp-05); an answer
  /// has the offer's form.
  bool old_form = false;
  std::vector<Candidate> candidates;
  std::vector<CandidateIgnored>
      ignored_candidates;  ///< One for each candidate left out; not written.
  bool end_of_candidates = false;

  bool operator==(const DataSection &) const = default;
};

/// A session description as far as data channels need it (RFC 8829, RFC 8841). It always has one
/// usable data section, the first that we understand; every other section is foreign. Pure value.
struct SessionDescription {
  std::uint64_t session_id =
      0;  ///< Numbers too large for 64 bits are clamped: nothing depends on the peer's.
  std::uint64_t session_version = 0;
  std::vector<MediaSection> media;
  std::size_t data_index = 0;  ///< Of the usable data section in media.
  std::vector<std::string>
      bundle;  ///< The mids of the BUNDLE group that holds the data section; empty = no group.
  DataSection data;

  const MediaSection &data_media() const { return media[data_index]; }
  /// media, with which candidates are announced; "0" where the section has no mid, since it is
  /// never empty.
  std::string announced_mid() const { return data_media().mid.empty() ? "0" : data_media().mid; }
  bool operator==(const SessionDescription &) const = default;
};

/// ERR_PARSE_ERROR where the text is no SDP or breaks its grammar; ERR_INVALID_DATA where it is
/// well-formed and lacks what a secure data channel needs. The message is one English sentence.
Result<SessionDescription> parse_session_description(std::string_view text);

/// CRLF lines as browsers take them. With `with_candidates`, the candidates and the end of
/// candidates are inside; without, they are left to trickle ICE. Parsing the first gives an equal
/// description, but for ignored_candidates.
std::string write_session_description(const SessionDescription &description,
                                      bool with_candidates = true);

}  // namespace peerlane

#endif  // PEERLANE_SIGNALING_SDP_HPP
