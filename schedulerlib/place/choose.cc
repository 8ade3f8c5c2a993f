#include "schedulerlib/place/choose.h"

#include "schedulerlib/place/rendezvous.h"

namespace nearcast::scheduler {

std::vector<NodeIndex> ChooseNodes(const std::vector<Ranked>& ranking, TraitsOf traits_of,
                                   uint64_t key, uint32_t nodes_max, Diversity diversity,
                                   int32_t equal_cost_us) {
  const auto score_above = [&](NodeIndex node, double floor) {
    const NodeTraits traits = traits_of(node);
    return RendezvousScoreAbove(key, traits.hash, traits.weight, floor);
  };
  const auto location_of = [&](NodeIndex node) -> const ipdb::Location& {
    return *traits_of(node).location;
  };
  return NodeChooser(ranking, EquallyNear(ranking, equal_cost_us), score_above, location_of)
      .Choose(nodes_max, diversity);
}

}  // namespace nearcast::scheduler
