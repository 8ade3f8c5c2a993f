// How the ratio stands and what would be cheaper, as nearcast.v1 says it. Pure.
#ifndef SERVICES_ADMIN_RATIO_ANSWERS_H_
#define SERVICES_ADMIN_RATIO_ANSWERS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "nearcast/v1/admin.pb.h"
#include "schedulerlib/live/node_live.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "services/scheduler/ratio_desk.h"
#include "services/sync/config_follower.h"

namespace nearcast {

// Every Cdn of the snapshot; `live` has what vantages say of their domains, in words.
v1::RatioStatus WriteRatioStatus(const RatioDesk& desk, const scheduler::Snapshot& snapshot,
                                 const scheduler::LiveView& live);

// What is known when weights are planned.
struct RatioFacts {
  std::vector<scheduler::CdnRates> rates;
  std::vector<RuleDemand> demands;
};

// Plans (schedulerlib/split/plan.h) within the watermarks where caps begin to spill, and within
// commits, prices and the request's own limits. The demand is divided over the rules as viewers
// were lately; evenly when there were none. Errors carry a reason: NO_RATIO_RULE, NO_DEMAND,
// INVALID_PLAN, DEMAND_DOES_NOT_FIT.
absl::StatusOr<v1::RatioProposal> ProposeRatio(const ConfigFollower::Resources& resources,
                                               const RatioFacts& facts,
                                               const v1::ProposeRatioRequest& request);

}  // namespace nearcast

#endif  // SERVICES_ADMIN_RATIO_ANSWERS_H_
