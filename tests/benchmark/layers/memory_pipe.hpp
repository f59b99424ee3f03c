// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_BENCHMARK_LAYERS_MEMORY_PIPE_HPP
#define PEERLANE_TESTS_BENCHMARK_LAYERS_MEMORY_PIPE_HPP

#include <cstdint>
#include <span>
#include <vector>

#include "core/datagram_sink.hpp"

namespace peerlane::benchmark {

/// One direction of a perfect path that costs one copy and nothing else. One thread.
class MemoryPipe final : public DatagramSink {
 public:
  void send(std::span<const ByteView> datagrams) override {
    for (const ByteView datagram : datagrams) {
      bytes_.insert(bytes_.end(), datagram.begin(), datagram.end());
      sizes_.push_back(datagram.size());
    }
  }

  bool empty() const { return sizes_.empty(); }

  /// Hands what has been sent so far to `receiver.receive(ByteView)`.
  template <class Receiver>
  void deliver(Receiver &receiver) {
    // What the receiver causes to be sent is for the next time.
    bytes_.swap(under_way_);
    sizes_.swap(under_way_sizes_);
    std::size_t at = 0;
    for (const std::size_t size : under_way_sizes_) {
      receiver.receive(ByteView(under_way_.data() + at, size));
      at += size;
    }
    under_way_.clear();
    under_way_sizes_.clear();
  }

 private:
  std::vector<std::uint8_t> bytes_, under_way_;
  std::vector<std::size_t> sizes_, under_way_sizes_;
};

}  // namespace peerlane::benchmark

#endif  // PEERLANE_TESTS_BENCHMARK_LAYERS_MEMORY_PIPE_HPP
