#include "probe/prober.h"

#include <algorithm>
#include <optional>

#include "base/clock.h"
#include "probe/run_check.h"
#include "spdlog/spdlog.h"

namespace nearcast::probe {
namespace {

// The log's memory; more than any plan needs.
constexpr size_t kPassedMax = 100'000;

}  // namespace

Prober::Prober(const ProberOptions& options) : options_(options), schedule_(options.seed) {
  for (const std::string& control : options_.controls) {
    links_.push_back(std::make_unique<ControlLink>(
        ControlLinkOptions{.vantage = options_.vantage, .address = control},
        [this](const v1::ProbePlan& plan) { SetPlan(plan); }));
  }
  // Only now: workers use the links.
  for (uint32_t i = 0; i < std::max(options_.threads, 1u); ++i) {
    workers_.emplace_back([this] { Work(); });
  }
}

Prober::~Prober() {
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
  }
  for (std::thread& worker : workers_) worker.join();
  links_.clear();
}

void Prober::SetPlan(const v1::ProbePlan& plan) {
  absl::MutexLock lock(&mutex_);
  schedule_.SetPlan(plan, Clock::System()->Monotonic());
  plan_is_new_ = true;
  spdlog::info("plan {}: {} check(s)", plan.version(), schedule_.size());
}

void Prober::Work() {
  Check check;
  while (WaitForCheck(&check)) Tell(RunCheck(check, options_.source));
}

bool Prober::WaitForCheck(Check* check) {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &Prober::MayLead));
  has_leader_ = true;
  while (!stopped_) {
    plan_is_new_ = false;
    const absl::Duration now = Clock::System()->Monotonic();
    if (std::optional<Check> due = schedule_.Take(now)) {
      *check = *std::move(due);
      has_leader_ = false;
      return true;
    }
    mutex_.AwaitWithTimeout(absl::Condition(this, &Prober::Hurry), schedule_.NextAt() - now);
  }
  has_leader_ = false;
  return false;
}

void Prober::Tell(const v1::ProbeReport::CheckResult& result) {
  for (const auto& link : links_) link->Send(result);
  absl::MutexLock lock(&mutex_);
  if (passed_.size() >= kPassedMax) passed_.clear();
  const auto [at, is_new] = passed_.try_emplace({result.check(), result.node()}, true);
  if (at->second == result.ok()) return;
  at->second = result.ok();
  if (result.ok()) {
    spdlog::info("check {} of {}: passes", result.check(), result.node());
  } else {
    spdlog::warn("check {} of {}: {}", result.check(), result.node(), result.detail());
  }
}

}  // namespace nearcast::probe
