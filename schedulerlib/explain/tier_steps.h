// Steps of an explanation that tell of a play decision's tiers: who makes them, which is opened.
#ifndef SCHEDULERLIB_EXPLAIN_TIER_STEPS_H_
#define SCHEDULERLIB_EXPLAIN_TIER_STEPS_H_

#include <string>
#include <vector>

#include "schedulerlib/snapshot/snapshot.h"
#include "schedulerlib/stream/play.h"

namespace nearcast::scheduler {

// Where push-side tiers come from, what is not made for whom, what stands in for it. Empty where
// every CDN makes everything itself.
std::vector<std::string> MadeSteps(const Snapshot& snapshot, const PlayDecision& decision);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_EXPLAIN_TIER_STEPS_H_
