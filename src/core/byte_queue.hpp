// SPDX-License-Identifier: MIT
#ifndef PEERLANE_CORE_BYTE_QUEUE_HPP
#define PEERLANE_CORE_BYTE_QUEUE_HPP

#include <cstddef>

#include "peerlane/types.hpp"

namespace peerlane {

/// Bytes of a stream that wait for somebody: appended at the end, taken from the front. Whoever
/// fills it keeps it bounded. Pure value.
class ByteQueue {
 public:
  void append(ByteView bytes) {
    // What was taken is forgotten now and then, so that taking costs no move.
    if (taken_ > 0 && taken_ >= bytes_.size() / 2) {
      bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(taken_));
      taken_ = 0;
    }
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  void take(std::size_t count) {
    taken_ += count;
    if (taken_ == bytes_.size()) clear();
  }
  /// Only the first `count` bytes stay.
  void keep(std::size_t count) {
    if (count < size()) bytes_.resize(taken_ + count);
  }
  void clear() {
    bytes_.clear();
    taken_ = 0;
  }

  std::size_t size() const { return bytes_.size() - taken_; }
  bool empty() const { return size() == 0; }
  /// Valid until the next append().
  ByteView view() const { return ByteView(bytes_.data() + taken_, size()); }

 private:
  PackedByteArray bytes_;
  std::size_t taken_ = 0;
};

}  // namespace peerlane

#endif  // PEERLANE_CORE_BYTE_QUEUE_HPP
