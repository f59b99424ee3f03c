// SPDX-License-Identifier: MIT
#include "transport/ice/local_addresses.hpp"

#include <ifaddrs.h>
#include <net/if.h>

#include <algorithm>
#include <optional>

namespace peerlane {

namespace {

// NICE_CANDIDATE_MAX_LOCAL_ADDRESSES of libnice, which its headers do not show.
constexpr std::size_t kMaxLocalAddresses = 64;

bool has_better(const std::vector<InterfaceAddress> &present, const InterfaceAddress &link_local) {
  return std::any_of(present.begin(), present.end(), [&link_local](const InterfaceAddress &other) {
    return other.interface == link_local.interface && !other.address.is_link_local();
  });
}

void add_once(std::vector<SocketAddress> &chosen, const SocketAddress &address) {
  const bool known =
      std::any_of(chosen.begin(), chosen.end(),
                  [&address](const SocketAddress &other) { return other.same_address(address); });
  if (!known && chosen.size() < kMaxLocalAddresses) chosen.push_back(address);
}

}  // namespace

std::vector<InterfaceAddress> list_interface_addresses() {
  std::vector<InterfaceAddress> found;
  ifaddrs *list = nullptr;
  if (getifaddrs(&list) != 0) return found;
  for (const ifaddrs *each = list; each != nullptr; each = each->ifa_next) {
    constexpr unsigned kUsable = IFF_UP | IFF_RUNNING;
    if ((each->ifa_flags & kUsable) != kUsable) continue;
    if (const auto address = SocketAddress::from_native(each->ifa_addr))
      found.push_back({each->ifa_name, *address});
  }
  freeifaddrs(list);
  return found;
}

std::vector<SocketAddress> choose_local_addresses(const std::vector<InterfaceAddress> &present,
                                                  const std::string &bind_address,
                                                  bool enable_loopback) {
  const std::optional<SocketAddress> bound =
      bind_address.empty() ? std::nullopt : SocketAddress::parse(bind_address, 0);
  if (bound && !bound->is_unspecified()) {
    // The system's own form of it carries the zone that a link-local address needs.
    for (const InterfaceAddress &each : present) {
      if (each.address.same_address(*bound)) return {each.address};
    }
    return {*bound};
  }
  const auto family_fits = [&bound](const SocketAddress &address) {
    return !bound || bound->is_v4() == address.is_v4();
  };
  std::vector<SocketAddress> chosen;
  for (const InterfaceAddress &each : present) {
    if (!family_fits(each.address) || each.address.is_loopback()) continue;
    if (each.address.is_link_local() && has_better(present, each)) continue;
    add_once(chosen, each.address);
  }
  if (enable_loopback || chosen.empty()) {
    for (const InterfaceAddress &each : present) {
      if (family_fits(each.address) && each.address.is_loopback()) add_once(chosen, each.address);
    }
  }
  return chosen;
}

}  // namespace peerlane
