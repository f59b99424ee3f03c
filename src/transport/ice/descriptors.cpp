// SPDX-License-Identifier: MIT
#include "transport/ice/descriptors.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <array>

namespace peerlane {

bool descriptors_to_spare() {
  std::array<int, 8> probes;
  bool enough = true;
  for (int &probe : probes) {
    probe = eventfd(0, EFD_CLOEXEC);
    enough = enough && probe >= 0;
  }
  for (const int probe : probes) {
    if (probe >= 0) close(probe);
  }
  return enough;
}

}  // namespace peerlane
