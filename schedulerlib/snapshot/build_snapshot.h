// BuildSnapshot: configuration, live state and IP database in, one immutable snapshot out.
#ifndef SCHEDULERLIB_SNAPSHOT_BUILD_SNAPSHOT_H_
#define SCHEDULERLIB_SNAPSHOT_BUILD_SNAPSHOT_H_

#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "base/tasks.h"
#include "ipdb/prefix_table.h"
#include "schedulerlib/live/measured_delay.h"
#include "schedulerlib/live/node_live.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/snapshot/snapshot.h"

namespace nearcast::scheduler {

// `config` must be valid (config/validate.h finds nothing): what is wrong there is a broken
// invariant here. `places` must not be null. `delays` are what was measured; nodes that are not
// configured are passed over. `now`: switches that have expired do not reach names; when the next
// one will, Snapshot::names_change_at tells.
//
// `previous`: null, or a snapshot that was built from this very configuration and database, so that
// only `live`, `delays` and `now` may differ. What they do not concern is taken from it.
//
// `run` runs the independent parts: rankings first, then groups of steering maps. The snapshot is the
// same however it does.
//
// Cost: classes of cells × sites of each own CDN, for ranking (cell_ranker.h); cells + runs per
// distinct steering map. docs/benchmarks.md has figures.
std::shared_ptr<const Snapshot> BuildSnapshot(const Config& config, const LiveView& live,
                                              std::shared_ptr<const ipdb::PrefixTable> places,
                                              const std::vector<MeasuredDelay>& delays = {},
                                              const Snapshot* previous = nullptr,
                                              RunTasks run = RunInTurn,
                                              absl::Time now = absl::InfinitePast());

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_SNAPSHOT_BUILD_SNAPSHOT_H_
