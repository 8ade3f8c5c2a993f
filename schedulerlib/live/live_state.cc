#include "schedulerlib/live/live_state.h"

#include <algorithm>

namespace nearcast::scheduler {

void LiveState::Report(const std::string& node, NodeLive live, absl::Duration now) {
  live.health = Health::kUp;
  live.last_report_at = now;
  view_[node] = live;
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
    // The load of a node that is gone means nothing.
    live = {.health = Health::kDown, .last_report_at = live.last_report_at};
    down.push_back(name);
  }
  return down;
}

}  // namespace nearcast::scheduler
