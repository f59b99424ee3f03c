// SPDX-License-Identifier: MIT
#include "peerlane/signal.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace peerlane {
namespace {

template <class... Args, class... Given>
void emit(const Signal<Args...> &signal, const Given &...given) {
  internal::SignalAccess::emit(signal, given...);
}

TEST(Signal, CallsSlotsInTheOrderOfConnection) {
  Signal<int> signal;
  std::vector<int> order;
  for (int i = 0; i < 5; ++i)
    signal.connect([&order, i](int value) { order.push_back(i * value); });
  emit(signal, 10);
  EXPECT_EQ(order, (std::vector<int>{0, 10, 20, 30, 40}));
}

TEST(Signal, LetsASlotTakeFewerArgumentsAndReturnAnything) {
  Signal<const std::string &, int> signal;
  int calls = 0;
  std::string seen;
  signal.connect([&calls] { return ++calls; });
  signal.connect([&seen](const std::string &text) { return seen = text; });
  signal.connect([&calls](const std::string &, int value) { calls += value; });
  emit(signal, std::string("text"), 10);
  EXPECT_EQ(calls, 11);
  EXPECT_EQ(seen, "text");
}

TEST(Signal, HoldsAMemberOfASharedObjectWeakly) {
  struct Object {
    Signal<int> signal;
    int sum = 0;
    int add(int value) { return sum += value; }
  };
  Signal<int> outside;
  auto object = std::make_shared<Object>();
  std::weak_ptr<Object> weak = object;
  object->signal.connect(object, &Object::add);
  outside.connect(object, &Object::add);
  emit(outside, 3);
  emit(object->signal, 4);
  EXPECT_EQ(object->sum, 7);
  object.reset();
  EXPECT_TRUE(weak.expired()) << "wired to itself, and no leak";
  emit(outside, 5);
}

TEST(Signal, CallsAMemberOfAPlainObject) {
  struct Object {
    int sum = 0;
    void add(int value) { sum += value; }
    void bump() { ++sum; }
  } object;
  Signal<int> signal;
  signal.connect(&object, &Object::add);
  signal.connect(&object, &Object::bump);
  emit(signal, 2);
  EXPECT_EQ(object.sum, 3);
}

TEST(Signal, RunsAOnceSlotOnceAlsoWhereItEmitsAgain) {
  Signal<> signal;
  int calls = 0;
  const Connection connection = signal.connect_once([&] {
    ++calls;
    emit(signal);
  });
  EXPECT_TRUE(connection.connected());
  emit(signal);
  emit(signal);
  EXPECT_EQ(calls, 1);
  EXPECT_FALSE(connection.connected());
}

TEST(Signal, SkipsASlotThatAnEarlierOneDisconnects) {
  Signal<> signal;
  Connection second;
  int calls = 0;
  signal.connect([&second] { second.disconnect(); });
  second = signal.connect([&calls] { ++calls; });
  signal.connect([&calls] { calls += 10; });
  emit(signal);
  EXPECT_EQ(calls, 10);
}

TEST(Signal, LetsASlotDisconnectItselfAndKeepsItsStateUntilItReturns) {
  Signal<> signal;
  Connection connection;
  const auto token = std::make_shared<int>(7);
  int seen = 0;
  connection = signal.connect([&connection, &seen, state = std::make_shared<int>(*token)] {
    connection.disconnect();
    seen = *state;
  });
  emit(signal);
  emit(signal);
  EXPECT_EQ(seen, 7);
  EXPECT_FALSE(connection.connected());
}

TEST(Signal, RunsASlotThatIsConnectedInASlotAtTheNextEmission) {
  Signal<> signal;
  int inner = 0;
  signal.connect_once([&] { signal.connect([&inner] { ++inner; }); });
  emit(signal);
  EXPECT_EQ(inner, 0);
  emit(signal);
  EXPECT_EQ(inner, 1);
}

TEST(Signal, NestsEmissions) {
  Signal<int> signal;
  std::vector<std::string> order;
  signal.connect([&](int depth) {
    order.push_back("a" + std::to_string(depth));
    if (depth < 2) emit(signal, depth + 1);
  });
  signal.connect([&](int depth) { order.push_back("b" + std::to_string(depth)); });
  emit(signal, 0);
  EXPECT_EQ(order, (std::vector<std::string>{"a0", "a1", "a2", "b2", "b1", "b0"}));
}

TEST(Signal, MayBeDestroyedInsideASlot) {
  auto signal = std::make_unique<Signal<int>>();
  int later = 0;
  signal->connect([&signal] { signal.reset(); });
  const Connection connection = signal->connect([&later] { ++later; });
  emit(*signal, 1);
  EXPECT_EQ(signal, nullptr);
  EXPECT_EQ(later, 0) << "the slots of a destroyed signal are disconnected";
  EXPECT_FALSE(connection.connected());
}

TEST(Signal, LetsAnExceptionThroughAndStaysUsable) {
  Signal<int> signal;
  int calls = 0;
  signal.connect([](int value) {
    if (value == 1) throw std::runtime_error("slot");
  });
  signal.connect([&calls] { ++calls; });
  EXPECT_THROW(emit(signal, 1), std::runtime_error);
  EXPECT_EQ(calls, 0);
  emit(signal, 2);
  EXPECT_EQ(calls, 1);
}

TEST(Signal, CountsTwoConnectionsOfOneCallableAsTwo) {
  Signal<> signal;
  int calls = 0;
  const auto slot = [&calls] { ++calls; };
  Connection first = signal.connect(slot);
  signal.connect(slot);
  emit(signal);
  first.disconnect();
  first.disconnect();
  emit(signal);
  EXPECT_EQ(calls, 3);
}

TEST(Signal, DisconnectsAllAlsoInsideASlot) {
  Signal<> signal;
  int calls = 0;
  signal.connect([&] {
    ++calls;
    signal.disconnect_all();
  });
  signal.connect([&calls] { ++calls; });
  emit(signal);
  emit(signal);
  EXPECT_EQ(calls, 1);
}

TEST(Connection, OutlivesItsSignal) {
  std::optional<Signal<>> signal(std::in_place);
  Connection connection = signal->connect([] {});
  Connection copy = connection;
  signal.reset();
  EXPECT_FALSE(connection.connected());
  connection.disconnect();
  copy.disconnect();
  Connection().disconnect();
}

TEST(ScopedConnection, DisconnectsAtTheEndOfItsScopeAndWhenReplaced) {
  Signal<> signal;
  int calls = 0;
  {
    ScopedConnection scoped = signal.connect([&calls] { ++calls; });
    emit(signal);
  }
  emit(signal);
  EXPECT_EQ(calls, 1);
  ScopedConnection scoped = signal.connect([&calls] { calls += 10; });
  scoped = signal.connect([&calls] { calls += 100; });
  ScopedConnection moved = std::move(scoped);
  emit(signal);
  EXPECT_EQ(calls, 101);
  Connection released = moved.release();
  moved = ScopedConnection();
  EXPECT_TRUE(released.connected());
}

}  // namespace
}  // namespace peerlane
