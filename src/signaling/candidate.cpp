// SPDX-License-Identifier: MIT
#include "signaling/candidate.hpp"

#include <algorithm>

#include "signaling/ascii.hpp"
#include "signaling/ip_address.hpp"
#include "signaling/limits.hpp"

namespace peerlane {
namespace {

Failure malformed(std::string_view line, const char *what) {
  return {Error::ERR_INVALID_PARAMETER,
          "The candidate " + ascii::quoted(line) + " does not parse: " + what + "."};
}

// Keeps the first reason: the counters then say what a reader of the line would say.
void ignore(ParsedCandidate &parsed, CandidateIgnored reason) {
  if (!parsed.ignored) parsed.ignored = reason;
}

std::optional<TcpType> parse_tcp_type(std::string_view word) {
  if (ascii::equal_ignoring_case(word, "active")) return TcpType::ACTIVE;
  if (ascii::equal_ignoring_case(word, "passive")) return TcpType::PASSIVE;
  if (ascii::equal_ignoring_case(word, "so")) return TcpType::SO;
  return std::nullopt;
}

const char *tcp_type_name(TcpType type) {
  switch (type) {
    case TcpType::ACTIVE:
      return "active";
    case TcpType::PASSIVE:
      return "passive";
    case TcpType::SO:
      return "so";
  }
  return "";
}

void read_transport(std::string_view word, ParsedCandidate &parsed) {
  if (ascii::equal_ignoring_case(word, "udp")) {
    parsed.candidate.transport = CandidateTransport::UDP;
  } else if (ascii::equal_ignoring_case(word, "tcp")) {
    parsed.candidate.transport = CandidateTransport::TCP;
  } else {
    ignore(parsed, CandidateIgnored::UNKNOWN_TRANSPORT);
  }
}

void read_type(std::string_view word, ParsedCandidate &parsed) {
  for (const auto type :
       {CandidateType::HOST, CandidateType::SRFLX, CandidateType::PRFLX, CandidateType::RELAY}) {
    if (!ascii::equal_ignoring_case(word, candidate_type_name(type))) continue;
    parsed.candidate.type = type;
    return;
  }
  ignore(parsed, CandidateIgnored::UNKNOWN_TYPE);
}

// A name ends in a label that is no number; otherwise it is meant as an IPv4 address and has to be
// one.
bool is_meant_as_v4(std::string_view text) {
  const std::size_t dot = text.rfind('.');
  const std::string_view last = dot == std::string_view::npos ? text : text.substr(dot + 1);
  return std::all_of(last.begin(), last.end(), ascii::is_digit);
}

void read_name(std::string_view text, ParsedCandidate &parsed) {
  constexpr std::string_view kLocal = ".local";
  std::string name = ascii::lower(text);
  // draft-ietf-mmusic-mdns-ice-candidates section 3.2: exactly one label before ".local".
  const std::string_view view = name;
  const bool local = view.size() > kLocal.size() && view.ends_with(kLocal) &&
                     view.find('.') == view.size() - kLocal.size();
  if (!local) return ignore(parsed, CandidateIgnored::HOST_NAME);
  parsed.candidate.address = std::move(name);
  parsed.candidate.is_mdns = true;
}

// False where the text is neither an address nor a name.
bool read_address(std::string_view text, ParsedCandidate &parsed) {
  const std::size_t zone = text.find('%');
  if (const auto address = IpAddress::parse(text.substr(0, zone))) {
    if (zone != std::string_view::npos && (address->is_v4() || zone + 1 == text.size()))
      return false;
    if (zone != std::string_view::npos) ignore(parsed, CandidateIgnored::IPV6_ZONE);
    if (address->is_unspecified() || address->is_multicast() || address->is_broadcast()) {
      ignore(parsed, CandidateIgnored::BAD_ADDRESS);
    }
    parsed.candidate.address = address->to_string();
    return true;
  }
  if (is_meant_as_v4(text) || !ascii::is_host_name(text)) return false;
  read_name(text, parsed);
  return true;
}

// Pairs of name and value behind the type (RFC 8839 section 5.1); what is unknown or odd is
// skipped.
void read_extensions(std::string_view rest, Candidate &candidate) {
  while (true) {
    const std::string_view name = ascii::take_word(rest);
    const std::string_view value = ascii::take_word(rest);
    if (value.empty()) return;
    if (name == "raddr") {
      // Some hide the base behind a name or zeros. Only an address may go further.
      const auto related = IpAddress::parse(value);
      candidate.related_address = related ? related->to_string() : "";
    } else if (name == "rport") {
      const auto port = ascii::parse_decimal(value);
      candidate.related_port = port && *port <= 65535 ? static_cast<std::uint16_t>(*port) : 0;
    } else if (name == "tcptype") {
      candidate.tcp_type = parse_tcp_type(value);
    } else if (name == "ufrag" && value.size() <= kMaxIceCredentialSize &&
               ascii::is_ice_text(value)) {
      candidate.ufrag = std::string(value);
    }
  }
}

void settle_extensions(ParsedCandidate &parsed) {
  Candidate &candidate = parsed.candidate;
  if (candidate.related_address.empty()) candidate.related_port = 0;
  if (candidate.transport == CandidateTransport::UDP) {
    candidate.tcp_type.reset();
  } else if (!candidate.tcp_type) {
    ignore(parsed, CandidateIgnored::TCP_WITHOUT_TYPE);
  }
}

std::string_view without_prefix(std::string_view line) {
  line = ascii::trim(line);
  for (const std::string_view prefix : {"a=", "candidate:"}) {
    if (line.starts_with(prefix)) line.remove_prefix(prefix.size());
  }
  return line;
}

}  // namespace

const char *candidate_transport_name(CandidateTransport transport) {
  return transport == CandidateTransport::UDP ? "udp" : "tcp";
}

const char *candidate_type_name(CandidateType type) {
  switch (type) {
    case CandidateType::HOST:
      return "host";
    case CandidateType::SRFLX:
      return "srflx";
    case CandidateType::PRFLX:
      return "prflx";
    case CandidateType::RELAY:
      return "relay";
  }
  return "";
}

const char *candidate_ignored_name(CandidateIgnored reason) {
  switch (reason) {
    case CandidateIgnored::OTHER_COMPONENT:
      return "candidate_other_component";
    case CandidateIgnored::UNKNOWN_TRANSPORT:
      return "candidate_unknown_transport";
    case CandidateIgnored::UNKNOWN_TYPE:
      return "candidate_unknown_type";
    case CandidateIgnored::PORT_ZERO:
      return "candidate_port_zero";
    case CandidateIgnored::BAD_PRIORITY:
      return "candidate_bad_priority";
    case CandidateIgnored::TCP_WITHOUT_TYPE:
      return "candidate_tcp_without_type";
    case CandidateIgnored::BAD_ADDRESS:
      return "candidate_bad_address";
    case CandidateIgnored::IPV6_ZONE:
      return "candidate_ipv6_zone";
    case CandidateIgnored::HOST_NAME:
      return "candidate_host_name";
  }
  return "";
}

bool is_same_candidate(const Candidate &a, const Candidate &b) {
  return a.transport == b.transport && a.address == b.address && a.port == b.port &&
         a.type == b.type;
}

bool is_end_of_candidates(std::string_view line) {
  const std::string_view rest = without_prefix(line);
  return rest.empty() || rest == "end-of-candidates";
}

Result<ParsedCandidate> parse_candidate(std::string_view line) {
  if (line.size() > kMaxCandidateSize) return malformed(line, "it is longer than 4096 bytes");
  std::string_view rest = without_prefix(line);
  if (ascii::contains_control(rest)) return malformed(line, "it contains a control character");

  ParsedCandidate parsed;
  Candidate &candidate = parsed.candidate;
  const std::string_view foundation = ascii::take_word(rest);
  if (foundation.empty() || foundation.size() > kMaxFoundationSize ||
      !ascii::is_ice_text(foundation)) {
    return malformed(line, "the foundation has to be 1 to 32 letters, digits, '+' or '/'");
  }
  candidate.foundation = std::string(foundation);

  const auto component = ascii::parse_decimal(ascii::take_word(rest));
  if (!component) return malformed(line, "the component has to be a number");
  if (*component != 1) ignore(parsed, CandidateIgnored::OTHER_COMPONENT);

  const std::string_view transport = ascii::take_word(rest);
  if (transport.empty()) return malformed(line, "the transport is missing");
  read_transport(transport, parsed);

  const auto priority = ascii::parse_decimal(ascii::take_word(rest));
  if (!priority) return malformed(line, "the priority has to be a number");
  candidate.priority = static_cast<std::uint32_t>(std::min<std::uint64_t>(*priority, UINT32_MAX));
  if (*priority == 0 || *priority > kMaxCandidatePriority)
    ignore(parsed, CandidateIgnored::BAD_PRIORITY);

  if (!read_address(ascii::take_word(rest), parsed)) {
    return malformed(line, "the address is neither an IP address nor a host name");
  }
  const auto port = ascii::parse_decimal(ascii::take_word(rest));
  if (!port || *port > 65535) return malformed(line, "the port has to be a number up to 65535");
  candidate.port = static_cast<std::uint16_t>(*port);
  if (*port == 0) ignore(parsed, CandidateIgnored::PORT_ZERO);

  if (ascii::take_word(rest) != "typ") return malformed(line, "\"typ\" has to follow the port");
  const std::string_view type = ascii::take_word(rest);
  if (type.empty()) return malformed(line, "the type is missing");
  read_type(type, parsed);

  read_extensions(rest, candidate);
  settle_extensions(parsed);
  return parsed;
}

std::string write_candidate(const Candidate &candidate) {
  std::string line = "candidate:" + candidate.foundation + " " +
                     std::to_string(candidate.component) + " " +
                     candidate_transport_name(candidate.transport) + " " +
                     std::to_string(candidate.priority) + " " + candidate.address + " " +
                     std::to_string(candidate.port) + " typ " + candidate_type_name(candidate.type);
  if (!candidate.related_address.empty()) {
    line +=
        " raddr " + candidate.related_address + " rport " + std::to_string(candidate.related_port);
  }
  if (candidate.tcp_type) line += std::string(" tcptype ") + tcp_type_name(*candidate.tcp_type);
  if (candidate.ufrag) line += " ufrag " + *candidate.ufrag;
  return line;
}

}  // namespace peerlane
