// SPDX-License-Identifier: MIT
#include "udp_socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>

#include "report.hpp"

namespace peerlane::benchmark {

namespace {

constexpr int kBufferBytes = 16 << 20;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

/// The FORCE variant passes the system's limit, and needs privileges.
void enlarge(int descriptor, int forced, int polite) {
  const int size = kBufferBytes;
  if (setsockopt(descriptor, SOL_SOCKET, forced, &size, sizeof size) != 0) {
    setsockopt(descriptor, SOL_SOCKET, polite, &size, sizeof size);
  }
}

}  // namespace

UdpSocket::UdpSocket(Batching batching)
    : descriptor_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  if (descriptor_ < 0 ||
      bind(descriptor_, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0 ||
      getsockname(descriptor_, reinterpret_cast<sockaddr *>(&address), &length) != 0) {
    throw MeasurementError(std::string("no socket: ") + std::strerror(errno));
  }
  port_ = ntohs(address.sin_port);
  enlarge(descriptor_, SO_RCVBUFFORCE, SO_RCVBUF);
  enlarge(descriptor_, SO_SNDBUFFORCE, SO_SNDBUF);
  const timeval patience{0, 100'000};
  setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const int on = 1;
  // Where the kernel cannot, each call receives one datagram.
  if (batching == Batching::ON) setsockopt(descriptor_, SOL_UDP, UDP_GRO, &on, sizeof on);
}

UdpSocket::~UdpSocket() { close(descriptor_); }

UdpSocket::Received UdpSocket::receive(std::uint8_t *buffer, bool may_block) {
  iovec part{buffer, kBatchBytes};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const ssize_t size = recvmsg(descriptor_, &message, may_block ? 0 : MSG_DONTWAIT);
  if (size <= 0) return {};
  Received received{static_cast<std::size_t>(size), static_cast<std::size_t>(size)};
  for (cmsghdr *each = CMSG_FIRSTHDR(&message); each; each = CMSG_NXTHDR(&message, each)) {
    if (each->cmsg_level == SOL_UDP && each->cmsg_type == UDP_GRO) {
      int segment = 0;
      std::memcpy(&segment, CMSG_DATA(each), sizeof segment);
      if (segment > 0) received.segment = static_cast<std::size_t>(segment);
    }
  }
  return received;
}

bool UdpSocket::send(std::uint16_t port, ByteView bytes, std::size_t segment) {
  if (bytes.size() > segment && send_batch(port, bytes, segment)) return true;
  const sockaddr_in to = loopback(port);
  bool sent = true;
  for (std::size_t at = 0; at < bytes.size(); at += segment) {
    const std::size_t size = std::min(segment, bytes.size() - at);
    sent = sendto(descriptor_, bytes.data() + at, size, 0, reinterpret_cast<const sockaddr *>(&to),
                  sizeof to) >= 0 &&
           sent;
  }
  return sent;
}

bool UdpSocket::send_batch(std::uint16_t port, ByteView bytes, std::size_t segment) {
  sockaddr_in to = loopback(port);
  iovec part{const_cast<std::uint8_t *>(bytes.data()), bytes.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(std::uint16_t))] = {};
  msghdr message{};
  message.msg_name = &to;
  message.msg_namelen = sizeof to;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_UDP;
  header->cmsg_type = UDP_SEGMENT;
  header->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
  const auto size = static_cast<std::uint16_t>(segment);
  std::memcpy(CMSG_DATA(header), &size, sizeof size);
  return sendmsg(descriptor_, &message, 0) >= 0;
}

int UdpSocket::receive_buffer() const {
  int size = 0;
  socklen_t length = sizeof size;
  getsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &size, &length);
  return size;
}

std::uint64_t overflowed_at(std::uint16_t port) {
  std::ifstream table("/proc/net/udp");
  char wanted[16];
  std::snprintf(wanted, sizeof wanted, "0100007F:%04X", port);
  // The slot, the local address, … and last the drops.
  for (std::string line; std::getline(table, line);) {
    std::istringstream words(line);
    std::string slot;
    std::string address;
    std::string last;
    words >> slot >> address;
    if (address != wanted) continue;
    while (words >> last) continue;
    return std::stoull(last);
  }
  return 0;
}

}  // namespace peerlane::benchmark
