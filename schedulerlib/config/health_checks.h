// What is wrong with health checks: what they look at, what they ask, how often.
#ifndef SCHEDULERLIB_CONFIG_HEALTH_CHECKS_H_
#define SCHEDULERLIB_CONFIG_HEALTH_CHECKS_H_

#include "schedulerlib/config/add_problem.h"
#include "schedulerlib/model/config.h"

namespace nearcast::scheduler {

// `add` takes a path in the resource ("spec.path") and what is wrong there. Names of nodes and of
// the Cdn are taken as known: an unknown one is passed over here.
void ValidateHealthCheck(const HealthCheck& check, const Config& config, AddProblem add);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_CONFIG_HEALTH_CHECKS_H_
