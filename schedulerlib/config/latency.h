// What latency policies and the publish points that name one say.
#ifndef SCHEDULERLIB_CONFIG_LATENCY_H_
#define SCHEDULERLIB_CONFIG_LATENCY_H_

#include "schedulerlib/config/add_problem.h"
#include "schedulerlib/model/config.h"

namespace nearcast::scheduler {

void ValidateLatencyPolicy(const LatencyPolicy& policy, AddProblem add);

// That the policy exists, and that the point's tiers have the GOP that it solves to.
void ValidateLatencyOf(const PublishPoint& point, const Config& config, AddProblem add);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_CONFIG_LATENCY_H_
