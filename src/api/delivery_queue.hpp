// SPDX-License-Identifier: MIT
#ifndef PEERLANE_API_DELIVERY_QUEUE_HPP
#define PEERLANE_API_DELIVERY_QUEUE_HPP

#include <cstddef>
#include <list>
#include <string>
#include <variant>
#include <vector>

#include "api/local_event.hpp"
#include "core/event.hpp"
#include "core/event_mailbox.hpp"

namespace peerlane::internal {

/// What a poll has to deliver, in order of occurrence: what the caller's own calls caused before
/// it, what the network had sent when it began, what its own slots cause meanwhile. Lives on the
/// caller's thread.
class DeliveryQueue {
 public:
  enum class Kind { NOTHING, LOCAL, NETWORK };

  /// Behind everything that is here.
  void push(LocalEvent event) { queue_.emplace_back(std::move(event)); }
  /// Before everything else: a further emission of the event under way.
  void push_urgent(LocalEvent event) { urgent_.push_back(std::move(event)); }

  /// A poll begins: what is here and what `mailbox` holds (null: nothing) is due, and `trailing`
  /// more events that slots cause.
  void begin(EventMailbox *mailbox, std::size_t trailing);
  /// The next event, into one of the two. NOTHING also once the bound is reached.
  Kind pop(LocalEvent &local, Event &network);
  /// Everything that was due when the poll began has been popped.
  bool arrived_done() const {
    return no_urgent() && older_ == 0 && next_arrived_ == arrived_.size();
  }
  /// The poll ends, perhaps early: what is left keeps its order.
  void end();

  bool empty() const { return no_urgent() && queue_.empty() && next_arrived_ == arrived_.size(); }
  /// Drops an undelivered description of that type.
  void withdraw_description(const std::string &type);
  /// Drops everything. Safe inside a poll.
  void clear();

 private:
  bool no_urgent() const { return next_urgent_ == urgent_.size(); }
  void clear_urgent();

  // A vector, since a deque asks the heap again every few events.
  std::vector<LocalEvent> urgent_;
  std::size_t next_urgent_ = 0;
  // Local events, and, where a slot threw, network events that were taken before them.
  std::list<std::variant<LocalEvent, Event>> queue_;  // Mostly empty, and free then.
  std::size_t older_ = 0;  // How many at the front of queue_ are older than arrived_.
  std::size_t trailing_ = 0;
  std::vector<Event> arrived_;
  std::size_t next_arrived_ = 0;
};

}  // namespace peerlane::internal

#endif  // PEERLANE_API_DELIVERY_QUEUE_HPP
