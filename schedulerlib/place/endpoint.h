// Endpoint: a node as answers name it.
#ifndef SCHEDULERLIB_PLACE_ENDPOINT_H_
#define SCHEDULERLIB_PLACE_ENDPOINT_H_

#include <cstdint>
#include <vector>

#include "ipdb/ip_address.h"

namespace nearcast::scheduler {

struct Endpoint {
  uint64_t hash = 0;  // StableHash of the node's name: its bucket in rendezvous
  std::vector<ipdb::IpAddress> addresses;
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_PLACE_ENDPOINT_H_
