// SolveLatency: what follows from how far behind and how far apart viewers may be.
//
//   target 6 s, difference 2 s  →  GOP 2 s, M 5 s, chase above 6 s of buffer at 1.4 times
//   target 4 s, difference 1 s  →  GOP 2 s, M 3 s, players kept in [3 s, 4 s] by slow and fast play
//   target 3 s, 200 ms on the way  →  GOP 2 s, M 1.8 s
//
// The mean delay is M + g/2 and the way (delay_law.h), so M = target - way - g/2, with the longest
// GOP that leaves a cache: long GOPs look better at the same bitrate. Where devices may differ by
// less than the GOP, players close the rest: those above the target play faster, those below target
// - difference slower. The speed brings back within ten seconds who fell behind by twice the
// difference. On worse networks M grows by a cubic of what the grade lacks, and the players'
// thresholds with it: few views stall most. All times in milliseconds.
#ifndef SCHEDULERLIB_LATENCY_LATENCY_PLAN_H_
#define SCHEDULERLIB_LATENCY_LATENCY_PLAN_H_

#include <array>
#include <cstdint>

#include "absl/status/statusor.h"
#include "schedulerlib/latency/start_buffer.h"
#include "schedulerlib/model/latency_policy.h"

namespace nearcast::scheduler {

// What differs by network grade.
struct GradeLatency {
  uint32_t gop_cache_ms = 0;  // M
  BufferRange start_buffer;
};

// The player's speeds, for M of the best network; thresholds are of its buffer.
struct SpeedPlan {
  bool chases = false;
  uint32_t chase_start_ms = 0;
  uint32_t chase_stop_ms = 0;
  uint32_t chase_percent = 100;
  bool slows = false;
  uint32_t slow_below_ms = 0;
  uint32_t slow_percent = 100;
};

struct LatencyPlan {
  uint32_t gop_ms = 0;
  uint32_t network_ms = 0;
  uint32_t mean_ms = 0;                               // on the best network
  std::array<GradeLatency, kGradeBest + 1> by_grade;  // 0 = unknown: M of the best
  SpeedPlan speed;
  DropProtection drop;
  uint32_t demote_after_stalls = 0;
};

// INVALID_ARGUMENT, with what to do about it, when the policy cannot be met.
absl::StatusOr<LatencyPlan> SolveLatency(const LatencyPolicy& policy);

// The speeds for a viewer whose M is `gop_cache_ms`: thresholds move with it.
SpeedPlan SpeedsAt(const LatencyPlan& plan, uint32_t gop_cache_ms);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_LATENCY_LATENCY_PLAN_H_
