#include "schedulerlib/place/choose.h"

#include <algorithm>
#include <utility>

#include "schedulerlib/place/rendezvous.h"

namespace nearcast::scheduler {
namespace {

// The nodes that stand as well as the best, in the order of preference, with their costs.
std::vector<std::pair<NodeIndex, int32_t>> Order(const std::vector<Ranked>& ranking,
                                                 TraitsOf traits_of, uint64_t key) {
  std::vector<std::pair<double, size_t>> near;
  const size_t equal = EquallyNear(ranking);
  for (size_t i = 0; i < equal; ++i) {
    const NodeTraits traits = traits_of(ranking[i].node);
    near.emplace_back(RendezvousScore(key, traits.hash, traits.weight), i);
  }
  std::stable_sort(near.begin(), near.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::pair<NodeIndex, int32_t>> order;
  for (const auto& [score, i] : near) order.emplace_back(ranking[i].node, ranking[i].cost_us);
  for (size_t i = equal; i < ranking.size() && ranking[i].standing == ranking[0].standing; ++i) {
    order.emplace_back(ranking[i].node, ranking[i].cost_us);
  }
  return order;
}

bool SamePlace(const ipdb::Location& a, const ipdb::Location& b) {
  return a.country == b.country && a.region == b.region && a.city == b.city && a.isp == b.isp;
}

}  // namespace

std::vector<NodeIndex> ChooseNodes(const std::vector<Ranked>& ranking, TraitsOf traits_of,
                                   uint64_t key, uint32_t nodes_max, Diversity diversity) {
  if (ranking.empty()) return {};
  auto order = Order(ranking, traits_of, key);
  if (diversity == Diversity::kDiverse) {
    const ipdb::Location first = *traits_of(order[0].first).location;
    const auto other = std::find_if(order.begin() + 1, order.end(), [&](const auto& entry) {
      return entry.second <= ranking[0].cost_us + kDiverseCostUs &&
             !SamePlace(*traits_of(entry.first).location, first);
    });
    if (other != order.end()) std::rotate(order.begin() + 1, other, other + 1);
  }
  std::vector<NodeIndex> chosen;
  for (const auto& [node, cost_us] : order) {
    if (chosen.size() == nodes_max) break;
    chosen.push_back(node);
  }
  return chosen;
}

}  // namespace nearcast::scheduler
