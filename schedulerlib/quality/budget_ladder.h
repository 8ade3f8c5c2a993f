// The budget ladder: as measured bandwidth nears the budget, players open with a lower tier; as it
// falls again, step by step with a better one.
//
// Up at once, down with hysteresis: a step is left when the share has been `hysteresis` below it
// for `hold_s`, and one step at a time, because what viewers watch follows only slowly.
#ifndef SCHEDULERLIB_QUALITY_BUDGET_LADDER_H_
#define SCHEDULERLIB_QUALITY_BUDGET_LADDER_H_

#include <cstdint>
#include <optional>

#include "schedulerlib/model/config.h"

namespace nearcast::scheduler {

struct LadderState {
  uint32_t step = 0;  // counting from 1; 0 = none holds
  double share = 0;   // of the budget, as measured last

  // Monotonic; since when the share is low enough to leave the step.
  std::optional<double> low_since_s;
};

// `ladder` must be valid: steps by share, ascending; a budget above 0.
LadderState NextLadderState(const BudgetLadder& ladder, const LadderState& state,
                            double measured_mbps, double now_s);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_QUALITY_BUDGET_LADDER_H_
