// SPDX-License-Identifier: MIT
#ifndef PEERLANE_SIGNAL_HPP
#define PEERLANE_SIGNAL_HPP

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace peerlane {

namespace internal {

struct SignalAccess;

/// One connected slot, without its types.
struct SlotBase {
  SlotBase() = default;
  SlotBase(const SlotBase &) = delete;
  SlotBase &operator=(const SlotBase &) = delete;
  virtual ~SlotBase() = default;

  bool connected = true;
  bool once = false;
};

/// The slots of one signal, without their types. Shared, so that an emission survives its signal.
struct SlotListBase {
  SlotListBase() = default;
  SlotListBase(const SlotListBase &) = delete;
  SlotListBase &operator=(const SlotListBase &) = delete;
  virtual ~SlotListBase() = default;

  virtual void remove(const SlotBase *slot) = 0;
};

template <class... Args>
struct Slot : SlotBase {
  virtual void call(const Args &...args) = 0;
};

template <class Callable, class Arguments, class Indices>
struct TakesPrefix;
template <class Callable, class Arguments, std::size_t... Index>
struct TakesPrefix<Callable, Arguments, std::index_sequence<Index...>>
    : std::is_invocable<Callable &, std::tuple_element_t<Index, Arguments>...> {};

template <class Callable, class Arguments, std::size_t... Index>
void call_with(Callable &callable, const Arguments &arguments, std::index_sequence<Index...>) {
  static_cast<void>(arguments);  // unused where the slot takes no argument
  static_cast<void>(std::invoke(callable, std::get<Index>(arguments)...));
}

/// Calls with the longest prefix of the arguments that the slot takes: trailing ones may be
/// ignored.
template <std::size_t Count, class Callable, class Arguments>
void call_with_prefix(Callable &callable, const Arguments &arguments) {
  using Indices = std::make_index_sequence<Count>;
  if constexpr (TakesPrefix<Callable, Arguments, Indices>::value) {
    call_with(callable, arguments, Indices());
  } else {
    static_assert(Count > 0,
                  "the slot takes neither the signal's arguments nor the first few of them");
    if constexpr (Count > 0) call_with_prefix<Count - 1>(callable, arguments);
  }
}

template <class Callable, class... Args>
struct CallableSlot final : Slot<Args...> {
  explicit CallableSlot(Callable given) : callable(std::move(given)) {}
  void call(const Args &...args) override {
    call_with_prefix<sizeof...(Args)>(callable, std::tuple<const Args &...>(args...));
  }
  Callable callable;
};

/// A member of an object that the signal does not keep alive: the slot of a dead object is skipped.
template <class Object, class Member>
struct WeakMember {
  template <class... Given,
            class = std::enable_if_t<std::is_invocable_v<Member, Object &, Given...>>>
  void operator()(Given &&...given) const {
    if (const std::shared_ptr<Object> alive = object.lock()) {
      static_cast<void>(std::invoke(member, *alive, std::forward<Given>(given)...));
    }
  }
  std::weak_ptr<Object> object;
  Member member;
};

template <class Object, class Member>
struct RawMember {
  template <class... Given,
            class = std::enable_if_t<std::is_invocable_v<Member, Object &, Given...>>>
  void operator()(Given &&...given) const {
    static_cast<void>(std::invoke(member, *object, std::forward<Given>(given)...));
  }
  Object *object;
  Member member;
};

}  // namespace internal

/// Names one slot of one signal. Copyable; outlives both. Same thread as the signal.
class Connection {
 public:
  Connection() = default;

  /// The slot runs no more, also not later in an emission under way. No effect the second time.
  void disconnect() {
    const std::shared_ptr<internal::SlotBase> slot = slot_.lock();
    if (!slot || !slot->connected) return;
    slot->connected = false;
    if (const std::shared_ptr<internal::SlotListBase> list = list_.lock()) list->remove(slot.get());
  }

  /// False once disconnected, once the signal is gone, and once a `connect_once` slot has run.
  bool connected() const {
    const std::shared_ptr<internal::SlotBase> slot = slot_.lock();
    return slot && slot->connected;
  }

 private:
  template <class... Args>
  friend class Signal;
  Connection(std::weak_ptr<internal::SlotListBase> list, std::weak_ptr<internal::SlotBase> slot)
      : list_(std::move(list)), slot_(std::move(slot)) {}

  std::weak_ptr<internal::SlotListBase> list_;
  std::weak_ptr<internal::SlotBase> slot_;
};

/// A Connection that disconnects when it goes out of scope. Movable.
class ScopedConnection {
 public:
  ScopedConnection() = default;
  /// Takes the connection over.
  ScopedConnection(Connection connection) : connection_(std::move(connection)) {}
  ScopedConnection(const ScopedConnection &) = delete;
  ScopedConnection &operator=(const ScopedConnection &) = delete;
  /// Leaves `other` empty.
  ScopedConnection(ScopedConnection &&other) noexcept
      : connection_(std::exchange(other.connection_, Connection())) {}
  /// Disconnects what it held, and leaves `other` empty.
  ScopedConnection &operator=(ScopedConnection &&other) noexcept {
    if (this != &other) {
      connection_.disconnect();
      connection_ = std::exchange(other.connection_, Connection());
    }
    return *this;
  }
  ~ScopedConnection() { connection_.disconnect(); }

  /// As Connection::disconnect.
  void disconnect() { connection_.disconnect(); }
  /// As Connection::connected.
  bool connected() const { return connection_.connected(); }
  /// Gives the connection up without disconnecting it.
  Connection release() { return std::exchange(connection_, Connection()); }

 private:
  Connection connection_;
};

/// Something that happens, and the slots that hear of it. Shaped like Godot's Signal.
///
/// Single-threaded: connect and disconnect on the thread that polls the emitter; the library emits,
/// inside `poll()`. Slots run in the order of connection. A slot may take fewer trailing arguments;
/// what it returns is ignored. Inside a slot everything is allowed: connect (the new slot first
/// runs at the next emission), disconnect (a slot that has not run yet does not run), emit, close,
/// initialize, and destroying the emitter. An exception thrown by a slot leaves `poll()`; the slots
/// behind it do not hear of that event, everything else stays queued.
template <class... Args>
class Signal {
 public:
  Signal() = default;
  Signal(const Signal &) = delete;
  Signal &operator=(const Signal &) = delete;
  ~Signal() { disconnect_all(); }

  /// Connects any callable. Connecting it twice means two calls.
  template <class Callable>
  Connection connect(Callable callable) {
    return add(std::move(callable), false);
  }
  /// Connects a member of a shared object, by a weak reference: an object whose signal is wired to
  /// itself must not leak. The slot is skipped once the object is gone.
  template <class Object, class Member>
  Connection connect(const std::shared_ptr<Object> &object, Member member) {
    return add(internal::WeakMember<Object, Member>{object, member}, false);
  }
  /// Connects a member of an object that must outlive the connection.
  template <class Object, class Member>
  Connection connect(Object *object, Member member) {
    return add(internal::RawMember<Object, Member>{object, member}, false);
  }

  /// As `connect`, for one emission; disconnected before the slot runs.
  template <class Callable>
  Connection connect_once(Callable callable) {
    return add(std::move(callable), true);
  }
  /// As `connect`, for one emission.
  template <class Object, class Member>
  Connection connect_once(const std::shared_ptr<Object> &object, Member member) {
    return add(internal::WeakMember<Object, Member>{object, member}, true);
  }
  /// As `connect`, for one emission.
  template <class Object, class Member>
  Connection connect_once(Object *object, Member member) {
    return add(internal::RawMember<Object, Member>{object, member}, true);
  }

  /// No slot is left, and none of an emission under way runs any more.
  void disconnect_all() {
    if (list_) list_->clear();
  }

 private:
  friend struct internal::SignalAccess;
  using TypedSlot = internal::Slot<std::decay_t<Args>...>;
  using Slots = std::vector<std::shared_ptr<TypedSlot>>;

  // Copy on write: an emission under way keeps the list, and by it the running slot, as it began.
  struct SlotList final : internal::SlotListBase {
    void remove(const internal::SlotBase *slot) override {
      if (!slots) return;
      auto left = std::make_shared<Slots>();
      for (const auto &each : *slots) {
        if (each.get() != slot) left->push_back(each);
      }
      if (left->empty()) left = nullptr;
      const std::shared_ptr<Slots> before = std::exchange(slots, std::move(left));
    }
    void clear() {
      const std::shared_ptr<Slots> before = std::exchange(slots, nullptr);
      if (!before) return;
      for (const auto &each : *before) each->connected = false;
    }
    std::shared_ptr<Slots> slots;  // Null where there are none.
  };

  template <class Callable>
  Connection add(Callable callable, bool once) {
    auto slot = std::make_shared<internal::CallableSlot<Callable, std::decay_t<Args>...>>(
        std::move(callable));
    slot->once = once;
    if (!list_) list_ = std::make_shared<SlotList>();
    auto more = list_->slots ? std::make_shared<Slots>(*list_->slots) : std::make_shared<Slots>();
    more->push_back(slot);
    list_->slots = std::move(more);
    return Connection(list_, slot);
  }

  // Touches no member after the first slot has run: that slot may have destroyed the signal.
  void emit(const std::decay_t<Args> &...args) const {
    if (!list_ || !list_->slots) return;
    const std::shared_ptr<SlotList> list = list_;
    const std::shared_ptr<Slots> slots = list->slots;
    for (const auto &slot : *slots) {
      if (!slot->connected) continue;
      if (slot->once) {
        slot->connected = false;
        list->remove(slot.get());
      }
      slot->call(args...);
    }
  }

  std::shared_ptr<SlotList> list_;  // Null until the first slot: most signals have none.
};

namespace internal {

/// The library's door to emitting.
struct SignalAccess {
  template <class... Args, class... Given>
  static void emit(const Signal<Args...> &signal, const Given &...given) {
    signal.emit(given...);
  }
};

}  // namespace internal

}  // namespace peerlane

#endif  // PEERLANE_SIGNAL_HPP
