// SPDX-License-Identifier: MIT
#include "transport/sctp/request_numbers.hpp"

#include <algorithm>

#include "transport/sctp/wire.hpp"

namespace peerlane {

bool RequestNumbers::hides(std::uint32_t stack_number) const {
  return std::find(hidden_.begin(), hidden_.end(), stack_number) != hidden_.end();
}

std::uint32_t RequestNumbers::to_wire(std::uint32_t stack_number) const {
  std::uint32_t number = stack_number;
  for (const std::uint32_t hidden : hidden_) {
    if (!sctp_wire::later(hidden, stack_number)) --number;
  }
  return number;
}

std::uint32_t RequestNumbers::to_stack(std::uint32_t wire_number) const {
  std::uint32_t number = wire_number;
  for (const std::uint32_t hidden : hidden_) {
    if (!sctp_wire::later(hidden, number)) ++number;
  }
  return number;
}

}  // namespace peerlane
