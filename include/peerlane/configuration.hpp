// SPDX-License-Identifier: MIT
#ifndef PEERLANE_CONFIGURATION_HPP
#define PEERLANE_CONFIGURATION_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace peerlane {

/// A STUN or TURN server. W3C: RTCIceServer.
struct IceServer {
  /// `stun:host[:port]`, `turn:host[:port][?transport=udp|tcp]`,
  /// `turns:host[:port][?transport=tcp]` (RFC 7064, RFC 7065). `turns:` is TURN over TLS; the
  /// server's certificate has to be for `host`.
  std::vector<std::string> urls = {};
  std::string username = {};    ///< TURN only.
  std::string credential = {};  ///< TURN only: the password.
};

/// Which candidates may be used. W3C: RTCIceTransportPolicy.
enum class IceTransportPolicy {
  ALL,    ///< Every candidate.
  RELAY,  ///< Only addresses of TURN servers: the peer never learns ours.
};

/// How a connection is set up. Every default works; nothing has to be set for peers on one network.
struct Configuration {
  /// Asked for our public address (STUN) and for a relayed one (TURN). Names are resolved
  /// asynchronously.
  std::vector<IceServer> ice_servers = {};
  /// RELAY hides our addresses from the peer; it needs a TURN server.
  IceTransportPolicy ice_transport_policy = IceTransportPolicy::ALL;
  /// IP literal to bind to; "" = every interface. `127.0.0.1` and `::1` include loopback by
  /// themselves.
  std::string bind_address = {};
  /// First UDP port to use; 0 = any port. For servers behind a firewall. An ICE restart takes other
  /// ports of the range, besides those in use until then; where there are none left, it keeps them.
  std::uint16_t port_range_begin = 0;
  /// Last UDP port to use; 0 = any port.
  std::uint16_t port_range_end = 0;
  /// Also gather TCP candidates (RFC 6544). Off: they cost sockets and rarely connect where UDP and
  /// TURN do not.
  bool enable_ice_tcp = false;
  /// Loopback addresses are candidates if true, or if the machine has no other address.
  bool enable_loopback = false;
  /// Largest UDP payload in bytes, 576 to 16384; 0 = 1200, which passes every path that WebRTC is
  /// used on.
  std::size_t mtu = 0;
  /// Largest message accepted, in bytes; advertised as `a=max-message-size` (RFC 8841 section 6).
  /// 1 to 1073741824.
  std::size_t max_message_size = 262144;
  /// Received and unread, per connection: payload + 64 bytes for each message. At the limit reading
  /// stops and the peer has to wait; nothing is dropped.
  std::size_t receive_buffer_limit = 16u << 20;
  /// Accepted by `put_packet` and not yet taken for transmission, per channel: payload + 64 bytes
  /// for each message.
  std::size_t send_buffer_limit = 16u << 20;
  /// Channels opened by the peer and open at one time; more are reset, since each costs memory.
  std::size_t max_incoming_channels = 256;
  /// Silence of the peer until STATE_DISCONNECTED. A peer that lives is heard every three seconds
  /// or so, by SCTP heartbeats.
  std::chrono::milliseconds disconnected_timeout{5000};
  /// Silence of the peer until STATE_FAILED: the time of RFC 7675 section 5.1.
  std::chrono::milliseconds failed_timeout{30000};
  /// Certificate in PEM; "" = a fresh ECDSA P-256 certificate for each connection. Refused if it
  /// has expired or is not valid yet, or if its key is weaker than RSA of 2048 bits or ECDSA on
  /// P-256.
  std::string certificate_pem = {};
  /// Private key of that certificate in PEM. Both or none.
  std::string private_key_pem = {};
  /// Applies created descriptions without `set_local_description`, as Godot's native plugin does
  /// ([B1] in docs/godot-differences.md).
  bool auto_local_description = false;
  /// Certificate authorities in PEM, one behind the other, that may vouch for a `turns:` server; ""
  /// = those of the system, as OpenSSL finds them (SSL_CERT_FILE and SSL_CERT_DIR change where).
  std::string ice_server_ca_pem = {};
};

/// How a data channel behaves. W3C: RTCDataChannelInit, in snake_case.
struct DataChannelOptions {
  /// Both ends create the channel with the same `id`; nothing is announced, `data_channel_received`
  /// does not fire.
  bool negotiated = false;
  /// 0 to 65534, needed with `negotiated` and ignored without it.
  std::optional<int> id = std::nullopt;
  /// False: messages are delivered as they arrive.
  bool ordered = true;
  /// How often a lost message is sent again, 0 to 65535. Not together with `max_packet_life_time`.
  std::optional<int> max_retransmits = std::nullopt;
  /// For how many milliseconds a message is worth sending, 0 to 65535.
  std::optional<int> max_packet_life_time = std::nullopt;
  /// Name of the subprotocol, free text of at most 65535 bytes.
  std::string protocol = {};
};

}  // namespace peerlane

#endif  // PEERLANE_CONFIGURATION_HPP
