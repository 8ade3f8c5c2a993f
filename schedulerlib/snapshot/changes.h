// Changes: in what a snapshot under construction differs from the one before, as far as rankings and
// answers go.
#ifndef SCHEDULERLIB_SNAPSHOT_CHANGES_H_
#define SCHEDULERLIB_SNAPSHOT_CHANGES_H_

#include <vector>

#include "schedulerlib/model/ids.h"
#include "schedulerlib/snapshot/snapshot.h"

namespace nearcast::scheduler {

struct Changes {
  const Snapshot* previous = nullptr;  // null = everything is new

  std::vector<bool> cdns;              // by CdnIndex: its answers may have changed
  std::vector<NodeIndex> moved_nodes;  // ascending: their place in rankings may have
  bool measured = false;               // other delays count than before

  bool concerns(CdnIndex cdn) const { return cdns[cdn.value()]; }
};

// `snapshot` has its nodes, CDNs, measured delays and switched places; `previous` as BuildSnapshot's.
Changes FindChanges(const Snapshot* previous, const Snapshot& snapshot);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_SNAPSHOT_CHANGES_H_
