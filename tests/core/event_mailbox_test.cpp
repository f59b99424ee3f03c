// SPDX-License-Identifier: MIT
#include "core/event_mailbox.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

namespace peerlane {
namespace {

using std::chrono::milliseconds;

Event message(ChannelKey channel) {
  Event event;
  event.channel = channel;
  return event;
}

std::vector<ChannelKey> take(EventMailbox &mailbox) {
  std::vector<Event> events;
  mailbox.take(events);
  std::vector<ChannelKey> keys;
  for (const Event &event : events) keys.push_back(event.channel);
  return keys;
}

TEST(EventMailbox, ShowsEventsWhenTheyArePublished) {
  EventMailbox mailbox;
  mailbox.push(message(1));
  EXPECT_TRUE(mailbox.has_staged());
  EXPECT_FALSE(mailbox.ready());
  EXPECT_TRUE(take(mailbox).empty());
  EXPECT_TRUE(mailbox.publish());
  EXPECT_FALSE(mailbox.has_staged());
  EXPECT_TRUE(mailbox.ready());
  EXPECT_EQ(take(mailbox), std::vector<ChannelKey>{1});
  EXPECT_FALSE(mailbox.ready());
}

TEST(EventMailbox, ReportsTheEdgeOnly) {
  EventMailbox mailbox;
  EXPECT_FALSE(mailbox.publish()) << "nothing staged";
  mailbox.push(message(1));
  EXPECT_TRUE(mailbox.publish());
  mailbox.push(message(2));
  EXPECT_FALSE(mailbox.publish());
  EXPECT_FALSE(mailbox.publish());
  EXPECT_EQ(take(mailbox), (std::vector<ChannelKey>{1, 2}));
  mailbox.push(message(3));
  EXPECT_TRUE(mailbox.publish());
}

TEST(EventMailbox, AppendsToWhatTheTakerHas) {
  EventMailbox mailbox;
  std::vector<Event> events;
  for (ChannelKey key = 1; key <= 3; ++key) {
    mailbox.push(message(key));
    static_cast<void>(mailbox.publish());
    mailbox.take(events);
  }
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[2].channel, 3u);
}

TEST(EventMailbox, KeepsControlEventsAndMessagesInOrder) {
  EventMailbox mailbox;
  mailbox.push(message(1));
  mailbox.push(ControlEvent(ChannelClosed{2}));
  mailbox.push(message(3));
  static_cast<void>(mailbox.publish());
  std::vector<Event> events;
  mailbox.take(events);
  ASSERT_EQ(events.size(), 3u);
  EXPECT_FALSE(events[0].control);
  ASSERT_TRUE(events[1].control);
  EXPECT_EQ(std::get<ChannelClosed>(*events[1].control).channel, 2u);
}

TEST(EventMailbox, TreatsLocalPendingLikeSomethingPublished) {
  EventMailbox mailbox;
  EXPECT_TRUE(mailbox.set_local_pending(true));
  EXPECT_FALSE(mailbox.set_local_pending(true));
  EXPECT_TRUE(mailbox.wait(milliseconds(0)));
  mailbox.push(message(1));
  EXPECT_FALSE(mailbox.publish());
  EXPECT_FALSE(mailbox.set_local_pending(false));
  EXPECT_TRUE(mailbox.ready()) << "the message is still there";
  EXPECT_EQ(take(mailbox).size(), 1u);
  EXPECT_FALSE(mailbox.ready());
}

TEST(EventMailbox, OnlyLooksWithATimeoutOfZeroOrLess) {
  EventMailbox mailbox;
  EXPECT_FALSE(mailbox.wait(milliseconds(0)));
  EXPECT_FALSE(mailbox.wait(milliseconds(-5)));
  EXPECT_FALSE(mailbox.wait(milliseconds(1)));
}

TEST(EventMailbox, WakesAWaiterOfAnotherThread) {
  EventMailbox mailbox;
  std::thread strand([&mailbox] {
    std::this_thread::sleep_for(milliseconds(5));
    mailbox.push(message(1));
    static_cast<void>(mailbox.publish());
  });
  EXPECT_TRUE(mailbox.wait(std::chrono::seconds(20)));
  EXPECT_EQ(take(mailbox).size(), 1u);
  strand.join();
}

TEST(EventMailbox, RunsHandlersOnlyWhileSomethingIsDeliverable) {
  EventMailbox mailbox;
  int user = 0, group = 0;
  mailbox.set_wakeup_handler([&user] { ++user; });
  mailbox.set_group_handler([&group] { ++group; });
  mailbox.wake();
  EXPECT_EQ(user + group, 0);
  mailbox.push(message(1));
  ASSERT_TRUE(mailbox.publish());
  mailbox.wake();
  EXPECT_EQ(user, 1);
  EXPECT_EQ(group, 1);
  take(mailbox);
  mailbox.wake();
  EXPECT_EQ(user, 1) << "somebody was faster";
}

TEST(EventMailbox, RunsAHandlerAtOnceWhereSomethingIsPendingAlready) {
  EventMailbox mailbox;
  mailbox.push(message(1));
  static_cast<void>(mailbox.publish());
  int calls = 0;
  mailbox.set_wakeup_handler([&calls] { ++calls; });
  mailbox.set_group_handler([&calls] { calls += 10; });
  EXPECT_EQ(calls, 11);
  mailbox.set_wakeup_handler(nullptr);
  mailbox.set_group_handler(nullptr);
  mailbox.wake();
  EXPECT_EQ(calls, 11);
}

TEST(EventMailbox, LetsAHandlerReplaceItself) {
  EventMailbox mailbox;
  int first = 0, second = 0;
  const auto token = std::make_shared<int>(5);
  mailbox.set_wakeup_handler([&, token] {
    mailbox.set_wakeup_handler(nullptr);
    first += *token;
    mailbox.set_group_handler([&second] { ++second; });
  });
  mailbox.push(message(1));
  static_cast<void>(mailbox.publish());
  mailbox.wake();
  EXPECT_EQ(first, 5);
  EXPECT_EQ(second, 1);
}

TEST(EventMailbox, LetsTheGroupHandlerReplaceItself) {
  EventMailbox mailbox;
  int calls = 0;
  const auto token = std::make_shared<int>(5);
  mailbox.set_group_handler([&mailbox, &calls, token] {
    mailbox.set_group_handler(nullptr);
    calls += *token;
  });
  mailbox.push(message(1));
  static_cast<void>(mailbox.publish());
  mailbox.wake();
  EXPECT_EQ(calls, 5);
}

// For ThreadSanitizer: one strand, one reader that waits, one thread that replaces the handler.
TEST(EventMailbox, LosesNoEventAndNoWakeUpBetweenThreads) {
  constexpr ChannelKey kEvents = 20'000;
  EventMailbox mailbox;
  std::atomic<int> wakeups{0};
  std::atomic<bool> done{false};
  std::thread strand([&] {
    for (ChannelKey key = 1; key <= kEvents; ++key) {
      mailbox.push(message(key));
      if (key % 3 != 0 && key != kEvents) continue;
      if (mailbox.publish()) mailbox.wake();
    }
  });
  std::thread replacer([&] {
    while (!done) {
      mailbox.set_wakeup_handler([&wakeups] { ++wakeups; });
      mailbox.set_wakeup_handler(nullptr);
      std::this_thread::yield();
    }
  });
  ChannelKey next = 1;
  std::vector<Event> events;
  while (next <= kEvents) {
    if (!mailbox.wait(std::chrono::seconds(20))) break;
    events.clear();
    mailbox.take(events);
    for (const Event &event : events) {
      if (event.channel != next) ADD_FAILURE() << event.channel << " instead of " << next;
      next = event.channel + 1;
    }
  }
  EXPECT_EQ(next, kEvents + 1);
  done = true;
  strand.join();
  replacer.join();
}

// Once set_wakeup_handler has returned, the former handler does not run any more.
TEST(EventMailbox, DoesNotRunAHandlerThatHasBeenReplaced) {
  EventMailbox mailbox;
  mailbox.push(message(1));
  static_cast<void>(mailbox.publish());
  std::atomic<bool> done{false};
  std::thread network([&] {
    while (!done) mailbox.wake();
  });
  for (int i = 0; i < 2000; ++i) {
    auto alive = std::make_unique<std::atomic<int>>(0);
    mailbox.set_wakeup_handler([state = alive.get()] { ++*state; });
    mailbox.set_wakeup_handler(nullptr);
    alive.reset();
  }
  done = true;
  network.join();
}

}  // namespace
}  // namespace peerlane
