// ChooseNodes: from a ranking to the nodes that one answer names.
//
// The equally near ones come first, in the order that a key gives them by weighted rendezvous
// (rendezvous.h): each leads a share of the keys that follows its weight. The rest follow as ranked.
// None stands worse than the first. Ties in the rendezvous score go to the better ranked.
#ifndef SCHEDULERLIB_PLACE_CHOOSE_H_
#define SCHEDULERLIB_PLACE_CHOOSE_H_

#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "ipdb/location.h"
#include "schedulerlib/model/ids.h"
#include "schedulerlib/place/ranking.h"

namespace nearcast::scheduler {

// What choosing needs of a node beside its rank.
struct NodeTraits {
  uint64_t hash = 0;                         // StableHash of its name: its bucket in rendezvous
  double weight = 1;                         // > 0
  const ipdb::Location* location = nullptr;  // not null when choosing is kDiverse
};

using TraitsOf = absl::FunctionRef<NodeTraits(NodeIndex)>;

// kDiverse: the second node stands in another city or ISP than the first, if such a one costs at
// most kDiverseCostUs more than the best.
enum class Diversity : uint8_t { kAny, kDiverse };
inline constexpr int32_t kDiverseCostUs = 20000;

// At most `nodes_max`; empty only for an empty ranking.
std::vector<NodeIndex> ChooseNodes(const std::vector<Ranked>& ranking, TraitsOf traits_of,
                                   uint64_t key, uint32_t nodes_max,
                                   Diversity diversity = Diversity::kAny);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_PLACE_CHOOSE_H_
