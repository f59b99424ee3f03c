// SPDX-License-Identifier: MIT
#include <string>

#include "signaling/sdp.hpp"

namespace peerlane {
namespace {

void line(std::string &sdp, std::string_view text) {
  sdp += text;
  sdp += "\r\n";
}

void attribute(std::string &sdp, std::string_view name, const std::string &value) {
  sdp += "a=";
  sdp += name;
  line(sdp, ":" + value);
}

// RFC 8829 section 5.2.1. The address is never the real one: that is ICE's to say.
void write_session(std::string &sdp, const SessionDescription &description) {
  line(sdp, "v=0");
  line(sdp, "o=- " + std::to_string(description.session_id) + " " +
                std::to_string(description.session_version) + " IN IP4 127.0.0.1");
  line(sdp, "s=-");
  line(sdp, "t=0 0");
  if (!description.bundle.empty()) {
    std::string group = "BUNDLE";
    for (const std::string &mid : description.bundle) group += " " + mid;
    attribute(sdp, "group", group);
  }
  // Browsers write it even without media, and old ones expect it.
  line(sdp, "a=msid-semantic: WMS");
}

void write_candidates(std::string &sdp, const DataSection &data) {
  for (const Candidate &candidate : data.candidates) line(sdp, "a=" + write_candidate(candidate));
  if (data.end_of_candidates) line(sdp, "a=end-of-candidates");
}

void write_data(std::string &sdp, const DataSection &data) {
  attribute(sdp, "ice-ufrag", data.ice_ufrag);
  attribute(sdp, "ice-pwd", data.ice_pwd);
  if (data.ice_trickle) line(sdp, "a=ice-options:trickle");
  for (const Fingerprint &fingerprint : data.fingerprints) {
    attribute(sdp, "fingerprint", fingerprint.to_string());
  }
  if (data.setup) attribute(sdp, "setup", setup_role_name(*data.setup));
  if (data.tls_id) attribute(sdp, "tls-id", *data.tls_id);
  if (data.old_form) {
    attribute(sdp, "sctpmap", std::to_string(data.sctp_port) + " webrtc-datachannel 65535");
  } else {
    attribute(sdp, "sctp-port", std::to_string(data.sctp_port));
  }
  attribute(sdp, "max-message-size", std::to_string(data.max_message_size));
}

}  // namespace

const char *setup_role_name(SetupRole role) {
  switch (role) {
    case SetupRole::ACTPASS:
      return "actpass";
    case SetupRole::ACTIVE:
      return "active";
    case SetupRole::PASSIVE:
      return "passive";
    case SetupRole::HOLDCONN:
      return "holdconn";
  }
  return "";
}

std::string write_session_description(const SessionDescription &description, bool with_candidates) {
  std::string sdp;
  write_session(sdp, description);
  for (std::size_t i = 0; i < description.media.size(); ++i) {
    const MediaSection &media = description.media[i];
    line(sdp, "m=" + media.kind + " " + std::to_string(media.port) + " " + media.protocol + " " +
                  media.formats);
    line(sdp, "c=IN IP4 0.0.0.0");
    if (!media.mid.empty()) attribute(sdp, "mid", media.mid);
    if (media.bundle_only) line(sdp, "a=bundle-only");
    if (i != description.data_index) continue;
    write_data(sdp, description.data);
    if (with_candidates) write_candidates(sdp, description.data);
  }
  sdp.shrink_to_fit();  // It is kept as long as the connection.
  return sdp;
}

}  // namespace peerlane
