// BuildSteeringMap: rankings per cell in, one scheduled name's answers out.
#ifndef SCHEDULERLIB_PLACE_STEERING_BUILDER_H_
#define SCHEDULERLIB_PLACE_STEERING_BUILDER_H_

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "absl/functional/function_ref.h"
#include "ipdb/prefix_table.h"
#include "schedulerlib/place/endpoint.h"
#include "schedulerlib/place/ranking.h"
#include "schedulerlib/place/steering.h"

namespace nearcast::scheduler {

// The rendezvous bucket of a node: StableHash of its name.
using NodeHash = absl::FunctionRef<uint64_t(NodeIndex)>;

// The nodes that one answer names, best first: the equally near ones in the order that `key` gives
// them by rendezvous, then the rest as ranked; at most `answers_max`, and none that stands worse
// than the first. Ties in the rendezvous score go to the better ranked.
std::vector<NodeIndex> ChooseNodes(const std::vector<Ranked>& ranking, NodeHash hash_of,
                                   uint64_t key, uint32_t answers_max);

// `ranking_of_cell` has an entry for each cell of `places`; `endpoints` for each node, by index.
// `name_hash` spreads the cells of equally near nodes, differently for each name.
std::shared_ptr<const SteeringMap> BuildSteeringMap(
    const std::vector<std::vector<Ranked>>& ranking_of_cell,
    std::span<const Endpoint* const> endpoints, const ipdb::PrefixTable& places, uint64_t name_hash,
    uint32_t answers_max);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_PLACE_STEERING_BUILDER_H_
