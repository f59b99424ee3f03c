// SPDX-License-Identifier: MIT
// Text: session descriptions, candidates, and the message that opens a channel.
#include <benchmark/benchmark.h>

#include <string>

#include "channel/dcep.hpp"
#include "signaling/candidate.hpp"
#include "signaling/jsep.hpp"
#include "signaling/sdp.hpp"

namespace {

const std::string kCandidate =
    "candidate:1 1 udp 2130706431 192.0.2.7 50000 typ host generation 0 ufrag abcd";

std::string offer() {
  peerlane::LocalParameters local;
  local.ice_ufrag = "abcd";
  local.ice_pwd = "0123456789012345678901";
  local.fingerprint = {"sha-256", "00"};
  for (int i = 1; i < 32; ++i) local.fingerprint.value += ":00";
  peerlane::SessionDescription made = peerlane::make_offer(local);
  made.data.candidates.push_back(peerlane::parse_candidate(kCandidate).value().candidate);
  return peerlane::write_session_description(made);
}

const std::string kOffer = offer();

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
