// BuildProbePlan: what the vantages have to check, from what is declared.
#ifndef SCHEDULERLIB_CONVERT_PROBE_PLAN_H_
#define SCHEDULERLIB_CONVERT_PROBE_PLAN_H_

#include "nearcast/v1/node.pb.h"
#include "schedulerlib/snapshot/snapshot.h"

namespace nearcast::scheduler {

// Every check of every node that it covers, drained ones too, in the order of checks and names; its
// version is left at 0.
v1::ProbePlan BuildProbePlan(const Snapshot& snapshot);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_CONVERT_PROBE_PLAN_H_
