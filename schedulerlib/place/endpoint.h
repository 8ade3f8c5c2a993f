// Endpoint: a node as answers name it.
#ifndef SCHEDULERLIB_PLACE_ENDPOINT_H_
#define SCHEDULERLIB_PLACE_ENDPOINT_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "ipdb/ip_address.h"
#include "ipdb/location.h"

namespace nearcast::scheduler {

enum class Family : uint8_t { kV4, kV6 };

struct Endpoint {
  uint64_t hash = 0;  // StableHash of the node's name: its bucket in rendezvous
  std::vector<ipdb::IpAddress> addresses;
  ipdb::Location location;
  double weight = 1;       // as declared; > 0
  double load_weight = 1;  // by its free capacity too; > 0

  bool Has(Family family) const {
    return std::any_of(addresses.begin(), addresses.end(), [family](const ipdb::IpAddress& a) {
      return a.is_v4() == (family == Family::kV4);
    });
  }
};

// What URLs leave out.
inline constexpr uint16_t kHttpPort = 80;
inline constexpr uint16_t kRtmpPort = 1935;

// "192.0.2.1:8088", "[2001:db8::1]:8088"; no port where it equals `default_port`. An address of
// that family if there is one, else the first. Every node has an address: Validate sees to it.
std::string WriteHost(const Endpoint& endpoint, Family family, uint16_t port,
                      uint16_t default_port);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_PLACE_ENDPOINT_H_
