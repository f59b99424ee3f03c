// SPDX-License-Identifier: MIT
#ifndef PEERLANE_CORE_HEAP_FOR_MESSAGES_HPP
#define PEERLANE_CORE_HEAP_FOR_MESSAGES_HPP

#include <cstddef>

namespace peerlane {

/// To be called with the size of each message that comes or goes. With the first large one of the
/// process the C library's heap is shown that such blocks come again. Any thread.
///
/// glibc gives the end of its heap back to the system whenever 128 KiB of it are free, so that the
/// memory of every message of 64 KiB is mapped and cleared by the kernel anew. It adapts to what
/// programs free (mallopt(3), M_MMAP_THRESHOLD): once a block of 2 MiB was freed, up to 4 MiB stay.
/// Where the heap had 2 MiB to spare at that moment, where the application has set these thresholds
/// itself, and with other allocators, nothing changes.
void keep_heap_for_messages_of(std::size_t size);

}  // namespace peerlane

#endif  // PEERLANE_CORE_HEAP_FOR_MESSAGES_HPP
