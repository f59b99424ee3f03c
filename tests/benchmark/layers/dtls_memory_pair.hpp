// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_BENCHMARK_LAYERS_DTLS_MEMORY_PAIR_HPP
#define PEERLANE_TESTS_BENCHMARK_LAYERS_DTLS_MEMORY_PAIR_HPP

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/timer.hpp"
#include "core/turn_queue.hpp"
#include "layers/memory_pipe.hpp"
#include "transport/dtls/certificate.hpp"
#include "transport/dtls/dtls_transport.hpp"

namespace peerlane::benchmark {

/// Two DTLS associations joined by memory. One thread.
class DtlsMemoryPair {
 public:
  static constexpr std::size_t kMtu = 1200;

  /// Throws std::runtime_error where it does not connect.
  DtlsMemoryPair();

  /// Encrypts `count` plaintexts of `size` bytes; `decrypt` takes the records.
  void encrypt(std::size_t size, std::size_t count);
  void decrypt();
  std::uint64_t decrypted() const { return server_end_.received; }

 private:
  struct End final : DtlsTransport::Listener {
    void on_dtls_connected() override {}
    void on_dtls_data(ByteView) override { ++received; }
    void on_dtls_closed(Error error, const std::string &reason) override;
    std::uint64_t received = 0;
    MemoryPipe below;
  };

  SteadyClock clock_;
  TimerQueue timers_{clock_};
  TurnQueue turns_;  // It never ends, as in the midst of bulk.
  std::shared_ptr<const Certificate> certificate_;
  End client_end_, server_end_;
  DtlsTransport client_, server_;
  PackedByteArray plaintext_;
  std::vector<ByteView> plaintexts_;
};

}  // namespace peerlane::benchmark

#endif  // PEERLANE_TESTS_BENCHMARK_LAYERS_DTLS_MEMORY_PAIR_HPP
