// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_LIFETIME_PROCESS_USAGE_HPP
#define PEERLANE_TESTS_LIFETIME_PROCESS_USAGE_HPP

namespace peerlane::test {

/// What the process holds, from /proc.
struct ProcessUsage {
  int descriptors = 0;
  int threads = 0;
  long resident_kib = 0;
};
ProcessUsage usage();

/// Waits until there are fewer threads than `alive`, the number while a connection lived: the
/// library's end some time after the last connection. Those that GLib and usrsctp start once for
/// the process stay.
ProcessUsage settled_usage(int alive);

}  // namespace peerlane::test

#endif  // PEERLANE_TESTS_LIFETIME_PROCESS_USAGE_HPP
