// SPDX-License-Identifier: MIT
#include "api/dropped_handles.hpp"

#include <utility>

namespace peerlane::internal {

std::shared_ptr<DataChannel> DroppedHandles::make_handle(
    const std::shared_ptr<DataChannelCore> &channel) {
  {
    const std::lock_guard guard(lock_);
    // A handle's end must not fail for want of memory.
    dropped_.reserve(alive_ + 1);
    ++alive_;
  }
  return {new DataChannel(channel), [self = shared_from_this(), channel](DataChannel *handle) {
            self->drop(handle, *channel);
          }};
}

void DroppedHandles::drop(DataChannel *handle, const DataChannelCore &channel) {
  const bool is_user = user_.load(std::memory_order_relaxed) == std::this_thread::get_id();
  if (!is_user && put_aside(handle)) return channel.wake_user();
  delete handle;
  const std::lock_guard guard(lock_);
  --alive_;
}

bool DroppedHandles::put_aside(DataChannel *handle) {
  const std::lock_guard guard(lock_);
  if (finished_) return false;
  dropped_.emplace_back(handle);
  count_.store(dropped_.size(), std::memory_order_release);
  return true;
}

void DroppedHandles::end_dropped() {
  while (!empty()) {
    // Ends outside the lock: what its slots hold may be handles.
    std::unique_ptr<DataChannel> last;
    const std::lock_guard guard(lock_);
    if (dropped_.empty()) return;
    last = std::move(dropped_.back());
    dropped_.pop_back();
    --alive_;
    count_.store(dropped_.size(), std::memory_order_release);
  }
}

void DroppedHandles::finish() {
  {
    const std::lock_guard guard(lock_);
    finished_ = true;
  }
  end_dropped();
}

}  // namespace peerlane::internal
