// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_SCTP_SACK_HPP
#define PEERLANE_TRANSPORT_SCTP_SACK_HPP

#include <cstddef>
#include <cstdint>
#include <optional>

#include "peerlane/types.hpp"

namespace peerlane {

/// The SACK chunk at the head of a packet (RFC 9260 section 3.3.4), whose lengths were checked. A
/// view.
class Sack {
 public:
  /// Nothing where the packet begins with another chunk.
  static std::optional<Sack> in(ByteView packet);

  /// Whether there is one behind another chunk.
  static bool is_later_in(ByteView packet);

  std::uint32_t cumulative_tsn() const;
  std::size_t gaps() const { return gaps_; }
  /// How many TSNs have come more than once since the SACK before.
  std::size_t duplicates() const;
  /// What has come beyond the gap with this number: both TSNs included.
  std::uint32_t block_begin(std::size_t gap) const;
  std::uint32_t block_end(std::size_t gap) const;
  /// Whether one of the blocks has the TSN.
  bool has(std::uint32_t tsn) const;

  /// The packet with a SACK in it that has no gaps and no duplicates.
  void copy_without_gaps(PackedByteArray &to) const;
  /// The same with one gap block that ends before it begins, which says nothing.
  void copy_with_empty_block(PackedByteArray &to) const;

 private:
  explicit Sack(ByteView packet);
  void copy(ByteView blocks, PackedByteArray &to) const;

  ByteView packet_;
  std::size_t gaps_ = 0;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_SCTP_SACK_HPP
