// CellRanker: the rankings of all client cells at once, as Rank() of ranking.h defines them.
//
// Many cells, thousands of nodes: what places have in common is computed once. Texts become numbers
// when the ranker is made. Cells that no node, row or measurement tells apart are one class and are
// ranked once. Nodes of one place that announce alike are one site; a site's nodes of one standing
// and load penalty are one bucket, in the order of their names: a class costs a pass over the
// buckets, not over the nodes, with memoised distances between provinces and bonds between ISPs.
#ifndef SCHEDULERLIB_PLACE_CELL_RANKER_H_
#define SCHEDULERLIB_PLACE_CELL_RANKER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "ipdb/prefix_table.h"
#include "schedulerlib/model/ids.h"
#include "schedulerlib/place/client_table.h"
#include "schedulerlib/place/measured_table.h"
#include "schedulerlib/place/nearness_table.h"
#include "schedulerlib/place/off_nodes.h"
#include "schedulerlib/place/ranking.h"

namespace nearcast::scheduler {

// How nodes rank for one class of cells: all the equally near ones, and no more others than make
// the ranker's `count`.
using CellRanking = std::vector<Ranked>;

// The rankings of all cells; cells that rank alike share one. Copies are cheap and share too.
class CellRankings {
 public:
  CellRankings() = default;
  CellRankings(std::vector<std::shared_ptr<const CellRanking>> classes,
               std::shared_ptr<const std::vector<uint32_t>> class_of_cell)
      : classes_(std::move(classes)), class_of_cell_(std::move(class_of_cell)) {}

  bool empty() const { return classes_.empty(); }
  const CellRanking& operator[](size_t cell) const { return *classes_[(*class_of_cell_)[cell]]; }

  size_t class_count() const { return classes_.size(); }
  uint32_t class_of(size_t cell) const { return (*class_of_cell_)[cell]; }
  const std::shared_ptr<const CellRanking>& of_class(uint32_t index) const {
    return classes_[index];
  }

  size_t memory_bytes() const;

 private:
  std::vector<std::shared_ptr<const CellRanking>> classes_;
  std::shared_ptr<const std::vector<uint32_t>> class_of_cell_;
};

struct CellRankerInput {
  std::vector<Candidate> candidates;  // ascending by node
  const ClientTable* clients = nullptr;
  const NearnessTable* nearness = nullptr;
  const MeasuredTable* measured = nullptr;  // null = nothing
  const OffTable* off = nullptr;            // null = nothing; over the cells of `clients`
  size_t count = 16;
};

// All of it is read before the return.
CellRankings RankCells(const CellRankerInput& input);

// The same where `previous` was ranked from an input that differed only in the standing and the
// load penalty of `changed`: classes that they do not concern keep their ranking, the very object.
CellRankings RankCellsAgain(const CellRankerInput& input, const CellRankings& previous,
                            const std::vector<NodeIndex>& changed);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_PLACE_CELL_RANKER_H_
