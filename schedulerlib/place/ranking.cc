#include "schedulerlib/place/ranking.h"

#include <algorithm>

namespace nearcast::scheduler {
namespace {

double LoadShare(const Node& node, const NodeLive& live) {
  return node.capacity_mbps > 0 ? live.out_bits_per_s / (node.capacity_mbps * 1e6) : 0;
}

// A viewer of an ISP that has a node gets one of that ISP, or one that announces to it: equal cost
// does not make another ISP's node as good.
bool CrossesIsps(const Delay& delay) { return delay.rung > Rung::kSameIsp; }

}  // namespace

absl::string_view StandingName(Standing standing) {
  switch (standing) {
    case Standing::kUsable:
      return "usable";
    case Standing::kFull:
      return "full";
    case Standing::kDrained:
      return "drained";
    case Standing::kDown:
      return "down";
  }
  return "unknown";
}

double FreeShare(const Node& node, const NodeLive& live) {
  return std::clamp(1 - LoadShare(node, live), 0.0, 1.0);
}

Standing StandingOf(const Node& node, const NodeLive& live) {
  if (live.checks == Health::kDown) return Standing::kDown;
  if (node.health == HealthSource::kHeartbeat && live.health == Health::kDown)
    return Standing::kDown;
  if (node.admin_state == AdminState::kDrained) return Standing::kDrained;
  if (LoadShare(node, live) >= kFullShare) return Standing::kFull;
  return Standing::kUsable;
}

int32_t LoadPenaltyUs(const Node& node, const NodeLive& live) {
  constexpr double kFreeShare = 0.5;
  constexpr int32_t kStepUs = 5000;
  constexpr int kSteps = 4;
  const double over = (LoadShare(node, live) - kFreeShare) / (kFullShare - kFreeShare);
  return kStepUs * std::clamp(static_cast<int>(over * kSteps), 0, kSteps);
}

double LoadWeight(const NodeLive& live) {
  return std::max(1, live.free_eighths * live.ramp_eighths) / 64.0;
}

std::vector<Ranked> Rank(const ipdb::Location& client, const std::vector<Candidate>& candidates) {
  std::vector<Ranked> ranking;
  ranking.reserve(candidates.size());
  for (const Candidate& c : candidates) {
    Ranked& ranked = ranking.emplace_back();
    ranked.node = c.node;
    ranked.delay = EstimateDelay(client, c.location, c.announces);
    ranked.standing = c.standing;
    ranked.cost_us = ranked.delay.us + c.load_penalty_us;
  }
  // Nodes stand in the snapshot in the order of their names, so their indices break ties as the
  // names would.
  std::sort(ranking.begin(), ranking.end(), [](const Ranked& a, const Ranked& b) {
    if (a.standing != b.standing) return a.standing < b.standing;
    if (a.cost_us != b.cost_us) return a.cost_us < b.cost_us;
    if (a.delay.rung != b.delay.rung) return a.delay.rung < b.delay.rung;
    return a.node < b.node;
  });
  return ranking;
}

std::vector<Ranked> RankBest(const ipdb::Location& client, const std::vector<Candidate>& candidates,
                             size_t count) {
  std::vector<Ranked> ranking = Rank(client, candidates);
  const size_t kept = std::max(count, EquallyNear(ranking));
  if (ranking.size() > kept) ranking.resize(kept);
  return ranking;
}

size_t EquallyNear(const std::vector<Ranked>& ranking) {
  size_t n = 0;
  while (n < ranking.size() && ranking[n].standing == ranking[0].standing &&
         CrossesIsps(ranking[n].delay) == CrossesIsps(ranking[0].delay) &&
         ranking[n].cost_us - ranking[0].cost_us <= kEqualCostUs) {
    ++n;
  }
  return n;
}

}  // namespace nearcast::scheduler
