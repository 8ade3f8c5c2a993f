// Draws: whom rendezvous chooses among the nodes of a ranking, for every cell and every slot,
// remembered. Names that differ only in how many nodes they answer share them.
#ifndef SCHEDULERLIB_PLACE_DRAWS_H_
#define SCHEDULERLIB_PLACE_DRAWS_H_

#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "schedulerlib/model/ids.h"
#include "schedulerlib/place/cell_ranker.h"
#include "schedulerlib/place/choose.h"
#include "schedulerlib/place/client_table.h"
#include "schedulerlib/place/endpoint.h"
#include "schedulerlib/place/slots.h"

namespace nearcast::scheduler {

// What draws are made from; all of it outlives them. `endpoints` is by NodeIndex.
struct DrawTerms {
  const CellRankings* rankings = nullptr;
  const ClientTable* clients = nullptr;
  std::span<const Endpoint* const> endpoints;
  uint32_t nodes_max = 16;  // as many are drawn
  bool by_load = false;     // weights are load_weight
  Diversity diversity = Diversity::kAny;
  int32_t equal_cost_us = kEqualCostUs;
};

// One thread.
class Draws {
 public:
  using Nodes = std::span<const NodeIndex>;  // at most nodes_max, in the order of an answer

  // `plain` has the same terms but kAny, where these are kDiverse; else null. It outlives this one.
  Draws(const DrawTerms& terms, Draws* plain);

  const CellRanking& ranking(uint32_t cell) const { return (*terms_.rankings)[cell]; }

  // How many nodes are equally near to the cell.
  size_t EquallyNearTo(uint32_t cell) const { return equal_[terms_.rankings->class_of(cell)]; }

  // By the place's key. Valid until the next call for a cell.
  Nodes OfCell(uint32_t cell);

  // By the slot alone: cells of the same choice have the same draws.
  uint32_t ChoiceOf(uint32_t cell);
  // Valid until the next ChoiceOf.
  Nodes OfSlot(uint32_t choice, uint32_t slot) const {
    return of_slot_.At(choice * kSteeringSlots + slot);
  }

 private:
  // Many short lists in one piece of memory.
  class Lists {
   public:
    void Add(std::span<const NodeIndex> nodes) {
      nodes_.insert(nodes_.end(), nodes.begin(), nodes.end());
      ends_.push_back(static_cast<uint32_t>(nodes_.size()));
    }
    Nodes At(size_t i) const {
      const size_t begin = i == 0 ? 0 : ends_[i - 1];
      return Nodes(nodes_).subspan(begin, ends_[i] - begin);
    }
    bool empty() const { return ends_.empty(); }

   private:
    std::vector<NodeIndex> nodes_;
    std::vector<uint32_t> ends_;
  };

  // A ranking as far as choices depend on it: how many are alike, and which may be chosen.
  using Choice = std::pair<size_t, std::vector<NodeIndex>>;

  const ipdb::Location& LocationOf(NodeIndex node) const {
    return terms_.endpoints[node.value()]->location;
  }
  std::vector<NodeIndex> Draw(const CellRanking& ranked, size_t equal, double floor,
                              uint64_t key) const;
  std::vector<NodeIndex> DrawCell(uint32_t cell);
  void DrawSlots(uint32_t of_class);
  std::vector<NodeIndex> DrawSlot(const CellRanking& ranked, size_t equal, uint32_t slot);
  const std::vector<double>& ScoresOf(NodeIndex node);
  // Of the nodes that some cell is equally near to: for each slot those with the best scores.
  void FindLeaders();
  // As NodeChooser would. False when the leaders do not suffice.
  bool DrawFromLeaders(uint32_t slot, std::vector<NodeIndex>& drawn) const;

  const DrawTerms terms_;
  Draws* const plain_;
  std::vector<double> floor_;   // by class of cells: a score that a few more than nodes_max reach
  std::vector<size_t> equal_;   // by class of cells: how many are equally near
  std::vector<uint64_t> hash_;  // by node
  std::vector<double> weight_;  // by node
  Lists of_cell_;               // when one is asked for, all are drawn
  std::vector<uint32_t> choice_of_;  // by class of cells; UINT32_MAX = not yet
  std::map<Choice, uint32_t> choices_;
  Lists of_slot_;                            // by choice and slot
  Lists leaders_;                            // by slot
  std::vector<std::vector<double>> scores_;  // by node: of each slot, when asked for
  size_t near_somewhere_ = 0;
  std::vector<bool> is_near_;  // by node: to the choice that is drawn for
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_PLACE_DRAWS_H_
