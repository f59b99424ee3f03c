// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_BENCHMARK_UDP_SOCKET_HPP
#define PEERLANE_TESTS_BENCHMARK_UDP_SOCKET_HPP

#include <cstddef>
#include <cstdint>

#include "peerlane/types.hpp"

namespace peerlane::benchmark {

/// A UDP socket on 127.0.0.1 with large buffers, which sends and receives many datagrams of one
/// size in one system call where the kernel can (UDP_SEGMENT, UDP_GRO).
class UdpSocket {
 public:
  enum class Batching { ON, OFF };

  explicit UdpSocket(Batching batching);
  ~UdpSocket();
  UdpSocket(const UdpSocket &) = delete;
  UdpSocket &operator=(const UdpSocket &) = delete;

  /// What one call received: datagrams of `segment` bytes one behind the other, the last one maybe
  /// shorter.
  struct Received {
    std::size_t size = 0;
    std::size_t segment = 0;
  };
  /// The most that one call receives.
  static constexpr std::size_t kBatchBytes = 65536;
  /// Size 0 where nothing is there, or nothing came within 100 ms if it may block.
  Received receive(std::uint8_t *buffer, bool may_block);
  /// False where the kernel refused.
  bool send(std::uint16_t port, ByteView bytes, std::size_t segment);

  std::uint16_t port() const { return port_; }
  int descriptor() const { return descriptor_; }
  /// Bytes, as the kernel reckons them: with its own overhead for each datagram.
  int receive_buffer() const;

 private:
  bool send_batch(std::uint16_t port, ByteView bytes, std::size_t segment);

  int descriptor_;
  std::uint16_t port_ = 0;
};

/// How many datagrams for that port of 127.0.0.1 found the receive buffer full, whoever owns it.
std::uint64_t overflowed_at(std::uint16_t port);

}  // namespace peerlane::benchmark

#endif  // PEERLANE_TESTS_BENCHMARK_UDP_SOCKET_HPP
