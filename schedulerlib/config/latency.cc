#include "schedulerlib/config/latency.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "schedulerlib/latency/latency_plan.h"

namespace nearcast::scheduler {
namespace {

constexpr uint32_t kDelayMaxMs = 60'000;

template <typename T>
const T* FindByName(const std::vector<T>& items, absl::string_view name) {
  const auto at =
      std::find_if(items.begin(), items.end(), [name](const T& item) { return item.name == name; });
  return at == items.end() ? nullptr : &*at;
}

void CheckSpeeds(const LatencyPolicy& policy, AddProblem add) {
  const ChasePolicy& chase = policy.chase;
  if (chase.speed_percent != 0 && (chase.speed_percent <= 100 || chase.speed_percent > 200)) {
    add("spec.chase.speed_percent", "must be 101 to 200");
  }
  if (chase.start_ms != 0 && chase.stop_ms > chase.start_ms) {
    add("spec.chase.stop_ms", "must not be over start_ms");
  }
  const SlowPolicy& slow = policy.slow;
  if (slow.speed_percent != 0 && (slow.speed_percent < 50 || slow.speed_percent >= 100)) {
    add("spec.slow.speed_percent", "must be 50 to 99");
  }
}

}  // namespace

void ValidateLatencyPolicy(const LatencyPolicy& policy, AddProblem add) {
  CheckSpeeds(policy, add);
  const auto longest = std::max({policy.target_ms, policy.worst_target_ms, policy.difference_ms,
                                 policy.gop_max_ms, policy.gop_ms, policy.gop_cache_ms});
  if (longest > kDelayMaxMs) {
    add("spec.target_ms", "and all other times must be at most 60000 (a minute)");
    return;
  }
  if (policy.gop_ms % 1000 != 0) {
    add("spec.gop_ms", "must be whole seconds, as transcode templates count them");
  }
  if (policy.start_buffer_max_ms > 10'000) {
    add("spec.start_buffer_max_ms", "must be at most 10000");
  }
  const auto plan = SolveLatency(policy);
  if (!plan.ok()) add("spec.target_ms", plan.status().message());
}

void ValidateLatencyOf(const PublishPoint& point, const Config& config, AddProblem add) {
  if (point.latency_policy.empty()) return;
  const LatencyPolicy* policy = FindByName(config.latency_policies, point.latency_policy);
  if (policy == nullptr) {
    add("spec.latency_policy",
        absl::StrCat("names LatencyPolicy \"", point.latency_policy, "\", which does not exist"));
    return;
  }
  const auto plan = SolveLatency(*policy);
  if (!plan.ok()) return;  // told of the policy
  for (size_t i = 0; i < point.transcode_templates.size(); ++i) {
    const auto* tier = FindByName(config.transcode_templates, point.transcode_templates[i]);
    if (tier == nullptr || tier->tier == Tier::kAo || tier->gop_s * 1000 == plan->gop_ms) continue;
    add(absl::StrCat("spec.transcode_templates[", i, "]"),
        absl::StrCat("has GOPs of ", tier->gop_s, " s, and LatencyPolicy \"", policy->name,
                     "\" needs ", plan->gop_ms, " ms of every tier; set its gop_s to ",
                     plan->gop_ms / 1000));
  }
}

}  // namespace nearcast::scheduler
