// RenderPlay: a play decision in the form that was asked for.
#ifndef SERVICES_SCHEDULER_PLAY_RENDERING_H_
#define SERVICES_SCHEDULER_PLAY_RENDERING_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "nearcast/v1/scheduler.pb.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "schedulerlib/stream/play.h"
#include "services/scheduler/part_cache.h"

namespace nearcast {

// FAILED_PRECONDITION, with the reason FORMAT_NOT_DELIVERED, when none of the decision's lines
// delivers what the form needs; INVALID_ARGUMENT (INVALID_FORMAT) for a form that this version does
// not know. Lines are taken from `parts`, or rendered into it.
absl::StatusOr<v1::PlayInfo> RenderPlay(const scheduler::Snapshot& snapshot,
                                        const scheduler::PlayDecision& decision,
                                        const v1::GetPlayInfoRequest& request, absl::Time now,
                                        PartCache& parts);

}  // namespace nearcast

#endif  // SERVICES_SCHEDULER_PLAY_RENDERING_H_
