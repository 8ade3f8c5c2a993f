// ScheduledNames: each scheduled name of the configuration, with every client's answer.
#ifndef SCHEDULERLIB_SNAPSHOT_SCHEDULED_NAMES_H_
#define SCHEDULERLIB_SNAPSHOT_SCHEDULED_NAMES_H_

#include <vector>

#include "base/tasks.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/snapshot/changes.h"
#include "schedulerlib/snapshot/snapshot.h"

namespace nearcast::scheduler {

// Fills in Snapshot::names and name_index; nodes are ranked. Names of one CDN that ask for the same
// share one map; names that the changes do not concern keep theirs. A task is all the maps of one CDN
// that draw nodes alike. Names stand in the order of `domains`.
void AddScheduledNames(const std::vector<Domain>& domains, const Changes& changes, RunTasks run,
                       Snapshot& snapshot);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_SNAPSHOT_SCHEDULED_NAMES_H_
