// MeasuredTable: measured delays by place, as ranking asks for them.
#ifndef SCHEDULERLIB_PLACE_MEASURED_TABLE_H_
#define SCHEDULERLIB_PLACE_MEASURED_TABLE_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "ipdb/location.h"
#include "schedulerlib/live/measured_delay.h"
#include "schedulerlib/model/ids.h"

namespace nearcast::scheduler {

// Immutable: any thread may read.
class MeasuredTable {
 public:
  // The delays of nodes for clients of one place, by NodeIndex.
  using Row = std::vector<std::pair<NodeIndex, int32_t>>;

  MeasuredTable() = default;
  // `find_node` gives a node's index, or UINT32_MAX for one that is not there. Of two values for
  // one node and place the last counts.
  MeasuredTable(const std::vector<MeasuredDelay>& delays,
                absl::FunctionRef<uint32_t(absl::string_view)> find_node);

  // What was measured to exactly this place; for a node of which that is not known, the median of
  // what was measured to its province and ISP (the lower one of two). The same pointer for all
  // places of a province without a value of their own; null when there is nothing.
  const Row* Find(const ipdb::Location& client) const;

  bool empty() const { return exact_.empty(); }

  friend bool operator==(const MeasuredTable& a, const MeasuredTable& b) {
    return a.exact_ == b.exact_;
  }

 private:
  absl::flat_hash_map<ipdb::Location, Row> exact_;     // with the province's below
  absl::flat_hash_map<ipdb::Location, Row> province_;  // by location without city; ISP known
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_PLACE_MEASURED_TABLE_H_
