#include "probe/schedule.h"

#include <algorithm>

namespace nearcast::probe {
namespace {

constexpr double kJitter = 0.05;

absl::Duration IntervalOf(const v1::ProbePlan::Check& check) {
  return absl::Milliseconds(std::max(check.interval_ms(), 1u));
}

}  // namespace

void Schedule::SetPlan(const v1::ProbePlan& plan, absl::Duration now) {
  std::map<Key, Entry> entries;
  for (const v1::ProbePlan::Check& check : plan.checks()) {
    const Key key(check.check(), check.node());
    const auto known = entries_.find(key);
    const bool keeps =
        known != entries_.end() && known->second.check.interval_ms() == check.interval_ms();
    entries[key] = {check, keeps ? known->second.due : now + Chance() * IntervalOf(check)};
  }
  entries_ = std::move(entries);
  queue_.clear();
  for (const auto& [key, entry] : entries_) queue_.emplace(entry.due, key);
}

std::optional<v1::ProbePlan::Check> Schedule::Take(absl::Duration now) {
  if (NextAt() > now) return std::nullopt;
  const Key key = queue_.begin()->second;
  queue_.erase(queue_.begin());
  Entry& entry = entries_[key];
  const absl::Duration step = IntervalOf(entry.check) * (1 + kJitter * (2 * Chance() - 1));
  // A prober that cannot keep up runs each check as often as it can, and never makes up for it.
  entry.due = std::max(entry.due + step, now);
  queue_.emplace(entry.due, key);
  return entry.check;
}

absl::Duration Schedule::NextAt() const {
  return queue_.empty() ? absl::InfiniteDuration() : queue_.begin()->first;
}

}  // namespace nearcast::probe
