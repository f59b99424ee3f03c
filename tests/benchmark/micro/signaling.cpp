// SPDX-License-Identifier: MIT
// Text: session descriptions, candidates, and the message that opens a channel.
#include <benchmark/benchmark.h>

#include <string>

#include "channel/dcep.hpp"
#include "signaling/candidate.hpp"
#include "signaling/sdp.hpp"

namespace {

const std::string kCandidate =
    "candidate:1 1 udp 2130706431 192.0.2.7 50000 typ host generation 0 ufrag abcd";

const std::string kOffer =
    "v=0\r\n"
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
    "a=fingerprint:sha-256 "
    "00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:"
    "1F\r\n"
    "a=setup:actpass\r\n"
    "a=sctp-port:5000\r\n"
    "a=max-message-size:262144\r\n"
    "a=" +
    kCandidate + "\r\n";

void sdp_parse(benchmark::State &state) {
  for (auto each : state) {
    const auto parsed = peerlane::parse_session_description(kOffer);
    if (!parsed.ok()) state.SkipWithError("the offer does not parse");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(kOffer.size()));
}
BENCHMARK(sdp_parse);

void sdp_write(benchmark::State &state) {
  const auto offer = peerlane::parse_session_description(kOffer).value();
  for (auto each : state) {
    benchmark::DoNotOptimize(peerlane::write_session_description(offer).size());
  }
}
BENCHMARK(sdp_write);

void candidate_parse(benchmark::State &state) {
  for (auto each : state) {
    const auto parsed = peerlane::parse_candidate(kCandidate);
    if (!parsed.ok()) state.SkipWithError("the candidate does not parse");
  }
}
BENCHMARK(candidate_parse);

void dcep_encode(benchmark::State &state) {
  peerlane::ChannelParameters parameters;
  parameters.label = "positions";
  parameters.ordered = false;
  parameters.max_retransmits = 0;
  for (auto each : state) {
    benchmark::DoNotOptimize(peerlane::encode_dcep_open(parameters).size());
  }
}
BENCHMARK(dcep_encode);

void dcep_decode(benchmark::State &state) {
  peerlane::ChannelParameters parameters;
  parameters.label = "positions";
  const auto message = peerlane::encode_dcep_open(parameters);
  for (auto each : state) {
    const auto decoded = peerlane::decode_dcep_open(peerlane::ByteView(message));
    if (!decoded) state.SkipWithError("the message does not parse");
  }
}
BENCHMARK(dcep_decode);

}  // namespace
