#include "schedulerlib/place/ranking.h"

#include <algorithm>

namespace nearcast::scheduler {
namespace {

double LoadShare(const Node& node, const NodeLive& live) {
  return node.capacity_mbps > 0 ? live.out_bits_per_s / (node.capacity_mbps * 1e6) : 0;
}

}  // namespace

absl::string_view StandingName(Standing standing) {
  switch (standing) {
    case Standing::kUsable:
      return "usable";
    case Standing::kFull:
      return "full";
    case Standing::kDrained:
      return "drained";
    case Standing::kOff:
      return "off";
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

Ranked RankOne(const ipdb::Location& client, const Candidate& candidate,
               const RankingTerms& terms) {
  static const NearnessTable kDefaults;
  const NearnessTable& nearness = terms.nearness != nullptr ? *terms.nearness : kDefaults;
  Ranked ranked;
  ranked.node = candidate.node;
  ranked.delay = EstimateDelay(client, candidate.location, candidate.announces, nearness);
  if (terms.measured != nullptr) {
    const auto at = std::lower_bound(
        terms.measured->begin(), terms.measured->end(), candidate.node,
        [](const auto& measured, NodeIndex node) { return measured.first < node; });
    if (at != terms.measured->end() && at->first == candidate.node) {
      ranked.delay.measured = true;
      ranked.delay.us = at->second;
    }
  }
  ranked.standing = candidate.standing;
  if (terms.off != nullptr && terms.off->Has(candidate.node)) {
    ranked.standing = std::max(ranked.standing, Standing::kOff);
  }
  ranked.pinned = std::count(terms.pinned.begin(), terms.pinned.end(), candidate.node) > 0;
  ranked.cost_us = ranked.delay.us + candidate.load_penalty_us;
  return ranked;
}

std::vector<Ranked> Rank(const ipdb::Location& client, const std::vector<Candidate>& candidates,
                         const RankingTerms& terms) {
  std::vector<Ranked> ranking;
  ranking.reserve(candidates.size());
  for (const Candidate& c : candidates) ranking.push_back(RankOne(client, c, terms));
  const auto pin_of = [&terms](const Ranked& ranked) {
    return std::find(terms.pinned.begin(), terms.pinned.end(), ranked.node) - terms.pinned.begin();
  };
  // Nodes stand in the snapshot in the order of their names, so their indices break ties as the
  // names would.
  std::sort(ranking.begin(), ranking.end(), [&pin_of](const Ranked& a, const Ranked& b) {
    if (a.standing != b.standing) return a.standing < b.standing;
    if (a.pinned != b.pinned) return a.pinned;
    if (a.pinned) return pin_of(a) < pin_of(b);
    if (a.cost_us != b.cost_us) return a.cost_us < b.cost_us;
    if (a.delay.rung != b.delay.rung) return a.delay.rung < b.delay.rung;
    return a.node < b.node;
  });
  return ranking;
}

std::vector<Ranked> RankBest(const ipdb::Location& client, const std::vector<Candidate>& candidates,
                             size_t count, const RankingTerms& terms) {
  std::vector<Ranked> ranking = Rank(client, candidates, terms);
  const int32_t equal_cost_us =
      terms.nearness != nullptr ? terms.nearness->equal_cost_us() : kEqualCostUs;
  const size_t kept = std::max(count, EquallyNear(ranking, equal_cost_us));
  if (ranking.size() > kept) ranking.resize(kept);
  return ranking;
}

size_t EquallyNear(const std::vector<Ranked>& ranking, int32_t equal_cost_us) {
  if (!ranking.empty() && ranking.front().pinned) return 1;
  size_t n = 0;
  while (n < ranking.size() && ranking[n].standing == ranking[0].standing &&
         CrossesIsps(ranking[n].delay) == CrossesIsps(ranking[0].delay) &&
         ranking[n].cost_us - ranking[0].cost_us <= equal_cost_us) {
    ++n;
  }
  return n;
}

}  // namespace nearcast::scheduler
