// Ranking: every candidate node for one client place, in the order in which they should be used.
//
// Order: usable nodes first (up, active, with room), then full ones, drained ones, down ones: never
// an empty answer while anything stands. Within a standing, by cost = delay + load penalty; ties by
// the nearer rung, so that the own ISP goes before another, then by the node's name, so that every
// replica ranks alike.
#ifndef SCHEDULERLIB_PLACE_RANKING_H_
#define SCHEDULERLIB_PLACE_RANKING_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "ipdb/location.h"
#include "schedulerlib/live/node_live.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/model/ids.h"
#include "schedulerlib/place/delay.h"

namespace nearcast::scheduler {

// From the best to the last resort.
enum class Standing : uint8_t { kUsable, kFull, kDrained, kDown };

// "usable", "full", "drained", "down".
absl::string_view StandingName(Standing standing);

// What ranking needs of a node.
struct Candidate {
  NodeIndex node;
  ipdb::Location location;
  std::vector<std::string> announces;
  Standing standing = Standing::kUsable;
  int32_t load_penalty_us = 0;
};

struct Ranked {
  NodeIndex node;
  Delay delay;
  Standing standing = Standing::kUsable;
  int32_t cost_us = 0;  // delay and load penalty
};

// A node is full at this share of its capacity; the penalty grows up to it from half.
inline constexpr double kFullShare = 0.95;

// Candidates whose cost is within this of the best count as equally near, if they cross an ISP's
// border as the best does or does not.
inline constexpr int32_t kEqualCostUs = 5000;

// What is free of a node's capacity, 0..1; 1 for a node without a limit.
double FreeShare(const Node& node, const NodeLive& live);

// Down when the checks say so, or when a node that reports by itself has fallen silent.
Standing StandingOf(const Node& node, const NodeLive& live);

// 0 below half of the capacity, then up to 20 ms at kFullShare, in steps of 5 ms so that small
// changes of load change no answer.
int32_t LoadPenaltyUs(const Node& node, const NodeLive& live);

// The share of its weight that a node has for names that spread by load: what is free of its
// capacity, times its slow start; at least 1/64, so that it is never forgotten.
double LoadWeight(const NodeLive& live);

// All candidates, best first. O(n log n).
std::vector<Ranked> Rank(const ipdb::Location& client, const std::vector<Candidate>& candidates);

// As Rank, without what no answer needs: all the equally near ones, and no more others than make
// `count`.
std::vector<Ranked> RankBest(const ipdb::Location& client, const std::vector<Candidate>& candidates,
                             size_t count);

// How many of the first entries are equally near: same standing as the first, on the same side of
// the ISPs' border, cost within kEqualCostUs of it. 0 for an empty ranking.
size_t EquallyNear(const std::vector<Ranked>& ranking);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_PLACE_RANKING_H_
