// Ranking: every candidate node for one client place, in the order in which they should be used.
//
// Order: usable nodes first (up, active, with room), then full ones, drained ones, those that are
// switched off for the client, down ones: never an empty answer while anything stands. Within a standing, nodes that a prefix override names go
// first, in its order; then by cost = delay + load penalty; ties by the nearer rung, so that the own
// ISP goes before another, then by the node's name, so that every replica ranks alike.
//
// This is the definition, and what a single client with a place of its own costs; whole tables of
// cells are ranked by cell_ranker.h, which agrees.
#ifndef SCHEDULERLIB_PLACE_RANKING_H_
#define SCHEDULERLIB_PLACE_RANKING_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "ipdb/location.h"
#include "schedulerlib/live/node_live.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/model/ids.h"
#include "schedulerlib/place/delay.h"
#include "schedulerlib/place/measured_table.h"
#include "schedulerlib/place/nearness_table.h"
#include "schedulerlib/place/off_nodes.h"

namespace nearcast::scheduler {

// From the best to the last resort.
enum class Standing : uint8_t { kUsable, kFull, kDrained, kOff, kDown };

// "usable", "full", "drained", "off", "down".
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
  bool pinned = false;  // a prefix override names it
  int32_t cost_us = 0;  // delay and load penalty

  friend bool operator==(const Ranked&, const Ranked&) = default;
};

// What else than the places decides for one client.
struct RankingTerms {
  const NearnessTable* nearness = nullptr;       // null = the defaults
  const MeasuredTable::Row* measured = nullptr;  // null = nothing was measured from there
  std::span<const NodeIndex> pinned;             // by its prefix override, in order
  const OffNodes* off = nullptr;                 // null = nothing is switched off there
};

// A node is full at this share of its capacity; the penalty grows up to it from half.
inline constexpr double kFullShare = 0.95;

// What is free of a node's capacity, 0..1; 1 for a node without a limit.
double FreeShare(const Node& node, const NodeLive& live);

// Never kOff, which depends on the client. Down when the checks say so, or when a node that reports by itself has fallen silent.
Standing StandingOf(const Node& node, const NodeLive& live);

// 0 below half of the capacity, then up to 20 ms at kFullShare, in steps of 5 ms so that small
// changes of load change no answer.
int32_t LoadPenaltyUs(const Node& node, const NodeLive& live);

// A viewer of an ISP that has a node gets one of that ISP, or one that announces to it: equal cost
// does not make another ISP's node as good.
inline bool CrossesIsps(const Delay& delay) { return delay.rung > Rung::kSameIsp; }

// The share of its weight that a node has for names that spread by load: what is free of its
// capacity, times its slow start; at least 1/64, so that it is never forgotten.
double LoadWeight(const NodeLive& live);

// What `node` costs; `terms` as above.
Ranked RankOne(const ipdb::Location& client, const Candidate& candidate,
               const RankingTerms& terms = {});

// All candidates, best first. O(n log n).
std::vector<Ranked> Rank(const ipdb::Location& client, const std::vector<Candidate>& candidates,
                         const RankingTerms& terms = {});

// As Rank, without what no answer needs: all the equally near ones, and no more others than make
// `count`.
std::vector<Ranked> RankBest(const ipdb::Location& client, const std::vector<Candidate>& candidates,
                             size_t count, const RankingTerms& terms = {});

// How many of the first entries are equally near: same standing as the first, on the same side of
// the ISPs' border, cost within `equal_cost_us` of it. A pinned node is like no other. 0 for an empty
// ranking.
size_t EquallyNear(const std::vector<Ranked>& ranking, int32_t equal_cost_us = kEqualCostUs);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_PLACE_RANKING_H_
