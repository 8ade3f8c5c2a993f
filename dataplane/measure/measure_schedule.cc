#include "dataplane/measure/measure_schedule.h"

#include <algorithm>

namespace nearcast::measure {
namespace {

constexpr double kJitter = 0.05;

double IntervalMs(const MeasureTarget& target) {
  return static_cast<double>(std::max<int64_t>(target.interval_ms, 1));
}

}  // namespace

void MeasureSchedule::SetTargets(const std::vector<MeasureTarget>& targets, int64_t now_ms) {
  std::map<std::string, Entry> entries;
  for (const MeasureTarget& target : targets) {
    const auto known = entries_.find(target.target);
    const bool keeps = known != entries_.end() && known->second.target == target;
    const auto spread_ms = static_cast<int64_t>(Chance() * IntervalMs(target));
    entries[target.target] = {target, keeps ? known->second.due_ms : now_ms + spread_ms};
  }
  entries_ = std::move(entries);
  queue_.clear();
  for (const auto& [name, entry] : entries_) queue_.emplace(entry.due_ms, name);
}

std::optional<MeasureTarget> MeasureSchedule::Take(int64_t now_ms) {
  if (NextMs() > now_ms) return std::nullopt;
  const std::string name = queue_.begin()->second;
  queue_.erase(queue_.begin());
  Entry& entry = entries_[name];
  const double step_ms = IntervalMs(entry.target) * (1 + kJitter * (2 * Chance() - 1));
  entry.due_ms =
      std::max(entry.due_ms + std::max<int64_t>(static_cast<int64_t>(step_ms), 1), now_ms + 1);
  queue_.emplace(entry.due_ms, name);
  return entry.target;
}

}  // namespace nearcast::measure
