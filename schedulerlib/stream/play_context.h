// PlayContext: what a play decision knows besides the snapshot, the stream and the viewer. The
// default knows nothing: ratios are by hash alone.
#ifndef SCHEDULERLIB_STREAM_PLAY_CONTEXT_H_
#define SCHEDULERLIB_STREAM_PLAY_CONTEXT_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "schedulerlib/split/ratio.h"

namespace nearcast::scheduler {

// Which step of its budget ladder a quality policy stands on.
struct LadderStep {
  uint64_t policy = 0;  // StableHash of its name
  uint32_t step = 0;    // counting from 1; 0 = none
};

// What follows from measured bandwidth. Immutable once published.
struct LiveRates {
  CdnFlows flows;
  std::vector<LadderStep> ladders;

  uint32_t StepOf(uint64_t policy) const {
    for (const LadderStep& ladder : ladders) {
      if (ladder.policy == policy) return ladder.step;
    }
    return 0;
  }
};

// Pointers may be null, and live as long as the decision is made.
struct PlayContext {
  const LiveRates* rates = nullptr;
  const DebtReader* debts = nullptr;

  // What this viewer's session of this stream was given before.
  std::optional<HeldCdn> held;

  // PlayDecision::ratio is wanted with its trace, for an explanation.
  bool traced = false;
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_PLAY_CONTEXT_H_
