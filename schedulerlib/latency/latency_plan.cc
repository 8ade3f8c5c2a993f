#include "schedulerlib/latency/latency_plan.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace nearcast::scheduler {
namespace {

constexpr int64_t kGopStepMs = 1000;  // transcode templates count GOPs in seconds
constexpr int64_t kCacheMinMs = 200;  // less cannot fill a player's decoder
constexpr int64_t kWorstExtraMs = 4000;
constexpr int64_t kMeanErrorMaxMs = 100;
constexpr int64_t kCacheStepMs = 100;  // M by grade: few different ones
constexpr uint32_t kProtectedPeriodMs = 5000;
constexpr uint32_t kSlowPercent = 90;

struct GopAndCache {
  int64_t gop_ms = 0;
  int64_t cache_ms = 0;
};

absl::Status CannotMeet(const LatencyPolicy& policy, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("a mean delay of ", policy.target_ms, " ms cannot be met: ", what));
}

bool ClosesBySpeed(const LatencyPolicy& policy) {
  return !policy.chase.disabled && !policy.slow.disabled;
}

// The GOP may be no longer than this.
int64_t LongestGop(const LatencyPolicy& policy) {
  if (policy.difference_ms == 0 || ClosesBySpeed(policy)) return policy.gop_max_ms;
  return std::min(policy.gop_max_ms, policy.difference_ms);
}

absl::StatusOr<GopAndCache> SolveGop(const LatencyPolicy& policy) {
  const int64_t cached = int64_t{policy.target_ms} - policy.network_ms;  // mean, in the cache
  const int64_t given = policy.gop_cache_ms;
  const auto cache_for = [&](int64_t gop) { return given > 0 ? given : cached - gop / 2; };
  if (policy.gop_ms > 0) {
    const int64_t gop = policy.gop_ms;
    if (cache_for(gop) < kCacheMinMs) {
      return CannotMeet(policy, absl::StrCat("GOPs of ", gop, " ms leave a cache of ",
                                             cache_for(gop), " ms; it needs ", kCacheMinMs));
    }
    return GopAndCache{gop, cache_for(gop)};
  }
  for (int64_t gop = LongestGop(policy) / kGopStepMs * kGopStepMs; gop > 0; gop -= kGopStepMs) {
    const int64_t cache = cache_for(gop);
    if (cache >= kCacheMinMs && cache + gop / 2 <= cached) return GopAndCache{gop, cache};
  }
  return CannotMeet(policy,
                    absl::StrCat("no GOP of whole seconds leaves a cache of ", kCacheMinMs,
                                 " ms; raise target_ms to ",
                                 policy.network_ms + kGopStepMs / 2 + std::max(given, kCacheMinMs),
                                 ", or let players change their speed"));
}

// M at a grade (1 to 8): the cubic between the best network's and the worst's.
uint32_t CacheAt(uint32_t grade, int64_t best_ms, int64_t extra_ms) {
  const int64_t lacks = kGradeBest - grade;
  const int64_t span = kGradeBest - 1;
  const int64_t extra = extra_ms * lacks * lacks * lacks / (span * span * span);
  return static_cast<uint32_t>(best_ms + (extra + kCacheStepMs / 2) / kCacheStepMs * kCacheStepMs);
}

int64_t WorstExtra(const LatencyPolicy& policy) {
  if (policy.worst_target_ms > 0) return int64_t{policy.worst_target_ms} - policy.target_ms;
  return policy.difference_ms > 0 ? 0 : kWorstExtraMs;
}

SpeedPlan SolveSpeed(const LatencyPolicy& policy, const GopAndCache& solved) {
  const auto or_solved = [](uint32_t given, int64_t solved_ms) {
    return given > 0 ? given : static_cast<uint32_t>(std::max<int64_t>(solved_ms, 0));
  };
  const int64_t gop = solved.gop_ms;
  const int64_t difference = policy.difference_ms;
  const int64_t target = solved.cache_ms + gop / 2;
  SpeedPlan speed;
  speed.chases = !policy.chase.disabled;
  // Without a wish for sameness only those are chased who are later than any start makes them.
  const int64_t start = difference > 0 ? target : solved.cache_ms + gop + gop / 10;
  speed.chase_start_ms = or_solved(policy.chase.start_ms, start);
  speed.chase_stop_ms =
      or_solved(policy.chase.stop_ms,
                difference > 0 ? speed.chase_start_ms : int64_t{speed.chase_start_ms} - gop / 4);
  speed.chase_percent =
      or_solved(policy.chase.speed_percent, std::clamp<int64_t>(100 + difference / 50, 110, 150));
  speed.slows =
      !policy.slow.disabled && difference > 0 && (difference < gop || policy.slow.below_ms > 0);
  speed.slow_below_ms = or_solved(policy.slow.below_ms, target - difference);
  speed.slow_percent = or_solved(policy.slow.speed_percent, kSlowPercent);
  return speed;
}

absl::Status CheckPolicy(const LatencyPolicy& policy) {
  if (policy.target_ms == 0)
    return absl::InvalidArgumentError("target_ms is 0; say the mean delay");
  if (policy.target_ms <= policy.network_ms) {
    return CannotMeet(policy, absl::StrCat("the way alone takes network_ms, ", policy.network_ms));
  }
  if (policy.worst_target_ms > 0 && policy.worst_target_ms < policy.target_ms) {
    return absl::InvalidArgumentError(absl::StrCat("worst_target_ms ", policy.worst_target_ms,
                                                   " is below target_ms ", policy.target_ms,
                                                   "; poor networks need more, not less"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<LatencyPlan> SolveLatency(const LatencyPolicy& policy) {
  NC_RETURN_IF_ERROR(CheckPolicy(policy));
  NC_ASSIGN_OR_RETURN(const GopAndCache solved, SolveGop(policy));
  const int64_t mean = solved.cache_ms + solved.gop_ms / 2 + policy.network_ms;
  if (std::abs(mean - policy.target_ms) > kMeanErrorMaxMs) {
    return CannotMeet(
        policy, absl::StrCat("GOPs of ", solved.gop_ms, " ms and gop_cache_ms ", solved.cache_ms,
                             " give ", mean, "; leave one of them out, and it is solved"));
  }
  LatencyPlan plan;
  plan.gop_ms = static_cast<uint32_t>(solved.gop_ms);
  plan.network_ms = policy.network_ms;
  plan.mean_ms = static_cast<uint32_t>(mean);
  for (uint32_t grade = 0; grade <= kGradeBest; ++grade) {
    GradeLatency& at = plan.by_grade[grade];
    at.gop_cache_ms = CacheAt(grade == 0 ? kGradeBest : grade, solved.cache_ms, WorstExtra(policy));
    at.start_buffer = StartBufferRange(grade, policy.start_buffer_max_ms);
    // A player that waits for more than the cache sends at once only gets later.
    at.start_buffer.max_ms = std::min(at.start_buffer.max_ms, at.gop_cache_ms);
    at.start_buffer.min_ms = std::min(at.start_buffer.min_ms, at.start_buffer.max_ms);
  }
  plan.speed = SolveSpeed(policy, solved);
  plan.drop = policy.drop_protection.value_or(
      DropProtection{kProtectedPeriodMs, plan.gop_ms - plan.gop_ms / 4});
  plan.demote_after_stalls = policy.demote_after_stalls;
  return plan;
}

SpeedPlan SpeedsAt(const LatencyPlan& plan, uint32_t gop_cache_ms) {
  SpeedPlan speed = plan.speed;
  const int64_t moved = int64_t{gop_cache_ms} - plan.by_grade[kGradeBest].gop_cache_ms;
  for (uint32_t* threshold : {&speed.chase_start_ms, &speed.chase_stop_ms, &speed.slow_below_ms}) {
    *threshold = static_cast<uint32_t>(std::max<int64_t>(*threshold + moved, 0));
  }
  return speed;
}

}  // namespace nearcast::scheduler
