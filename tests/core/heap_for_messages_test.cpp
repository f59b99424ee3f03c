// SPDX-License-Identifier: MIT
#include "core/heap_for_messages.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include <vector>

namespace peerlane::test {
namespace {

// Sanitizers have a heap of their own, and so have other C libraries.
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#if __GLIBC_PREREQ(2, 33)

/// Whether a block of this size comes from the heap, and not from the system.
bool heap_has(std::size_t size) {
  const std::size_t mapped = mallinfo2().hblks;
  const std::vector<char> block(size);
  return mallinfo2().hblks == mapped;
}

TEST(HeapForMessagesTest, SmallMessagesChangeNothing) {
  keep_heap_for_messages_of((16u << 10) - 1);
  EXPECT_FALSE(heap_has(256u << 10));
}

TEST(HeapForMessagesTest, LargeMessagesStayInTheHeapAfterTheFirst) {
  keep_heap_for_messages_of(16u << 10);
  EXPECT_TRUE(heap_has(256u << 10));
  EXPECT_TRUE(heap_has(1u << 20));
}

#endif
#endif

}  // namespace
}  // namespace peerlane::test
