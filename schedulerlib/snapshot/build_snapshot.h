// BuildSnapshot: configuration, live state and IP database in, one immutable snapshot out.
#ifndef SCHEDULERLIB_SNAPSHOT_BUILD_SNAPSHOT_H_
#define SCHEDULERLIB_SNAPSHOT_BUILD_SNAPSHOT_H_

#include <memory>

#include "ipdb/prefix_table.h"
#include "schedulerlib/live/node_live.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/snapshot/snapshot.h"

namespace nearcast::scheduler {

// `config` must be valid (config/validate.h finds nothing): what is wrong there is a broken
// invariant here. `places` must not be null. Cost: cells × nodes of each own CDN, for ranking;
// cells + runs per distinct steering map.
std::shared_ptr<const Snapshot> BuildSnapshot(const Config& config, const LiveView& live,
                                              std::shared_ptr<const ipdb::PrefixTable> places);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_SNAPSHOT_BUILD_SNAPSHOT_H_
