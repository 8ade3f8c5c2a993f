#include "schedulerlib/live/live_state.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace nearcast::scheduler {

void LiveState::Report(const std::string& node, NodeLive live, double free_share,
                       absl::Duration now) {
  NodeLive& kept = view_[node];
  live.ramp_since = kept.health == Health::kDown ? now : kept.ramp_since;
  const double ramp = absl::ToDoubleSeconds(now - live.ramp_since) / kSlowStartS;
  live.ramp_eighths = static_cast<uint8_t>(1 + std::clamp(ramp, 0.0, 1.0) * 7);
  live.free_eighths = NextFreeEighths(kept.free_eighths, free_share);
  live.health = Health::kUp;
  live.last_report_at = now;
  live.watched_since = kept.watched_since;
  live.checks = kept.checks;
  live.checks_detail = kept.checks_detail;
  kept = std::move(live);
}

uint8_t NextFreeEighths(uint8_t current, double free_share) {
  constexpr double kTremble = 0.75;
  const double eighths = std::clamp(free_share, 0.0, 1.0) * 8;
  if (std::abs(eighths - current) <= kTremble) return current;
  return static_cast<uint8_t>(std::lround(eighths));
}

void LiveState::Watch(const std::string& node, absl::Duration now) {
  NodeLive& live = view_[node];
  if (live.watched_since == absl::InfiniteDuration()) live.watched_since = now;
}

void LiveState::Unwatch(const std::string& node) {
  const auto at = view_.find(node);
  if (at == view_.end()) return;
  at->second.watched_since = absl::InfiniteDuration();
  if (at->second.health == Health::kDown) at->second.health = Health::kUnknown;
}

std::vector<std::string> LiveState::Expire(absl::Duration now) {
  std::vector<std::string> down;
  for (auto& [name, live] : view_) {
    if (live.watched_since == absl::InfiniteDuration()) continue;  // need not report
    const absl::Duration heard_at = std::max(live.last_report_at, live.watched_since);
    if (live.health == Health::kDown || now - heard_at <= silence_) continue;
    // The load of a node that is gone means nothing.
    NodeLive lost;
    lost.health = Health::kDown;
    lost.watched_since = live.watched_since;
    lost.last_report_at = live.last_report_at;
    lost.checks = live.checks;
    lost.checks_detail = live.checks_detail;
    lost.self = std::move(live.self);
    live = std::move(lost);
    down.push_back(name);
  }
  return down;
}

}  // namespace nearcast::scheduler
