// SPDX-License-Identifier: MIT
#include "transport/sctp/usrsctp_socket.hpp"

#include <usrsctp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace peerlane {

namespace {

// Options that usrsctp has but its public header lacks (netinet/sctp.h, netinet/sctp_uio.h).
constexpr int kInterleavingSupported = 0x1206;  // SCTP_INTERLEAVING_SUPPORTED
constexpr int kGetSendBufferUse = 0x1101;       // SCTP_GET_SNDBUF_USE
struct SendBufferUse {
  sctp_assoc_t association;
  std::uint32_t send_bytes;
  std::uint32_t receive_bytes;
};

constexpr std::size_t kPacketHeader = 12;

void on_upcall(struct socket *, void *id, int) {
  UsrsctpRuntime::on_upcall(reinterpret_cast<std::uintptr_t>(id));
}

struct sockaddr_conn address(std::uint64_t id, std::uint16_t port) {
  struct sockaddr_conn result {};
  result.sconn_family = AF_CONN;
  result.sconn_port = htons(port);
  result.sconn_addr = usrsctp_address(id);
#ifdef HAVE_SCONN_LEN
  result.sconn_len = sizeof result;
#endif
  return result;
}

Failure cannot(const char *what) {
  return {Error::ERR_CANT_CREATE, std::string("usrsctp cannot ") + what + ": " + strerror(errno)};
}

}  // namespace

UsrsctpSocket::UsrsctpSocket(std::shared_ptr<SctpOutbox> outbox)
    : outbox_(std::move(outbox)), id_(UsrsctpRuntime::instance().add(outbox_)) {}

UsrsctpSocket::~UsrsctpSocket() {
  UsrsctpRuntime &runtime = UsrsctpRuntime::instance();
  if (socket_ != nullptr) {
    const std::lock_guard lock(runtime.lifecycle_lock());
    const UsrsctpRuntime::Call call(id_, *outbox_);
    usrsctp_set_upcall(socket_, nullptr, nullptr);
    // With SO_LINGER of 0 seconds this sends ABORT and lets go of everything at once.
    usrsctp_close(socket_);
  }
  // Only now, since the ABORT needs the address.
  runtime.remove(id_);
}

template <class Value>
bool UsrsctpSocket::set(int option, const Value &value) {
  return usrsctp_setsockopt(socket_, IPPROTO_SCTP, option, &value, sizeof value) == 0;
}

Status UsrsctpSocket::connect(const SctpTransport::Options &options, std::uint16_t streams) {
  const std::lock_guard lock(UsrsctpRuntime::instance().lifecycle_lock());
  const UsrsctpRuntime::Call call(id_, *outbox_);
  socket_ = usrsctp_socket(AF_CONN, SOCK_STREAM, IPPROTO_SCTP, nullptr, nullptr, 0, nullptr);
  if (socket_ == nullptr) return cannot("make a socket");
  if (Status status = configure(options, streams); !status) return status;
  if (Status status = configure_path(options); !status) return status;
  auto local = address(id_, options.local_port);
  if (usrsctp_bind(socket_, reinterpret_cast<struct sockaddr *>(&local), sizeof local) != 0) {
    return cannot("bind");
  }
  auto remote = address(id_, options.remote_port);
  if (usrsctp_connect(socket_, reinterpret_cast<struct sockaddr *>(&remote), sizeof remote) != 0 &&
      errno != EINPROGRESS) {
    return cannot("connect");
  }
  return {};
}

Status UsrsctpSocket::configure(const SctpTransport::Options &options, std::uint16_t streams) {
  if (usrsctp_set_non_blocking(socket_, 1) != 0) return cannot("be non-blocking");
  if (usrsctp_set_upcall(socket_, on_upcall, usrsctp_address(id_)) != 0)
    return cannot("set a callback");
  struct linger linger {};
  linger.l_onoff = 1;
  const auto receive_buffer = static_cast<int>(options.receive_window);
  // Not allocated in advance, so the limit may be what the longest path needs; a message that does
  // not fit could never be sent.
  const auto send_buffer = static_cast<int>(
      options.send_buffer != 0 ? options.send_buffer : (8u << 20) + options.max_message_size);
  if (usrsctp_setsockopt(socket_, SOL_SOCKET, SO_LINGER, &linger, sizeof linger) != 0 ||
      usrsctp_setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(int)) != 0 ||
      usrsctp_setsockopt(socket_, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof(int)) != 0) {
    return cannot("set the buffers");
  }
  struct sctp_initmsg init {};
  init.sinit_num_ostreams = streams;
  init.sinit_max_instreams = 65535;  // StreamTables says what is announced.
  // Both kinds: a peer of ours may add streams. The filter keeps out the rest that this allows.
  struct sctp_assoc_value reset {};
  reset.assoc_id = SCTP_FUTURE_ASSOC;
  reset.assoc_value = SCTP_ENABLE_RESET_STREAM_REQ | SCTP_ENABLE_CHANGE_ASSOC_REQ;
  // Pieces of a message only where it is longer than any may be. Then it can be told early.
  const auto delivery_point =
      static_cast<std::uint32_t>(std::min(options.max_message_size + 2048, options.receive_window));
  // Level 2, without which messages are not interleaved (RFC 8260 section 4.3.1).
  const std::uint32_t interleave = options.interleaving ? 2 : 0;
  if (!set(SCTP_NODELAY, 1) || !set(SCTP_RECVRCVINFO, 1) || !set(SCTP_INITMSG, init) ||
      !set(SCTP_ENABLE_STREAM_RESET, reset) || !set(SCTP_PARTIAL_DELIVERY_POINT, delivery_point) ||
      !set(SCTP_FRAGMENT_INTERLEAVE, interleave) || !subscribe()) {
    return cannot("set its options");
  }
  if (options.interleaving) {
    struct sctp_assoc_value interleaving {};
    interleaving.assoc_id = SCTP_FUTURE_ASSOC;
    interleaving.assoc_value = 1;
    set(kInterleavingSupported, interleaving);  // An older one cannot, and need not.
  }
  return {};
}

Status UsrsctpSocket::configure_path(const SctpTransport::Options &options) {
  struct sctp_paddrparams path {};
  path.spp_address.ss_family = AF_CONN;
  // Heartbeats are sent where somebody asks for them.
  path.spp_flags = SPP_PMTUD_DISABLE | SPP_HB_DISABLE;
  // For this kind of address usrsctp adds the common header.
  path.spp_pathmtu = static_cast<std::uint32_t>(options.max_packet_size - kPacketHeader);
  if (!set(SCTP_PEER_ADDR_PARAMS, path)) return cannot("set the path's options");
  return {};
}

void UsrsctpSocket::send_heartbeat(std::uint16_t remote_port) {
  const UsrsctpRuntime::Call call(id_, *outbox_);
  struct sctp_paddrparams path {};
  const auto remote = address(id_, remote_port);
  std::memcpy(&path.spp_address, &remote, sizeof remote);
  path.spp_flags = SPP_HB_DEMAND;
  set(SCTP_PEER_ADDR_PARAMS, path);
}

bool UsrsctpSocket::subscribe() {
  for (const int type : {SCTP_ASSOC_CHANGE, SCTP_STREAM_RESET_EVENT, SCTP_STREAM_CHANGE_EVENT,
                         SCTP_PARTIAL_DELIVERY_EVENT}) {
    struct sctp_event event {};
    event.se_assoc_id = SCTP_FUTURE_ASSOC;
    event.se_type = static_cast<std::uint16_t>(type);
    event.se_on = 1;
    if (!set(SCTP_EVENT, event)) return false;
  }
  return true;
}

void UsrsctpSocket::input(ByteView packet) {
  const UsrsctpRuntime::Call call(id_, *outbox_);
  usrsctp_conninput(usrsctp_address(id_), packet.data(), packet.size(), 0);
}

void UsrsctpSocket::set_no_delay(bool no_delay) {
  if (no_delay == no_delay_) return;
  no_delay_ = no_delay;
  set(SCTP_NODELAY, no_delay ? 1 : 0);
}

SctpSendStatus UsrsctpSocket::send(const SctpMessage &message, std::uint16_t retransmissions) {
  const UsrsctpRuntime::Call call(id_, *outbox_);
  // With Nagle's algorithm a packet waits until it is full or the last message has come.
  set_no_delay(!message.more_follows);
  struct sctp_sendv_spa info {};
  info.sendv_flags = SCTP_SEND_SNDINFO_VALID;
  info.sendv_sndinfo.snd_sid = message.stream;
  info.sendv_sndinfo.snd_flags = message.ordered ? 0 : SCTP_UNORDERED;
  info.sendv_sndinfo.snd_ppid = htonl(static_cast<std::uint32_t>(message.ppid));
  if (message.reliability != SctpMessage::Reliability::RELIABLE) {
    info.sendv_flags |= SCTP_SEND_PRINFO_VALID;
    info.sendv_prinfo.pr_policy = SCTP_PR_SCTP_RTX;
    info.sendv_prinfo.pr_value = retransmissions;
  }
  errno = 0;
  const ssize_t sent = usrsctp_sendv(socket_, message.payload.data(), message.payload.size(),
                                     nullptr, 0, &info, sizeof info, SCTP_SENDV_SPA, 0);
  if (sent == static_cast<ssize_t>(message.payload.size())) return SctpSendStatus::SENT;
  return errno == EWOULDBLOCK ? SctpSendStatus::FULL : SctpSendStatus::FAILED;
}

UsrsctpSocket::Piece UsrsctpSocket::receive(std::uint8_t *buffer, std::size_t size) {
  const UsrsctpRuntime::Call call(id_, *outbox_);
  struct sctp_rcvinfo info {};
  socklen_t info_size = sizeof info;
  unsigned int info_type = SCTP_RECVV_NOINFO;
  int flags = 0;
  errno = 0;
  const ssize_t count =
      usrsctp_recvv(socket_, buffer, size, nullptr, nullptr, &info, &info_size, &info_type, &flags);
  Piece piece;
  if (count <= 0) {
    const bool nothing = count < 0 && (errno == EWOULDBLOCK || errno == EINTR);
    piece.kind = nothing ? Piece::Kind::NOTHING : Piece::Kind::END;
    return piece;
  }
  piece.size = static_cast<std::size_t>(count);
  piece.complete = (flags & MSG_EOR) != 0;
  piece.kind = (flags & MSG_NOTIFICATION) != 0 ? Piece::Kind::NOTIFICATION : Piece::Kind::DATA;
  piece.unordered = (info.rcv_flags & SCTP_UNORDERED) != 0;
  piece.stream = info.rcv_sid;
  piece.ppid = ntohl(info.rcv_ppid);
  piece.tsn = info.rcv_tsn;
  return piece;
}

UsrsctpSocket::RequestResult UsrsctpSocket::reset_outgoing(
    const std::vector<std::uint16_t> &streams) {
  const UsrsctpRuntime::Call call(id_, *outbox_);
  // struct sctp_reset_streams ends in a flexible array.
  const std::size_t size = sizeof(struct sctp_reset_streams) + 2 * streams.size();
  std::vector<std::uint32_t> storage(size / 4 + 1);
  auto *request = reinterpret_cast<struct sctp_reset_streams *>(storage.data());
  request->srs_flags = SCTP_STREAM_RESET_OUTGOING;
  request->srs_number_streams = static_cast<std::uint16_t>(streams.size());
  std::memcpy(request->srs_stream_list, streams.data(), 2 * streams.size());
  if (usrsctp_setsockopt(socket_, IPPROTO_SCTP, SCTP_RESET_STREAMS, request,
                         static_cast<socklen_t>(size)) == 0) {
    return RequestResult::DONE;
  }
  return errno == EOPNOTSUPP ? RequestResult::NEVER : RequestResult::LATER;
}

UsrsctpSocket::RequestResult UsrsctpSocket::add_outgoing(std::uint16_t count) {
  const UsrsctpRuntime::Call call(id_, *outbox_);
  struct sctp_add_streams request {};
  request.sas_outstrms = count;
  if (set(SCTP_ADD_STREAMS, request)) return RequestResult::DONE;
  return errno == EALREADY || errno == EAGAIN ? RequestResult::LATER : RequestResult::NEVER;
}

UsrsctpSocket::Numbers UsrsctpSocket::numbers() const {
  Numbers numbers;
  struct sctp_status status {};
  socklen_t size = sizeof status;
  if (socket_ == nullptr ||
      usrsctp_getsockopt(socket_, IPPROTO_SCTP, SCTP_STATUS, &status, &size) != 0) {
    return numbers;
  }
  numbers.exists = true;
  numbers.open = status.sstat_state != SCTP_CLOSED && status.sstat_state != SCTP_COOKIE_WAIT &&
                 status.sstat_state != SCTP_COOKIE_ECHOED && status.sstat_state != SCTP_BOUND;
  numbers.waits_for_init_ack = status.sstat_state == SCTP_COOKIE_WAIT;
  numbers.smoothed_round_trip_ms = status.sstat_primary.spinfo_srtt;
  numbers.retransmission_timeout_ms = status.sstat_primary.spinfo_rto;
  numbers.congestion_window = status.sstat_primary.spinfo_cwnd;
  numbers.peer_window = status.sstat_rwnd;
  numbers.incoming_streams = status.sstat_instrms;
  numbers.outgoing_streams = status.sstat_outstrms;
  SendBufferUse use{};
  size = sizeof use;
  if (usrsctp_getsockopt(socket_, IPPROTO_SCTP, kGetSendBufferUse, &use, &size) == 0) {
    numbers.inside = use.send_bytes;
  }
  return numbers;
}

bool UsrsctpSocket::interleaves() const {
  struct sctp_assoc_value value {};
  socklen_t size = sizeof value;
  return socket_ != nullptr &&
         usrsctp_getsockopt(socket_, IPPROTO_SCTP, kInterleavingSupported, &value, &size) == 0 &&
         value.assoc_value != 0;
}

}  // namespace peerlane
