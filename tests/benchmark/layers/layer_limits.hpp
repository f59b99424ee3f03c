// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_BENCHMARK_LAYERS_LAYER_LIMITS_HPP
#define PEERLANE_TESTS_BENCHMARK_LAYERS_LAYER_LIMITS_HPP

namespace peerlane::benchmark {

/// What the layers cost by themselves, in CPU time of one thread. The only measurement that looks
/// below the public API.
struct LayerLimits {
  /// usrsctp as the library drives it; both ends, messages of 64 KiB.
  double sctp_seconds_per_gigabyte = 0;
  double sctp_messages_per_second = 0;  ///< Both ends, messages of 64 bytes.
  double encrypt_us = 0;                ///< A record with `record_bytes` of plaintext.
  double decrypt_us = 0;
  double record_bytes = 0;
  double crc_ns = 0;           ///< A packet of 1200 bytes.
  double crc_portable_ns = 0;  ///< The same from tables.
};

/// Takes about so many seconds for each figure. Throws std::runtime_error.
LayerLimits measure_layers(double seconds);

}  // namespace peerlane::benchmark

#endif  // PEERLANE_TESTS_BENCHMARK_LAYERS_LAYER_LIMITS_HPP
