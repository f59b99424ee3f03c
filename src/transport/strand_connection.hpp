// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_STRAND_CONNECTION_HPP
#define PEERLANE_TRANSPORT_STRAND_CONNECTION_HPP

#include <memory>
#include <vector>

#include "core/network_connection.hpp"
#include "io/loop_context.hpp"
#include "io/strand.hpp"

namespace peerlane {

class DirectWait;

/// The real network side of a connection: carries commands, messages and events between the API
/// side and a TransportStack on its strand. Any thread.
class StrandConnection final : public NetworkConnection {
 public:
  /// `life` is kept until the last of the transport is gone.
  StrandConnection(std::shared_ptr<Strand> strand, std::shared_ptr<void> life);
  ~StrandConnection() override;

  void execute(Command command) override;
  void send(ChannelLink &channel, bool is_text, PackedByteArray &&payload) override;
  void send(ChannelLink &channel, bool is_text, ByteView payload) override;
  void post_wakeup() override;
  void help() override;
  bool wait(std::chrono::milliseconds timeout) override;
  void fill_stats(PeerConnectionStats &stats) const override;
  const std::shared_ptr<ConnectionLink> &link() const override { return link_; }

 private:
  struct Shared;
  bool is_quiet();
  void wait_for_sockets(DirectWait &direct, std::chrono::milliseconds time);
  /// Handles those that are ready, and borrows them (anew). False where there are none.
  bool borrow_sockets(Duration time);
  void return_sockets();
  template <class Payload>
  void send_or_queue(ChannelLink &channel, bool is_text, Payload &&payload);

  const std::shared_ptr<Strand> strand_;
  const std::shared_ptr<ConnectionLink> link_;
  std::shared_ptr<Shared> shared_;  // Null only in the destructor.
  // Of the thread that waits.
  std::uint64_t former_traffic_ = 0;  // At the last wait.
  std::vector<WatchedDescriptor> sockets_;
  bool has_sockets_ = false;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_STRAND_CONNECTION_HPP
