// SPDX-License-Identifier: MIT
// The layers that every packet passes: checksum, DTLS record, SCTP.
#include <benchmark/benchmark.h>

#include <vector>

#include "layers/dtls_memory_pair.hpp"
#include "layers/sctp_memory_pair.hpp"
#include "transport/dtls/certificate.hpp"
#include "transport/sctp/crc32c.hpp"

namespace {

using peerlane::benchmark::DtlsMemoryPair;
using peerlane::benchmark::SctpMemoryPair;

// As many as go into one system call.
constexpr std::size_t kBatch = 50;

void checksum(benchmark::State &state) {
  const std::vector<std::uint8_t> packet(static_cast<std::size_t>(state.range(0)), 0x5A);
  for (auto each : state) {
    benchmark::DoNotOptimize(peerlane::crc32c(packet.data(), packet.size()));
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(checksum)->Arg(64)->Arg(1200);

void checksum_portable(benchmark::State &state) {
  const std::vector<std::uint8_t> packet(static_cast<std::size_t>(state.range(0)), 0x5A);
  for (auto each : state) {
    benchmark::DoNotOptimize(peerlane::crc32c_portable(packet.data(), packet.size()));
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(checksum_portable)->Arg(64)->Arg(1200);

/// What each connection makes for itself: a key, and a certificate signed by it.
void certificate(benchmark::State &state) {
  for (auto each : state) {
    if (!peerlane::Certificate::generate().ok()) state.SkipWithError("no certificate was made");
  }
}
BENCHMARK(certificate);

/// Both ways: a record encrypted and decrypted again.
void dtls_record(benchmark::State &state) {
  DtlsMemoryPair pair;
  for (auto each : state) {
    pair.encrypt(static_cast<std::size_t>(state.range(0)), kBatch);
    pair.decrypt();
  }
  if (pair.decrypted() != static_cast<std::uint64_t>(state.iterations()) * kBatch) {
    state.SkipWithError("records were lost");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kBatch));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(kBatch) * state.range(0));
}
BENCHMARK(dtls_record)->Arg(100)->Arg(1163);

/// Both ends of an association: messages in, packets through memory, messages out.
void sctp_pair(benchmark::State &state) {
  SctpMemoryPair pair;
  const auto size = static_cast<std::size_t>(state.range(0));
  const std::uint64_t messages = (std::uint64_t{4} << 20) / (size + 1000);
  for (auto each : state) pair.transfer(size, messages);
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(messages));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(messages * size));
}
BENCHMARK(sctp_pair)->Arg(64)->Arg(1024)->Arg(65536)->Unit(benchmark::kMillisecond);

/// One packet there, and its acknowledgement back where SCTP sends one.
void sctp_one_message(benchmark::State &state) {
  SctpMemoryPair pair;
  for (auto each : state) pair.transfer(64, 1);
}
BENCHMARK(sctp_one_message);

}  // namespace
