#include "services/daemon/listen_addresses.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <memory>
#include <set>
#include <span>

namespace nearcast {
namespace {

using ipdb::IpAddress;

// What only this host, or only its neighbours, can reach.
bool IsLocal(const IpAddress& address) {
  if (address.is_v4()) {
    return (address.v4() >> 24) == 127 || (address.v4() >> 16) == ((169u << 8) | 254u);
  }
  const uint64_t high = absl::Uint128High64(address.v6());
  return address.v6() == 1 || (high >> 54) == (0xfe80u >> 6);
}

}  // namespace

std::vector<IpAddress> ReadInterfaceAddresses() {
  std::vector<IpAddress> addresses;
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return addresses;
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(list, &::freeifaddrs);
  for (const ifaddrs* at = list; at != nullptr; at = at->ifa_next) {
    if (at->ifa_addr == nullptr || (at->ifa_flags & IFF_UP) == 0) continue;
    if (at->ifa_addr->sa_family == AF_INET) {
      const auto* v4 = reinterpret_cast<const sockaddr_in*>(at->ifa_addr);
      addresses.push_back(IpAddress::FromV4(ntohl(v4->sin_addr.s_addr)));
    } else if (at->ifa_addr->sa_family == AF_INET6) {
      const auto* v6 = reinterpret_cast<const sockaddr_in6*>(at->ifa_addr);
      addresses.push_back(
          IpAddress::FromV6Bytes(std::span<const uint8_t, 16>(v6->sin6_addr.s6_addr, 16)));
    }
  }
  return addresses;
}

std::vector<std::string> ChooseListenAddresses(const std::string& listen,
                                               const std::vector<IpAddress>& interfaces) {
  const auto bound = ipdb::ParseIpAddress(listen);
  if (!bound.ok()) return {};
  const bool any_v4 = *bound == IpAddress::FromV4(0);
  if (!any_v4 && *bound != IpAddress()) return {bound->ToString()};
  std::set<IpAddress> reachable;
  std::set<IpAddress> local;
  for (const IpAddress& address : interfaces) {
    if (any_v4 && !address.is_v4()) continue;
    (IsLocal(address) ? local : reachable).insert(address);
  }
  std::vector<std::string> chosen;
  for (const IpAddress& address : reachable.empty() ? local : reachable) {
    chosen.push_back(address.ToString());
  }
  return chosen;
}

}  // namespace nearcast
