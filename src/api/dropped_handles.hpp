// SPDX-License-Identifier: MIT
#ifndef PEERLANE_API_DROPPED_HANDLES_HPP
#define PEERLANE_API_DROPPED_HANDLES_HPP

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "api/data_channel_core.hpp"
#include "peerlane/data_channel.hpp"

namespace peerlane::internal {

/// Makes the handles of a connection's channels, and takes them back. `put_packet` may be called
/// from any thread, so the last handle may also be dropped on any: where that is not the thread
/// that uses the connection, the handle waits here until that one polls. Any thread.
class DroppedHandles : public std::enable_shared_from_this<DroppedHandles> {
 public:
  std::shared_ptr<DataChannel> make_handle(const std::shared_ptr<DataChannelCore> &channel);
  /// The calling thread uses the connection from now on.
  void note_user() { user_.store(std::this_thread::get_id(), std::memory_order_relaxed); }
  bool empty() const { return count_.load(std::memory_order_acquire) == 0; }
  /// Ends those that wait. On the user's thread; their slots' captures go with them.
  void end_dropped();
  /// The connection is gone: from now on a handle ends where it is dropped.
  void finish();

 private:
  void drop(DataChannel *handle, const DataChannelCore &channel);
  bool put_aside(DataChannel *handle);

  std::atomic<std::thread::id> user_{std::this_thread::get_id()};
  std::atomic<std::size_t> count_{0};  // Of `dropped_`.

  std::mutex lock_;
  std::vector<std::unique_ptr<DataChannel>> dropped_;
  std::size_t alive_ = 0;
  bool finished_ = false;
};

}  // namespace peerlane::internal

#endif  // PEERLANE_API_DROPPED_HANDLES_HPP
