// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_STRAND_CONNECTION_HPP
#define PEERLANE_TRANSPORT_STRAND_CONNECTION_HPP

#include <memory>

#include "core/network_connection.hpp"
#include "io/strand.hpp"

namespace peerlane {

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
  void fill_stats(PeerConnectionStats &stats) const override;
  const std::shared_ptr<ConnectionLink> &link() const override { return link_; }

 private:
  struct Shared;
  template <class Payload>
  void send_or_queue(ChannelLink &channel, bool is_text, Payload &&payload);

  const std::shared_ptr<Strand> strand_;
  const std::shared_ptr<ConnectionLink> link_;
  std::shared_ptr<Shared> shared_;  // Null only in the destructor.
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_STRAND_CONNECTION_HPP
