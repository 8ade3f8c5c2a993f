// BuildProbePlan: what the vantages have to check, from what is declared. Vantages get no keys: what
// is to be signed is signed here.
#ifndef SCHEDULERLIB_CONVERT_PROBE_PLAN_H_
#define SCHEDULERLIB_CONVERT_PROBE_PLAN_H_

#include <cstdint>

#include "nearcast/v1/node.pb.h"
#include "schedulerlib/snapshot/snapshot.h"

namespace nearcast::scheduler {

struct ProbePlanFor {
  v1::ProbePlan plan;  // its version is left at 0

  // In Unix seconds: from then on the plan should be built anew, for signatures in it end a
  // validity later. INT64_MAX when nothing is signed.
  int64_t renew_at_s = INT64_MAX;
};

// Every check of every node and of every vendor's domain that it covers, drained nodes too, in the
// order of checks and names. Paths that are to be signed hold from `now_s` on.
ProbePlanFor BuildProbePlan(const Snapshot& snapshot, int64_t now_s);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_CONVERT_PROBE_PLAN_H_
