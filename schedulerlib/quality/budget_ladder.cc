#include "schedulerlib/quality/budget_ladder.h"

#include <algorithm>

namespace nearcast::scheduler {
namespace {

uint32_t HighestStepAt(const BudgetLadder& ladder, double share) {
  uint32_t step = 0;
  for (const BudgetStep& each : ladder.steps) {
    if (share < each.share) break;
    ++step;
  }
  return step;
}

}  // namespace

LadderState NextLadderState(const BudgetLadder& ladder, const LadderState& state,
                            double measured_mbps, double now_s) {
  LadderState next = state;
  next.share = measured_mbps / ladder.budget_mbps;
  const auto steps = static_cast<uint32_t>(ladder.steps.size());
  next.step = std::max(std::min(state.step, steps), HighestStepAt(ladder, next.share));
  const bool is_low = next.step > 0 && next.step == state.step &&
                      next.share < ladder.steps[next.step - 1].share - ladder.hysteresis;
  if (!is_low) {
    next.low_since_s.reset();
    return next;
  }
  if (!next.low_since_s) next.low_since_s = now_s;
  if (now_s - *next.low_since_s < ladder.hold_s) return next;
  --next.step;
  next.low_since_s.reset();
  return next;
}

}  // namespace nearcast::scheduler
