// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_DTLS_RECORD_BUFFER_HPP
#define PEERLANE_TRANSPORT_DTLS_RECORD_BUFFER_HPP

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "peerlane/types.hpp"

namespace peerlane {

/// Datagrams on their way out, one behind the other, so that a batch costs one call to the layer
/// below and its segments can go to the kernel as one. Lives on the strand.
///
/// Buffers are kept by the thread, not by the association: hundreds of idle associations need none.
class RecordBuffer {
 public:
  static std::unique_ptr<RecordBuffer> lease();
  static void give_back(std::unique_ptr<RecordBuffer> buffer);

  void append(ByteView datagram) {
    bytes_.insert(bytes_.end(), datagram.begin(), datagram.end());
    ends_.push_back(bytes_.size());
  }
  bool empty() const { return ends_.empty(); }
  void clear() {
    bytes_.clear();
    ends_.clear();
  }
  /// Valid until the next append() or clear().
  std::span<const ByteView> views();

 private:
  PackedByteArray bytes_;
  std::vector<std::size_t> ends_;
  std::vector<ByteView> views_;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_DTLS_RECORD_BUFFER_HPP
