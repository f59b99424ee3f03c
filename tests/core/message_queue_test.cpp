// SPDX-License-Identifier: MIT
#include "core/message_queue.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <string>
#include <utility>

namespace peerlane {
namespace {

struct Expected {
  ChannelKey channel;
  bool is_text;
  TimePoint queued_at;
  PackedByteArray payload;
};

void expect_front(const MessageQueue &queue, const Expected &expected) {
  const MessageQueue::Message front = queue.front();
  ASSERT_EQ(front.channel, expected.channel);
  ASSERT_EQ(front.is_text, expected.is_text);
  ASSERT_EQ(front.queued_at, expected.queued_at);
  ASSERT_EQ(PackedByteArray(front.payload.begin(), front.payload.end()), expected.payload);
}

TEST(MessageQueue, MovesALargeMessageWithoutCopying) {
  MessageQueue first, second;
  PackedByteArray large(100'000, 1);
  const std::uint8_t *data = large.data();
  first.push(1, false, TimePoint{}, std::move(large));
  EXPECT_EQ(first.front().payload.data(), data);
  second.move_front_from(first);
  EXPECT_TRUE(first.empty());
  EXPECT_EQ(second.front().payload.data(), data);
  EXPECT_EQ(second.front().payload.size(), 100'000u);
}

TEST(MessageQueue, KeepsEmptyMessages) {
  MessageQueue queue;
  queue.push(1, true, TimePoint{}, ByteView());
  queue.push(2, false, TimePoint{}, PackedByteArray());
  EXPECT_EQ(queue.size(), 2u);
  EXPECT_EQ(queue.front().payload.size(), 0u);
  queue.pop();
  EXPECT_EQ(queue.front().channel, 2u);
  queue.pop();
  EXPECT_TRUE(queue.empty());
}

TEST(MessageQueue, HandlesSizesAroundTheLimitOfWhatIsCopied) {
  MessageQueue queue;
  for (std::size_t size = 2046; size <= 2050; ++size) {
    queue.push(1, false, TimePoint{}, PackedByteArray(size, static_cast<std::uint8_t>(size)));
    const PackedByteArray copied(size, static_cast<std::uint8_t>(size + 1));
    queue.push(2, false, TimePoint{}, ByteView(copied));
  }
  for (std::size_t size = 2046; size <= 2050; ++size) {
    for (std::size_t i = 0; i < 2; ++i) {
      ASSERT_EQ(queue.front().payload.size(), size);
      EXPECT_EQ(queue.front().payload[size - 1], static_cast<std::uint8_t>(size + i));
      queue.pop();
    }
  }
}

// Against a deque that does the same, with sizes on both sides of the limit, and queues that stay
// long so that the consumed half is dropped again and again.
TEST(MessageQueue, DoesWhatADequeDoes) {
  for (unsigned seed = 0; seed < 6; ++seed) {
    std::mt19937 random(seed);
    MessageQueue queue, other;
    std::deque<Expected> model, other_model;
    for (int i = 0; i < 40'000; ++i) {
      const bool grow = model.size() < 3000;
      const auto choice = random() % 100;
      if (choice < (grow ? 70u : 45u)) {
        const std::size_t size = random() % 200 == 0 ? 2000 + random() % 100 : random() % 40;
        PackedByteArray payload(size, static_cast<std::uint8_t>(random()));
        model.push_back(
            {static_cast<ChannelKey>(i), random() % 2 == 0, TimePoint(Duration(i)), payload});
        const Expected &back = model.back();
        if (random() % 2 == 0) {
          queue.push(back.channel, back.is_text, back.queued_at, ByteView(payload));
        } else {
          queue.push(back.channel, back.is_text, back.queued_at, std::move(payload));
        }
      } else if (choice < 98 && !model.empty()) {
        queue.pop();
        model.pop_front();
      } else if (choice == 98 && !model.empty()) {
        other.move_front_from(queue);
        other_model.push_back(std::move(model.front()));
        model.pop_front();
      } else if (random() % 500 == 0) {
        queue.swap(other);
        model.swap(other_model);
      } else if (random() % 500 == 0) {
        queue.clear();
        model.clear();
      }
      ASSERT_EQ(queue.size(), model.size());
      ASSERT_EQ(queue.empty(), model.empty());
      if (!model.empty()) expect_front(queue, model.front());
      if (!other_model.empty()) expect_front(other, other_model.front());
      if (HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace peerlane
