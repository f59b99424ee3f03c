// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_BENCHMARK_LAYERS_SCTP_MEMORY_PAIR_HPP
#define PEERLANE_TESTS_BENCHMARK_LAYERS_SCTP_MEMORY_PAIR_HPP

#include <cstdint>
#include <string>
#include <vector>

#include "core/timer.hpp"
#include "core/turn_queue.hpp"
#include "layers/memory_pipe.hpp"
#include "transport/sctp/sctp_transport.hpp"

namespace peerlane::benchmark {

/// Two SCTP associations joined by memory, without DTLS, ICE and sockets. One thread.
class SctpMemoryPair {
 public:
  /// Throws std::runtime_error where it does not connect.
  SctpMemoryPair();
  ~SctpMemoryPair();

  /// Sends `count` messages of `size` bytes from one end to the other, as fast as they are taken;
  /// returns when all have arrived.
  void transfer(std::size_t size, std::uint64_t count);

 private:
  struct End final : SctpTransport::Listener {
    End(TimerQueue &timers, TurnQueue &turns);
    void on_sctp_connected() override { connected = true; }
    void on_sctp_message(std::uint16_t, std::uint32_t, ByteView) override { ++received; }
    void on_sctp_incoming_reset(const std::vector<std::uint16_t> &) override {}
    void on_sctp_outgoing_reset(const std::vector<std::uint16_t> &) override {}
    void on_sctp_streams_changed() override {}
    void on_sctp_sendable() override;
    void on_sctp_closed(Error error, const std::string &reason) override;

    bool connected = false;
    std::uint64_t received = 0;
    std::uint64_t to_send = 0;
    PackedByteArray message;
    MemoryPipe below;
    SctpTransport transport;
  };

  void turn();

  SteadyClock clock_;
  TimerQueue timers_{clock_};
  TurnQueue turns_;
  End sender_{timers_, turns_};
  End receiver_{timers_, turns_};
};

}  // namespace peerlane::benchmark

#endif  // PEERLANE_TESTS_BENCHMARK_LAYERS_SCTP_MEMORY_PAIR_HPP
