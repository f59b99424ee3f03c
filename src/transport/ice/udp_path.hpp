// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_ICE_UDP_PATH_HPP
#define PEERLANE_TRANSPORT_ICE_UDP_PATH_HPP

#include <gio/gio.h>

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "core/timer.hpp"
#include "peerlane/types.hpp"
#include "transport/ice/gobject_ptr.hpp"
#include "transport/ice/socket_address.hpp"

namespace peerlane {

/// What was thrown away, by reason.
using DropCounters = std::map<std::string, std::uint64_t>;

/// The way past libnice for a selected pair that is plain UDP: many datagrams with one system call,
/// out and in. Lives on the strand.
///
/// The socket stays libnice's. Holding its GSocket is safe where holding the descriptor would not
/// be: once libnice has closed it, the GSocket has none.
class UdpPath {
 public:
  UdpPath(TimerQueue &timers, bool allow_segmentation, bool allow_receive_offload,
          DropCounters &dropped);
  ~UdpPath();

  /// From now on to `remote` from `socket`. What is not a UDP socket, or of another family, makes
  /// the path unusable.
  void use(GObjectPtr<GSocket> socket, const SocketAddress &remote);
  void forget();
  /// False where the path cannot be used; nothing was sent then.
  bool send(std::span<const ByteView> datagrams);

  enum class Input {
    NONE,
    DATA,   ///< From the peer, and neither STUN nor TURN (RFC 7983).
    OTHER,  ///< For libnice to read.
  };
  /// What waits in the socket. Data is read: one datagram, or several that the kernel has merged;
  /// valid until the next call on this thread.
  Input receive(ByteView &data);
  /// -1 where the path cannot be used.
  int descriptor() const;

  /// A STUN packet came merged with data, out of libnice's sight: no merging for some seconds,
  /// until it is sent again.
  void suspend_receive_offload();

 private:
  void set_up_socket();
  void set_receive_offload(bool on);
  /// False where the rest of the batch is lost: the socket takes no more now.
  bool send_segments(int socket, std::span<const ByteView> datagrams);
  bool send_plain(int socket, std::span<const ByteView> datagrams);
  /// True where a later datagram may still go out.
  bool survives(int error, std::size_t datagrams);

  const bool allow_segmentation_;
  const bool allow_receive_offload_;
  DropCounters &dropped_;
  Timer resume_receive_offload_;
  GObjectPtr<GSocket> socket_;
  SocketAddress remote_;
  bool segmentation_ = false;
  bool receive_offload_ = false;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_ICE_UDP_PATH_HPP
