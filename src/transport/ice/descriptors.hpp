// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_ICE_DESCRIPTORS_HPP
#define PEERLANE_TRANSPORT_ICE_DESCRIPTORS_HPP

namespace peerlane {

/// Whether the process can open some more file descriptors. Any thread.
///
/// To ask before GLib makes a GMainContext, which it does for each component of libnice and for the
/// first lookup of a name: where it finds no descriptor for the wake-up, it ends the process.
/// Another thread may still take them in between; the margin is for that.
bool descriptors_to_spare();

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_ICE_DESCRIPTORS_HPP
