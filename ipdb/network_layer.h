// NetworkLayer: what one source file says, as plain values: the reader's output and the builder's
// input.
#ifndef IPDB_NETWORK_LAYER_H_
#define IPDB_NETWORK_LAYER_H_

#include <cstdint>
#include <vector>

#include "ipdb/ip_prefix.h"
#include "ipdb/location.h"

namespace nearcast::ipdb {

struct NetworkLayer {
  struct Row {
    IpPrefix prefix;
    uint32_t location;  // A place in `locations`.
  };

  std::vector<Location> locations;  // Canonical codes; the same location may stand twice.
  std::vector<Row> rows;            // In any order; prefixes may nest.
};

}  // namespace nearcast::ipdb

#endif  // IPDB_NETWORK_LAYER_H_
