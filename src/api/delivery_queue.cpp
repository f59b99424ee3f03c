// SPDX-License-Identifier: MIT
#include "api/delivery_queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace peerlane::internal {

namespace {
constexpr std::size_t kKeptEvents = 16384;
constexpr std::size_t kKeptUrgentEvents = 256;
}  // namespace

void DeliveryQueue::begin(EventMailbox *mailbox, std::size_t trailing) {
  older_ = queue_.size();
  trailing_ = trailing;
  // Asking first saves the lock where nothing came: most polls of a game.
  if (mailbox && mailbox->ready()) mailbox->take(arrived_);
}

DeliveryQueue::Kind DeliveryQueue::pop(LocalEvent &local, Event &network) {
  if (!no_urgent()) {
    local = std::move(urgent_[next_urgent_++]);
    if (no_urgent()) clear_urgent();
    return Kind::LOCAL;
  }
  if (older_ == 0 && next_arrived_ < arrived_.size()) {
    network = std::move(arrived_[next_arrived_++]);
    return Kind::NETWORK;
  }
  if (queue_.empty()) return Kind::NOTHING;
  if (older_ > 0) {
    --older_;
  } else if (trailing_ > 0) {
    --trailing_;
  } else {
    return Kind::NOTHING;
  }
  auto front = std::move(queue_.front());
  queue_.pop_front();
  if (auto *event = std::get_if<LocalEvent>(&front)) {
    local = std::move(*event);
    return Kind::LOCAL;
  }
  network = std::move(std::get<Event>(front));
  return Kind::NETWORK;
}

void DeliveryQueue::end() {
  if (next_arrived_ < arrived_.size()) {
    const auto from = arrived_.begin() + static_cast<std::ptrdiff_t>(next_arrived_);
    queue_.insert(std::next(queue_.begin(), static_cast<std::ptrdiff_t>(older_)),
                  std::make_move_iterator(from), std::make_move_iterator(arrived_.end()));
  }
  older_ = 0;
  arrived_.clear();
  // It goes round through the mailbox. An idle connection must not pay for its largest burst.
  if (arrived_.capacity() > kKeptEvents) std::vector<Event>().swap(arrived_);
  next_arrived_ = 0;
}

void DeliveryQueue::withdraw_description(const std::string &type) {
  std::size_t index = 0;
  for (auto each = queue_.begin(); each != queue_.end();) {
    const auto *local = std::get_if<LocalEvent>(&*each);
    const auto *created = local ? std::get_if<DescriptionCreated>(local) : nullptr;
    if (created && created->type == type) {
      each = queue_.erase(each);
      if (index < older_) --older_;
    } else {
      ++each;
      ++index;
    }
  }
}

void DeliveryQueue::clear() {
  // Destroyed last: a handle among them may be the last one, and its end calls back.
  DeliveryQueue dropped;
  std::swap(dropped.urgent_, urgent_);
  std::swap(dropped.queue_, queue_);
  std::swap(dropped.arrived_, arrived_);
  next_urgent_ = 0;
  older_ = 0;
  next_arrived_ = 0;
}

void DeliveryQueue::clear_urgent() {
  urgent_.clear();
  next_urgent_ = 0;
  if (urgent_.capacity() > kKeptUrgentEvents) std::vector<LocalEvent>().swap(urgent_);
}

}  // namespace peerlane::internal
