// BuildSteeringMap: rankings per cell in, one scheduled name's answers out.
//
// For each cell: where a prefix is overridden, the override's nodes while one of them is usable, else
// its alias; else the most specific place rule that matches; else, when no node is usable and there
// is a fallback alias, that; else the ranking (choose.h). A name that spreads by place has one answer
// a cell, drawn by a key of the place; one that spreads by client or stream has kSteeringSlots, drawn
// by the slot alone, so that one stream meets at one node wherever the same nodes are near. The parts
// of a divided cell are decided like cells of their own.
#ifndef SCHEDULERLIB_PLACE_STEERING_BUILDER_H_
#define SCHEDULERLIB_PLACE_STEERING_BUILDER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/tasks.h"
#include "ipdb/location.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/model/ids.h"
#include "schedulerlib/place/cell_ranker.h"
#include "schedulerlib/place/choose.h"
#include "schedulerlib/place/client_table.h"
#include "schedulerlib/place/division.h"
#include "schedulerlib/place/draws.h"
#include "schedulerlib/place/endpoint.h"
#include "schedulerlib/place/ranking.h"
#include "schedulerlib/place/steering.h"

namespace nearcast::scheduler {

// A PlaceRule with names resolved: `nodes` ranked by their order, what stands worse behind.
struct CompiledPlaceRule {
  ipdb::Location match;
  std::vector<Ranked> nodes;
  std::string cname;
};

// The one with the most fields of those that match the place; of these the first; null for none.
const CompiledPlaceRule* FindRule(const std::vector<CompiledPlaceRule>& rules,
                                  const ipdb::Location& place);

// Everything that distinguishes one map from another over the same nodes: names that agree in it
// share a map.
struct SteeringPolicy {
  uint32_t answers_max = 2;
  Spread spread = Spread::kPlace;
  Diversity diversity = Diversity::kAny;
  bool by_load = false;
  std::vector<CompiledPlaceRule> rules;
  std::string fallback_cname;
  // By override of the client table, as far as there are such: this name's alias there, or empty.
  std::vector<std::string> override_cnames;
};

// Up to so many answers, names share what is drawn; so do those that ask for more.
inline constexpr uint32_t kFewDrawn = 4;

// No address is that of two nodes: answers with other nodes have other addresses.
bool AddressesDiffer(std::span<const Endpoint* const> endpoints);

// What maps over the same clients and nodes have in common, so that a thousand names cost little
// more than their differences. One thread; lives as long as one build.
class SteeringMemo {
 public:
  // `addresses_differ` as AddressesDiffer(endpoints).
  SteeringMemo(const ClientTable* clients, std::span<const Endpoint* const> endpoints,
               bool addresses_differ, int32_t equal_cost_us = kEqualCostUs)
      : clients_(clients),
        endpoints_(endpoints),
        equal_cost_us_(equal_cost_us),
        addresses_differ_(addresses_differ) {}

  const ClientTable& clients() const { return *clients_; }
  std::span<const Endpoint* const> endpoints() const { return endpoints_; }

  // For names that answer at most `answers_max`.
  Draws& DrawsOf(const CellRankings* rankings, uint32_t answers_max, bool by_load,
                 Diversity diversity);

  bool addresses_differ() const { return addresses_differ_; }

 private:
  const ClientTable* clients_;
  std::span<const Endpoint* const> endpoints_;
  int32_t equal_cost_us_;
  bool addresses_differ_;
  std::map<std::tuple<const CellRankings*, uint32_t, bool, Diversity>, Draws> draws_;
};

struct SteeringInput {
  // By cell and further part, of the nodes with an address of that family; not null.
  const CellRankings* ranking_v4 = nullptr;
  const CellRankings* ranking_v6 = nullptr;
  SteeringMemo* memo = nullptr;

  // Null when no cell is divided; else memo's client table has the further parts as its last cells.
  std::shared_ptr<const CellDivisions> divisions;

  // Whether a node is switched off for a cell or part, for the nodes that place rules name; empty when
  // none is anywhere.
  std::function<bool(uint32_t cell, NodeIndex node)> is_off;
};

// Still without runs of addresses: AddRuns.
std::shared_ptr<SteeringMap> BuildSteeringMap(const SteeringInput& input,
                                              const SteeringPolicy& policy);

// Fills in SteeringMap::v4 and v6. Maps that give all cells the same groups share their runs, with each
// other and with those of `known`, which were built over the same clients. A task is one set of runs.
void AddRuns(const ClientTable& clients, std::span<const SteeringMap* const> known, RunTasks run,
             std::span<SteeringMap* const> maps);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_PLACE_STEERING_BUILDER_H_
