// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_ACKNOWLEDGEMENTS_HPP
#define PEERLANE_TRANSPORT_ACKNOWLEDGEMENTS_HPP

#include <cstdint>
#include <optional>

#include "peerlane/types.hpp"

namespace peerlane {

/// Tells from the peer's SCTP packets whether it hears us: a heartbeat of ours is answered, or more
/// of our data is acknowledged than before. Pure.
class Acknowledgements {
 public:
  /// Any bytes may be given; what is no SCTP packet says nothing.
  bool anything_new(ByteView packet);

 private:
  bool advances(std::uint32_t cumulative);

  std::optional<std::uint32_t> last_;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_ACKNOWLEDGEMENTS_HPP
