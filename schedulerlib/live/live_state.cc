#include "schedulerlib/live/live_state.h"

#include <algorithm>

namespace nearcast::scheduler {

void LiveState::Report(const std::string& node, NodeLive live, absl::Duration now) {
  live.health = Health::kUp;
  live.last_report_at = now;
  view_[node] = live;
}

std::vector<std::string> LiveState::Expire(const std::vector<std::string>& nodes,
                                           absl::Duration now) {
  std::vector<std::string> down;
  for (const std::string& name : nodes) {
    NodeLive& live = view_[name];
    const absl::Duration heard_at = std::max(live.last_report_at, started_at_);
    if (live.health == Health::kDown || now - heard_at <= silence_) continue;
    const absl::Duration last_report_at = live.last_report_at;
    live = NodeLive();  // the load of a node that is gone means nothing
    live.health = Health::kDown;
    live.last_report_at = last_report_at;
    down.push_back(name);
  }
  return down;
}

}  // namespace nearcast::scheduler
