// SPDX-License-Identifier: MIT
#include "core/byte_queue.hpp"

#include <gtest/gtest.h>

#include <string>

namespace peerlane::test {
namespace {

std::string text(const ByteQueue &queue) {
  return std::string(queue.view().begin(), queue.view().end());
}

TEST(ByteQueueTest, GivesInTheOrderOfTaking) {
  ByteQueue queue;
  EXPECT_TRUE(queue.empty());
  queue.append("abc");
  queue.append("de");
  EXPECT_EQ(text(queue), "abcde");
  queue.take(4);
  EXPECT_EQ(text(queue), "e");
  queue.append("fgh");
  EXPECT_EQ(text(queue), "efgh");
  queue.keep(9);
  EXPECT_EQ(text(queue), "efgh");
  queue.keep(2);
  EXPECT_EQ(text(queue), "ef");
  queue.take(2);
  EXPECT_TRUE(queue.empty());
}

TEST(ByteQueueTest, IsAsLargeAsWhatWaits) {
  ByteQueue queue;
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    const std::string part = std::to_string(i);
    queue.append(part);
    expected += part;
    const std::size_t taken = std::min<std::size_t>(queue.size(), static_cast<std::size_t>(i % 5));
    queue.take(taken);
    expected.erase(0, taken);
    ASSERT_EQ(text(queue), expected);
  }
  queue.clear();
  EXPECT_EQ(queue.size(), 0u);
}

}  // namespace
}  // namespace peerlane::test
