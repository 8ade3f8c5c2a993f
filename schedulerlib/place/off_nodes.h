// OffNodes: which nodes of a CDN are switched off for the clients of a cell.
//
// They rank behind whatever else stands (Standing::kOff): a switch that leaves nothing gives way, as
// draining everything does.
#ifndef SCHEDULERLIB_PLACE_OFF_NODES_H_
#define SCHEDULERLIB_PLACE_OFF_NODES_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "schedulerlib/model/ids.h"

namespace nearcast::scheduler {

struct OffNodes {
  bool all = false;
  std::vector<NodeIndex> nodes;  // ascending; none are listed when all are off

  bool empty() const { return !all && nodes.empty(); }
  bool Has(NodeIndex node) const {
    return all || std::binary_search(nodes.begin(), nodes.end(), node);
  }

  friend bool operator==(const OffNodes&, const OffNodes&) = default;
};

// By cell. Cells with the same nodes off have the same set.
struct OffTable {
  std::vector<OffNodes> sets;         // the first is empty
  std::vector<uint32_t> set_of_cell;  // places in `sets`

  const OffNodes& Of(uint32_t cell) const { return sets[set_of_cell[cell]]; }
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_PLACE_OFF_NODES_H_
