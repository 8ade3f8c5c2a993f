// Why a viewer is as far behind the broadcaster as it is, told of a play decision.
#ifndef SCHEDULERLIB_EXPLAIN_LATENCY_STEPS_H_
#define SCHEDULERLIB_EXPLAIN_LATENCY_STEPS_H_

#include <string>
#include <vector>

#include "schedulerlib/snapshot/snapshot.h"
#include "schedulerlib/stream/play.h"

namespace nearcast::scheduler {

// What was wished, and for each line what its CDN makes of it: "main line: CDN vendor (lower bound)
// is set to 2000 ms at its console: 2.0 to 4.0 s, 3.0 in the mean; 1.0 s more than wished". Empty for
// a publish point without a policy.
std::vector<std::string> LatencySteps(const Snapshot& snapshot, const PlayDecision& decision);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_EXPLAIN_LATENCY_STEPS_H_
