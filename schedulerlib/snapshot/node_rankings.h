// NodeRankings: the nodes of each own CDN, ranked for every cell.
#ifndef SCHEDULERLIB_SNAPSHOT_NODE_RANKINGS_H_
#define SCHEDULERLIB_SNAPSHOT_NODE_RANKINGS_H_

#include <vector>

#include "base/tasks.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/model/ids.h"
#include "schedulerlib/place/cell_ranker.h"
#include "schedulerlib/place/endpoint.h"
#include "schedulerlib/snapshot/changes.h"
#include "schedulerlib/snapshot/snapshot.h"

namespace nearcast::scheduler {

// Fills in CompiledCdn::rankings; and, of CDNs that names of `domains` are scheduled to,
// switched_rankings where Snapshot::is_switched, and rankings_v4 and rankings_v6 where some nodes have
// no such address. Whatever else of `snapshot` rankings depend on
// is there. A task is one ranking.
void RankNodes(const std::vector<Domain>& domains, const Changes& changes, RunTasks run,
               Snapshot& snapshot);

// By which names of a CDN are answered: the ranking of all its nodes where all have the family, else
// that of those that do. Never null. By cell of Snapshot::ClientsOfNames.
const CellRankings* RankingsOfNames(const Snapshot& snapshot, CdnIndex cdn, Family family);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_SNAPSHOT_NODE_RANKINGS_H_
