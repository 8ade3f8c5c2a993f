#include "dataplane/measure/delay_meter.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "base/clock.h"

namespace nearcast::measure {
namespace {

constexpr int64_t kWaitMsMax = 1'000;

int64_t NowMs() { return absl::ToInt64Milliseconds(Clock::System()->Monotonic()); }

}  // namespace

DelayMeter::DelayMeter(const DelayMeterOptions& options, std::unique_ptr<RoundTrips> trips)
    : options_(options), trips_(std::move(trips)), schedule_(options.seed) {}

DelayMeter::~DelayMeter() { Stop(); }

void DelayMeter::Start() {
  thread_ = std::thread([this] { Run(); });
}

void DelayMeter::Stop() {
  stopped_.store(true);
  trips_->Wake();
  if (thread_.joinable()) thread_.join();
}

void DelayMeter::SetTargets(size_t control, std::vector<MeasureTarget> targets) {
  {
    absl::MutexLock lock(&mutex_);
    Control& kept = controls_[control];
    kept.targets = std::move(targets);
    kept.found.clear();
    plan_is_new_ = true;
  }
  trips_->Wake();
}

std::vector<Measurement> DelayMeter::Take(size_t control) {
  std::vector<Measurement> taken;
  absl::MutexLock lock(&mutex_);
  const auto at = controls_.find(control);
  if (at == controls_.end()) return taken;
  for (auto& [target, found] : at->second.found) taken.push_back(std::move(found));
  at->second.found.clear();
  return taken;
}

DelayMeterCounters DelayMeter::Counters() const {
  absl::MutexLock lock(&mutex_);
  return counters_;
}

void DelayMeter::Run() {
  while (!stopped_.load()) {
    TakePlan();
    BeginDue();
    const bool room = running_.size() < options_.in_flight_max;
    const int64_t next_ms = room ? schedule_.NextMs() : MeasureSchedule::kNever;
    const int64_t wait_ms =
        next_ms == MeasureSchedule::kNever ? kWaitMsMax : std::min(next_ms - NowMs(), kWaitMsMax);
    trips_->Wait(wait_ms, [this](uint64_t id, std::optional<uint32_t> us) { OnDone(id, us); });
  }
}

void DelayMeter::TakePlan() {
  absl::MutexLock lock(&mutex_);
  if (!plan_is_new_) return;
  plan_is_new_ = false;
  std::map<std::string, MeasureTarget> wanted;
  counters_.targets_refused = 0;
  for (const auto& [index, control] : controls_) {
    for (const MeasureTarget& target : control.targets) {
      if (wanted.size() < options_.targets_max || wanted.count(target.target) > 0) {
        wanted.emplace(target.target, target);
      } else {
        ++counters_.targets_refused;
      }
    }
  }
  std::vector<MeasureTarget> targets;
  for (auto& [name, target] : wanted) targets.push_back(std::move(target));
  counters_.targets = targets.size();
  schedule_.SetTargets(targets, NowMs());
}

void DelayMeter::BeginDue() {
  while (running_.size() < options_.in_flight_max) {
    std::optional<MeasureTarget> due = schedule_.Take(NowMs());
    if (!due.has_value()) return;
    const uint64_t id = next_id_++;
    Running& running = running_[id];
    running.found.target = due->target;
    running.target = *std::move(due);
    Try(id, running.target);
  }
}

void DelayMeter::Try(uint64_t id, const MeasureTarget& target) {
  trips_->Begin(id, target.address, target.port, target.timeout_ms);
}

void DelayMeter::OnDone(uint64_t id, std::optional<uint32_t> us) {
  const auto at = running_.find(id);
  Running& running = at->second;
  Measurement& found = running.found;
  ++found.tries;
  if (!us.has_value()) {
    ++found.lost;
  } else if (!found.delay_us.has_value() || *us < *found.delay_us) {
    found.delay_us = us;
  }
  if (found.tries < running.target.tries) return Try(id, running.target);
  Keep(found);
  running_.erase(at);
}

void DelayMeter::Keep(const Measurement& found) {
  absl::MutexLock lock(&mutex_);
  ++counters_.measured;
  counters_.connects += found.tries;
  counters_.connects_lost += found.lost;
  for (auto& [index, control] : controls_) {
    const bool wants =
        std::any_of(control.targets.begin(), control.targets.end(),
                    [&found](const MeasureTarget& t) { return t.target == found.target; });
    if (wants) control.found[found.target] = found;
  }
}

}  // namespace nearcast::measure
