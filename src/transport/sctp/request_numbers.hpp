// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_SCTP_REQUEST_NUMBERS_HPP
#define PEERLANE_TRANSPORT_SCTP_REQUEST_NUMBERS_HPP

#include <cstddef>
#include <cstdint>
#include <vector>

namespace peerlane {

/// The numbers of one end's reconfiguration requests (RFC 6525 section 3.1). The stack's differ
/// from those on the wire by the requests that only the stack knows. Lives on the strand.
class RequestNumbers {
 public:
  /// The stack's number, later than all before, is of a request that the wire does not see.
  void hide(std::uint32_t stack_number) { hidden_.push_back(stack_number); }
  bool hides(std::uint32_t stack_number) const;
  std::size_t hidden() const { return hidden_.size(); }

  /// Of a hidden one, that of the one before: up to there all have come.
  std::uint32_t to_wire(std::uint32_t stack_number) const;
  std::uint32_t to_stack(std::uint32_t wire_number) const;

 private:
  std::vector<std::uint32_t> hidden_;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_SCTP_REQUEST_NUMBERS_HPP
