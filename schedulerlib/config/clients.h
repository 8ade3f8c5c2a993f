// What a client policy may say.
#ifndef SCHEDULERLIB_CONFIG_CLIENTS_H_
#define SCHEDULERLIB_CONFIG_CLIENTS_H_

#include "schedulerlib/config/add_problem.h"
#include "schedulerlib/model/client_policy.h"

namespace nearcast::scheduler {

// Its match is checked with every other rule's.
void ValidateClientPolicy(const ClientPolicy& policy, AddProblem add);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_CONFIG_CLIENTS_H_
