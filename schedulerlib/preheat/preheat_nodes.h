// Preheat nodes: where a stream's viewers will be sent, so that those nodes can fetch it before they
// come (seed 003: "preheat edges before big events, so that more of them have it").
//
// The expectation is the play decision's own: for each place that the IP database knows, the CDNs of
// the ratio rule that matches there, and of each CDN of one's own the node that the stream's viewers
// of that place get. A place weighs as many addresses as it has (IPv6: /48 networks), times the CDN's
// share.
#ifndef SCHEDULERLIB_PREHEAT_PREHEAT_NODES_H_
#define SCHEDULERLIB_PREHEAT_PREHEAT_NODES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "ipdb/location.h"
#include "schedulerlib/model/ids.h"
#include "schedulerlib/model/stream.h"
#include "schedulerlib/snapshot/snapshot.h"

namespace nearcast::scheduler {

struct PreheatQuestion {
  const Stream& stream;

  // Where viewers are expected; fields left empty match everything. Empty = everywhere.
  const std::vector<ipdb::Location>& places;
  size_t nodes_max = 0;
};

// Those with the most expected viewers first; between equals by name. A place that the IP database
// does not know counts as one. O(places × nodes that are ranked for each): milliseconds.
std::vector<NodeIndex> ChoosePreheatNodes(const Snapshot& snapshot,
                                          const PreheatQuestion& question);

// What a node of that CDN fetches: the stream under the name of each tier that viewers are offered.
// Empty when its publish point is gone.
std::vector<std::string> HeldNames(const Snapshot& snapshot, const Stream& stream, CdnIndex cdn);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_PREHEAT_PREHEAT_NODES_H_
