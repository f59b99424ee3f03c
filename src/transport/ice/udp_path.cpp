// SPDX-License-Identifier: MIT
#include "transport/ice/udp_path.hpp"

#include <netinet/udp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace peerlane {

namespace {

// UDP_MAX_SEGMENTS of the kernel is 64; what is sent has to fit one IP packet of 64 KiB too.
constexpr std::size_t kMaxSegments = 60;
constexpr std::size_t kMaxSegmentedBytes = 64000;
constexpr std::size_t kMaxPlainAtOnce = 64;
constexpr std::size_t kMaxDatagram = 65536;
constexpr std::uint8_t kFirstDtls = 20, kLastDtls = 63;  // RFC 7983 section 7
// A window of SCTP can arrive in one go; the kernel's default of 208 KiB holds a fifth of it. The
// kernel cuts what is above its own limit.
constexpr int kSocketBuffer = 4 << 20;
// STUN is sent again after 0.5, 1 and 2 seconds (RFC 8489 section 6.2.1).
constexpr Duration kReceiveOffloadPause = std::chrono::seconds(5);

/// How many datagrams from the first on fit one segmented send: equal sizes, the last may be
/// shorter.
std::size_t run_length(std::span<const ByteView> datagrams) {
  const std::size_t size = datagrams.front().size();
  std::size_t total = size;
  std::size_t count = 1;
  while (count < datagrams.size() && count < kMaxSegments) {
    const std::size_t next = datagrams[count].size();
    if (next > size || next == 0 || total + next > kMaxSegmentedBytes) break;
    total += next;
    ++count;
    if (next < size) break;
  }
  return count;
}

iovec vector_of(ByteView datagram) {
  return {const_cast<std::uint8_t *>(datagram.data()), datagram.size()};
}

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS; }

}  // namespace

UdpPath::UdpPath(TimerQueue &timers, bool allow_segmentation, bool allow_receive_offload,
                 DropCounters &dropped)
    : allow_segmentation_(allow_segmentation),
      allow_receive_offload_(allow_receive_offload),
      dropped_(dropped),
      resume_receive_offload_(timers, [this] { set_receive_offload(allow_receive_offload_); }) {}

UdpPath::~UdpPath() { forget(); }

int UdpPath::descriptor() const { return socket_ ? g_socket_get_fd(socket_.get()) : -1; }

void UdpPath::use(GObjectPtr<GSocket> socket, const SocketAddress &remote) {
  if (!socket || g_socket_get_socket_type(socket.get()) != G_SOCKET_TYPE_DATAGRAM) return forget();
  const auto local = SocketAddress::of_socket(g_socket_get_fd(socket.get()));
  if (!local || local->is_v4() != remote.is_v4()) return forget();
  remote_ = remote;
  if (socket == socket_) return;
  forget();
  socket_ = std::move(socket);
  set_up_socket();
}

void UdpPath::forget() {
  // The pair that comes next may be a TURN relay on the same socket, which libnice reads one
  // message at a time.
  set_receive_offload(false);
  resume_receive_offload_.cancel();
  socket_.reset();
  receive_offload_ = false;
}

void UdpPath::set_up_socket() {
  const int socket = descriptor();
  // FORCE goes beyond the administrator's limit and needs CAP_NET_ADMIN.
  for (const auto &[forced, plain] :
       {std::pair(SO_RCVBUFFORCE, SO_RCVBUF), std::pair(SO_SNDBUFFORCE, SO_SNDBUF)}) {
    if (setsockopt(socket, SOL_SOCKET, forced, &kSocketBuffer, sizeof kSocketBuffer) != 0) {
      setsockopt(socket, SOL_SOCKET, plain, &kSocketBuffer, sizeof kSocketBuffer);
    }
  }
  segmentation_ = allow_segmentation_;
  set_receive_offload(allow_receive_offload_);
}

void UdpPath::set_receive_offload(bool on) {
  const int socket = descriptor();
  if (socket < 0 || on == receive_offload_) return;
  const int value = on ? 1 : 0;
  if (setsockopt(socket, SOL_UDP, UDP_GRO, &value, sizeof value) == 0) receive_offload_ = on;
}

void UdpPath::suspend_receive_offload() {
  set_receive_offload(false);
  resume_receive_offload_.arm_in(kReceiveOffloadPause);
}

bool UdpPath::send(std::span<const ByteView> datagrams) {
  const int socket = descriptor();
  if (socket < 0) return false;
  while (!datagrams.empty()) {
    std::size_t count =
        segmentation_ ? run_length(datagrams) : std::min(datagrams.size(), kMaxPlainAtOnce);
    const std::span<const ByteView> next = datagrams.first(count);
    const bool goes_on =
        segmentation_ && count > 1 ? send_segments(socket, next) : send_plain(socket, next);
    datagrams = datagrams.subspan(count);
    if (!goes_on) {
      if (!datagrams.empty()) dropped_["ice_send_buffer_full"] += datagrams.size();
      break;
    }
  }
  return true;
}

UdpPath::Input UdpPath::receive(ByteView &data) {
  const int socket = descriptor();
  if (socket < 0) return Input::OTHER;
  std::uint8_t first = 0;
  sockaddr_storage from{};
  iovec vector{&first, sizeof first};
  msghdr message{};
  message.msg_name = &from;
  message.msg_namelen = sizeof from;
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  // Once it is taken out, libnice could not get it any more.
  if (recvmsg(socket, &message, MSG_PEEK | MSG_DONTWAIT) < 0)
    return would_block(errno) || errno == EINTR ? Input::NONE : Input::OTHER;
  if (first < kFirstDtls || first > kLastDtls) return Input::OTHER;
  const auto sender = SocketAddress::from_native(reinterpret_cast<const sockaddr *>(&from));
  if (!sender || *sender != remote_) return Input::OTHER;
  // No array: that would lie in the stack of each thread of the process.
  thread_local std::vector<std::uint8_t> buffer(kMaxDatagram);
  const ssize_t size = recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size < 0) return Input::NONE;
  data = ByteView(buffer.data(), static_cast<std::size_t>(size));
  return Input::DATA;
}

bool UdpPath::send_segments(int socket, std::span<const ByteView> datagrams) {
  std::array<iovec, kMaxSegments> vectors;
  std::transform(datagrams.begin(), datagrams.end(), vectors.begin(), vector_of);
  const auto segment = static_cast<std::uint16_t>(datagrams.front().size());
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof segment)> control{};
  msghdr message{};
  message.msg_name = const_cast<sockaddr *>(remote_.native());
  message.msg_namelen = remote_.native_size();
  message.msg_iov = vectors.data();
  message.msg_iovlen = datagrams.size();
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_UDP;
  header->cmsg_type = UDP_SEGMENT;
  header->cmsg_len = CMSG_LEN(sizeof segment);
  std::memcpy(CMSG_DATA(header), &segment, sizeof segment);
  ssize_t sent = -1;
  do {
    sent = sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent >= 0) return true;
  if (would_block(errno)) return survives(errno, datagrams.size());
  // EIO: the interface computes no checksums. EINVAL: segments above its MTU. Others: a kernel that
  // knows nothing of it.
  if (errno == EIO || errno == EINVAL || errno == EMSGSIZE || errno == ENOPROTOOPT ||
      errno == EOPNOTSUPP) {
    segmentation_ = false;
    return send_plain(socket, datagrams);
  }
  return survives(errno, datagrams.size());
}

bool UdpPath::send_plain(int socket, std::span<const ByteView> datagrams) {
  std::array<iovec, kMaxPlainAtOnce> vectors;
  std::array<mmsghdr, kMaxPlainAtOnce> messages;
  for (std::size_t i = 0; i < datagrams.size(); ++i) {
    vectors[i] = vector_of(datagrams[i]);
    messages[i] = {};
    messages[i].msg_hdr.msg_name = const_cast<sockaddr *>(remote_.native());
    messages[i].msg_hdr.msg_namelen = remote_.native_size();
    messages[i].msg_hdr.msg_iov = &vectors[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  std::size_t done = 0;
  while (done < datagrams.size()) {
    const auto left = static_cast<unsigned>(datagrams.size() - done);
    const int sent = sendmmsg(socket, &messages[done], left, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
      done += static_cast<std::size_t>(sent);
    } else if (errno != EINTR) {
      const bool blocked = would_block(errno);
      if (!survives(errno, blocked ? left : 1)) return false;
      ++done;
    }
  }
  return true;
}

bool UdpPath::survives(int error, std::size_t datagrams) {
  if (would_block(error)) {
    dropped_["ice_send_buffer_full"] += datagrams;
    return false;
  }
  dropped_["ice_send_failed"] += datagrams;
  return true;
}

}  // namespace peerlane
