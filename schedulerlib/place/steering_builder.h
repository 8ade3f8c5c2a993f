// BuildSteeringMap: rankings per cell in, one scheduled name's answers out.
//
// For each cell: the most specific place rule that matches decides; else, when no node is usable and
// there is a fallback alias, that; else the ranking (choose.h). A name that spreads by place has one
// answer a cell, drawn by a key of the place; one that spreads by client or stream has
// kSteeringSlots, drawn by the slot alone, so that one stream meets at one node wherever the same
// nodes are near.
#ifndef SCHEDULERLIB_PLACE_STEERING_BUILDER_H_
#define SCHEDULERLIB_PLACE_STEERING_BUILDER_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ipdb/location.h"
#include "ipdb/prefix_table.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/model/ids.h"
#include "schedulerlib/place/choose.h"
#include "schedulerlib/place/endpoint.h"
#include "schedulerlib/place/ranking.h"
#include "schedulerlib/place/steering.h"

namespace nearcast::scheduler {

using CellRankings = std::vector<std::vector<Ranked>>;

// A PlaceRule with names resolved: `nodes` ranked by their order, what stands worse behind.
struct CompiledPlaceRule {
  ipdb::Location match;
  std::vector<Ranked> nodes;
  std::string cname;
};

// Everything that distinguishes one map from another over the same nodes: names that agree in it
// share a map.
struct SteeringPolicy {
  uint32_t answers_max = 2;
  Spread spread = Spread::kPlace;
  Diversity diversity = Diversity::kAny;
  bool by_load = false;
  std::vector<CompiledPlaceRule> rules;
  std::string fallback_cname;
};

struct SteeringInput {
  // By cell, of the nodes with an address of that family; not null.
  const CellRankings* ranking_v4 = nullptr;
  const CellRankings* ranking_v6 = nullptr;

  // By NodeIndex.
  std::span<const Endpoint* const> endpoints;
  const ipdb::PrefixTable* places = nullptr;
};

std::shared_ptr<const SteeringMap> BuildSteeringMap(const SteeringInput& input,
                                                    const SteeringPolicy& policy);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_PLACE_STEERING_BUILDER_H_
