#include "services/node/probe_desk.h"

#include <utility>

#include "schedulerlib/convert/probe_plan.h"
#include "services/rpc/status.h"

namespace nearcast {

using rpc::WithReason;
using scheduler::CheckOutcome;

namespace {

constexpr size_t kNameBytesMax = 253;

}  // namespace

ProbeDesk::ProbeDesk(const Clock* clock, Publisher* publisher)
    : clock_(clock), publisher_(publisher) {
  publisher_->WatchConfig([this] { Refresh(); });
  Refresh();
}

ProbeDesk::~ProbeDesk() { publisher_->WatchConfig(nullptr); }

uint64_t ProbeDesk::Open(TakePlan take) {
  RefreshIfDue();
  absl::MutexLock lock(&mutex_);
  take(plan_);
  vantages_[next_vantage_] = std::move(take);
  return next_vantage_++;
}

void ProbeDesk::Close(uint64_t vantage) {
  absl::MutexLock lock(&mutex_);
  vantages_.erase(vantage);
}

void ProbeDesk::Refresh() {
  absl::MutexLock lock(&mutex_);
  scheduler::ProbePlanFor made = scheduler::BuildProbePlan(*publisher_->holder()->Current(),
                                                           absl::ToUnixSeconds(clock_->Now()));
  renew_at_s_ = made.renew_at_s;
  v1::ProbePlan plan = std::move(made.plan);
  std::string bytes = plan.SerializeAsString();
  if (plan_ != nullptr && bytes == written_) return;
  written_ = std::move(bytes);
  plan.set_version(plan_ == nullptr ? 1 : plan_->version() + 1);
  plan_ = std::make_shared<const v1::ProbePlan>(std::move(plan));
  for (const auto& [vantage, take] : vantages_) take(plan_);
}

void ProbeDesk::RefreshIfDue() {
  {
    absl::MutexLock lock(&mutex_);
    if (absl::ToUnixSeconds(clock_->Now()) < renew_at_s_) return;
  }
  Refresh();
}

absl::Status ProbeDesk::TakeReport(const v1::ProbeReport& report) {
  if (report.vantage().empty() || report.vantage().size() > kNameBytesMax) {
    return WithReason(absl::InvalidArgumentError(
                          "a vantage needs a name of 1 to 253 bytes; give the prober's --vantage"),
                      "VANTAGE_NAME");
  }
  RefreshIfDue();
  CheckReport taken;
  taken.vantage = report.vantage();
  for (const v1::ProbeReport::CheckResult& result : report.checks()) {
    taken.results.push_back({.check = result.check(),
                             .node = result.node(),
                             .outcome = result.ok() ? CheckOutcome::kPassed : CheckOutcome::kFailed,
                             .detail = result.detail()});
  }
  if (publisher_->ReportChecks(std::move(taken))) return absl::OkStatus();
  return WithReason(absl::ResourceExhaustedError("too many reports wait; report again later"),
                    "TOO_MANY_REPORTS");
}

}  // namespace nearcast
