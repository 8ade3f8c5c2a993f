// RenderPlay: a play decision in the form that was asked for.
#ifndef SERVICES_SCHEDULER_PLAY_RENDERING_H_
#define SERVICES_SCHEDULER_PLAY_RENDERING_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "schedulerlib/stream/play.h"
#include "services/scheduler/play_answer.h"
#include "services/scheduler/play_question.h"
#include "services/scheduler/rendered_cache.h"

namespace nearcast {

using PartCache = RenderedCache<scheduler::LinePart>;
using FrameCache = RenderedCache<SharedFrame>;
using TermsCache = RenderedCache<SharedTerms>;

// What is kept for the next viewers.
struct PlayCaches {
  PartCache parts;
  FrameCache frames;
  TermsCache terms;
};

// FAILED_PRECONDITION, with the reason FORMAT_NOT_DELIVERED, when none of the decision's lines
// delivers what the form needs; INVALID_ARGUMENT (INVALID_FORMAT) for a form that this version does
// not know. What can be shared is taken from `caches`, or rendered into them.
absl::StatusOr<PlayAnswer> RenderPlay(const scheduler::Snapshot& snapshot,
                                      const scheduler::PlayDecision& decision,
                                      const PlayQuestion& question, absl::Time now,
                                      PlayCaches& caches);

}  // namespace nearcast

#endif  // SERVICES_SCHEDULER_PLAY_RENDERING_H_
