// ChooseNodes: from a ranking to the nodes that one answer names.
//
// The equally near ones come first, in the order that a key gives them by weighted rendezvous
// (rendezvous.h): each leads a share of the keys that follows its weight. The rest follow as ranked.
// None stands worse than the first. Ties in the rendezvous score go to the better ranked.
#ifndef SCHEDULERLIB_PLACE_CHOOSE_H_
#define SCHEDULERLIB_PLACE_CHOOSE_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
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

// At most `nodes_max`; empty only for an empty ranking. The first n of what a greater `nodes_max`
// gives.
std::vector<NodeIndex> ChooseNodes(const std::vector<Ranked>& ranking, TraitsOf traits_of,
                                   uint64_t key, uint32_t nodes_max,
                                   Diversity diversity = Diversity::kAny,
                                   int32_t equal_cost_us = kEqualCostUs);

// The first of what ChooseNodes gives without diversity, of which `equal` are equally near; nothing
// for an empty ranking. `score_above` as below. No allocation.
template <typename ScoreAbove>
std::optional<NodeIndex> ChooseLeader(const std::vector<Ranked>& ranking, size_t equal,
                                      ScoreAbove score_above) {
  if (ranking.empty()) return std::nullopt;
  NodeIndex leader = ranking.front().node;
  double best = 0;
  for (size_t i = 0; equal > 1 && i < equal; ++i) {
    const double score = score_above(ranking[i].node, best);
    if (score <= best) continue;
    best = score;
    leader = ranking[i].node;
  }
  return leader;
}

// The same with the rendezvous scores given, for many keys at once: `score_above` takes a NodeIndex and
// a floor and gives its score, or anything below the floor when it is below; `location_of`, called
// for kDiverse only, gives a const ipdb::Location&.
template <typename ScoreAbove, typename LocationOf>
class NodeChooser {
 public:
  // `equal` of the ranking are equally near. `floor` is a guess of what enough scores reach: right or
  // wrong, the choice is the same; a good one saves work.
  NodeChooser(const std::vector<Ranked>& ranking, size_t equal, ScoreAbove score_above,
              LocationOf location_of, double floor = 0)
      : ranking_(ranking),
        equal_(equal),
        score_above_(score_above),
        location_of_(location_of),
        floor_(floor) {}

  std::vector<NodeIndex> Choose(uint32_t nodes_max, Diversity diversity) const {
    if (ranking_.empty() || nodes_max == 0) return {};
    std::vector<NodeIndex> chosen = Leaders(nodes_max);
    for (size_t i = equal_; chosen.size() < nodes_max && i < ranking_.size() &&
                            ranking_[i].standing == ranking_[0].standing;
         ++i) {
      chosen.push_back(ranking_[i].node);
    }
    if (diversity == Diversity::kDiverse && nodes_max > 1) PutOtherSecond(nodes_max, chosen);
    return chosen;
  }

  // kDiverse, of what was chosen without: the first other place in the order goes second, among the
  // equally near by score, then as ranked.
  void PutOtherSecond(uint32_t nodes_max, std::vector<NodeIndex>& chosen) const {
    const ipdb::Location& first = location_of_(chosen[0]);
    const auto is_other = [&](size_t i) {
      return ranking_[i].standing == ranking_[0].standing &&
             ranking_[i].cost_us <= ranking_[0].cost_us + kDiverseCostUs &&
             location_of_(ranking_[i].node) != first;
    };
    Scored best{-1, ranking_.size()};
    for (size_t i = 0; i < equal_; ++i) {
      const Scored scored{score_above_(ranking_[i].node, best.first), i};
      if (Leads(scored, best) && is_other(i)) best = scored;
    }
    for (size_t i = equal_; best.second == ranking_.size() && i < ranking_.size(); ++i) {
      if (is_other(i)) best.second = i;
    }
    if (best.second == ranking_.size()) return;
    const NodeIndex other = ranking_[best.second].node;
    chosen.erase(std::remove(chosen.begin(), chosen.end(), other), chosen.end());
    chosen.insert(chosen.begin() + 1, other);
    if (chosen.size() > nodes_max) chosen.pop_back();
  }

 private:
  using Scored = std::pair<double, size_t>;  // score, place in the ranking

  static bool Leads(const Scored& a, const Scored& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  }

  // The equally near ones with the best scores, in their order.
  std::vector<NodeIndex> Leaders(uint32_t nodes_max) const {
    std::vector<Scored> best = BestAbove(floor_, nodes_max);
    if (best.size() < std::min<size_t>(nodes_max, equal_)) best = BestAbove(0, nodes_max);
    std::vector<NodeIndex> leaders;
    leaders.reserve(nodes_max + 1);
    for (const Scored& scored : best) leaders.push_back(ranking_[scored.second].node);
    return leaders;
  }

  std::vector<Scored> BestAbove(double lowest, uint32_t nodes_max) const {
    std::vector<Scored> best;
    best.reserve(nodes_max + 1);
    for (size_t i = 0; i < equal_; ++i) {
      const double floor = best.size() < nodes_max ? lowest : best.back().first;
      const Scored scored{score_above_(ranking_[i].node, floor), i};
      if (scored.first < floor) continue;
      if (best.size() == nodes_max && !Leads(scored, best.back())) continue;
      best.insert(std::upper_bound(best.begin(), best.end(), scored, Leads), scored);
      if (best.size() > nodes_max) best.pop_back();
    }
    return best;
  }

  const std::vector<Ranked>& ranking_;
  const size_t equal_;
  ScoreAbove score_above_;
  LocationOf location_of_;
  const double floor_;
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_PLACE_CHOOSE_H_
