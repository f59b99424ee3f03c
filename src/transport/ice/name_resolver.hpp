// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_ICE_NAME_RESOLVER_HPP
#define PEERLANE_TRANSPORT_ICE_NAME_RESOLVER_HPP

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/timer.hpp"

namespace peerlane {

class LoopContext;

/// Looks host names up without blocking, by the system's own means (files, DNS, multicast DNS where
/// the system does it). Lives on the strand.
///
/// libnice's own resolution is not used: it leaks, and touches freed streams, where the agent ends
/// first.
class NameResolver {
 public:
  /// IP literals; none where the name has none or the time is up.
  using Answer = std::function<void(const std::vector<std::string> &addresses)>;

  NameResolver(LoopContext &context, TimerQueue &timers);
  /// Answers of lookups under way are not called any more.
  ~NameResolver();
  NameResolver(const NameResolver &) = delete;
  NameResolver &operator=(const NameResolver &) = delete;

  /// Calls `answer` once, in a later turn, after `limit` at the latest.
  void resolve(const std::string &name, Duration limit, Answer answer);
  void cancel_all();
  /// Nothing is left to do in GLib: the context may go.
  bool idle() const { return running_.empty(); }

 private:
  struct Lookup;
  /// Without descriptors there is no lookup.
  void refuse(Answer answer);
  void finish(Lookup &lookup, const std::vector<std::string> &addresses);
  static void on_resolved(void *resolver, void *result, void *lookup);

  LoopContext &context_;
  TimerQueue &timers_;
  // Each is owned by GLib's callback, which comes always, also after a cancellation.
  std::vector<Lookup *> running_;
  Timer refusal_;
  std::vector<Answer> refused_;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_ICE_NAME_RESOLVER_HPP
