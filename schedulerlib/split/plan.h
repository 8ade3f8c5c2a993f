// PlanShares: the cheapest split of a demand over CDNs within their caps and commits, as a linear
// program (CLP).
//
//   minimise    Σ price · billed  +  a little for every Mb/s that moves
//   subject to  per rule: Σ shares = 1;  share within `step_max` of now, and at least `share_min`
//               per CDN:  load = Σ demand · share ≤ cap;  billed ≥ load;  billed ≥ commit
//
// A commit is paid whether it is used or not, so traffic up to it costs nothing more. Bills go by
// the 95th percentile: 5 % of the five-minute samples, 36 hours a month, are free. So `demand` is
// the 95th percentile of the day that is planned for; what lies above it is left to caps and their
// spilling. Pure: the solver is asked in memory and says nothing.
#ifndef SCHEDULERLIB_SPLIT_PLAN_H_
#define SCHEDULERLIB_SPLIT_PLAN_H_

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"

namespace nearcast::scheduler {

struct PlanCdn {
  double cap_mbps = 0;  // 0 = no cap
  double commit_mbps = 0;
  double price_per_mbps = 0;
};

// One ratio rule: what it decides about, and how.
struct PlanRule {
  double demand_mbps = 0;

  // By CDN; sum up to 1. A CDN with 0 is not a candidate and stays at 0.
  std::vector<double> shares;
};

struct PlanTerms {
  double step_max = 1;   // how far one share may move, 0..1
  double share_min = 0;  // of every candidate, 0..1
};

struct Plan {
  std::vector<std::vector<double>> shares;  // by rule, by CDN
  std::vector<double> mbps;                 // by CDN
  std::vector<double> billed_mbps;          // by CDN: the greater of load and commit
  double cost = 0;
};

// What the shares as they are would cost.
Plan PriceShares(const std::vector<PlanCdn>& cdns, const std::vector<PlanRule>& rules);

// FAILED_PRECONDITION: the demand does not fit under the caps within the step. INTERNAL: the solver
// gave up.
absl::StatusOr<Plan> PlanShares(const std::vector<PlanCdn>& cdns,
                                const std::vector<PlanRule>& rules, const PlanTerms& terms);

// Shares as whole weights that sum up to 1000 (largest remainder; of equals the first). Candidates
// keep at least 1.
std::vector<unsigned> SharesToWeights(const std::vector<double>& shares);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_SPLIT_PLAN_H_
