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
  kept = live;
}

uint8_t NextFreeEighths(uint8_t current, double free_share) {
  constexpr double kTremble = 0.75;
  const double eighths = std::clamp(free_share, 0.0, 1.0) * 8;
  if (std::abs(eighths - current) <= kTremble) return current;
  return static_cast<uint8_t>(std::lround(eighths));
}

void LiveState::Watch(const std::string& node, absl::Duration now) {
  const auto [at, is_new] = view_.try_emplace(node);
  if (is_new) at->second.watched_since = now;
}

std::vector<std::string> LiveState::Expire(absl::Duration now) {
  std::vector<std::string> down;
  for (auto& [name, live] : view_) {
    const absl::Duration heard_at = std::max(live.last_report_at, live.watched_since);
    if (live.health == Health::kDown || now - heard_at <= silence_) continue;
    if (heard_at == -absl::InfiniteDuration()) continue;  // neither watched nor heard: only checked
    // The load of a node that is gone means nothing.
    live = {.health = Health::kDown, .last_report_at = live.last_report_at, .checks = live.checks};
    down.push_back(name);
  }
  return down;
}

}  // namespace nearcast::scheduler
