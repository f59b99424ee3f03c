// SPDX-License-Identifier: MIT
#include "layers/layer_limits.hpp"

#include <time.h>

#include <cstdint>
#include <stdexcept>
#include <vector>

#include "layers/dtls_memory_pair.hpp"
#include "layers/sctp_memory_pair.hpp"
#include "transport/sctp/crc32c.hpp"

namespace peerlane::benchmark {

namespace {

double thread_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// CPU seconds of one call of `work`.
template <class Work>
double cost_of(double seconds, const Work &work) {
  work();
  const double began = thread_seconds();
  double spent = 0;
  double calls = 0;
  for (; spent < seconds; spent = thread_seconds() - began) {
    work();
    ++calls;
  }
  return spent / calls;
}

void measure_sctp(double seconds, LayerLimits &limits) {
  SctpMemoryPair pair;
  constexpr std::size_t kLarge = 65536;
  constexpr std::uint64_t kLarges = 64;
  const double bulk = cost_of(seconds, [&] { pair.transfer(kLarge, kLarges); });
  limits.sctp_seconds_per_gigabyte = bulk / (kLarge * kLarges / 1e9);
  constexpr std::uint64_t kSmalls = 10000;
  const double small = cost_of(seconds, [&] { pair.transfer(64, kSmalls); });
  limits.sctp_messages_per_second = kSmalls / small;
}

void measure_dtls(double seconds, LayerLimits &limits) {
  constexpr std::size_t kRecord = DtlsMemoryPair::kMtu - DtlsTransport::kRecordOverhead;
  // As many as go into one system call.
  constexpr std::size_t kBatch = 50;
  DtlsMemoryPair pair;
  double encrypting = 0;
  double decrypting = 0;
  std::uint64_t records = 0;
  for (const double began = thread_seconds(); thread_seconds() - began < 2 * seconds;) {
    const double before = thread_seconds();
    pair.encrypt(kRecord, kBatch);
    const double between = thread_seconds();
    pair.decrypt();
    encrypting += between - before;
    decrypting += thread_seconds() - between;
    records += kBatch;
  }
  if (pair.decrypted() != records) throw std::runtime_error("DTLS records were lost in memory");
  limits.encrypt_us = 1e6 * encrypting / static_cast<double>(records);
  limits.decrypt_us = 1e6 * decrypting / static_cast<double>(records);
  limits.record_bytes = kRecord;
}

void measure_crc(double seconds, LayerLimits &limits) {
  const std::vector<std::uint8_t> packet(1200, 0x5A);
  constexpr int kPackets = 1000;
  volatile std::uint32_t sink = 0;
  limits.crc_ns = 1e9 / kPackets * cost_of(seconds, [&] {
                    for (int i = 0; i < kPackets; ++i) sink = crc32c(packet.data(), packet.size());
                  });
  limits.crc_portable_ns = 1e9 / kPackets * cost_of(seconds, [&] {
                             for (int i = 0; i < kPackets; ++i)
                               sink = crc32c_portable(packet.data(), packet.size());
                           });
}

}  // namespace

LayerLimits measure_layers(double seconds) {
  LayerLimits limits;
  measure_sctp(seconds, limits);
  measure_dtls(seconds, limits);
  measure_crc(seconds / 2, limits);
  return limits;
}

}  // namespace peerlane::benchmark
