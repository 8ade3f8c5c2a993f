// NearnessTable: a NearnessPolicy ready to be asked: which group a place is in, which ISPs serve a
// client's next.
#ifndef SCHEDULERLIB_PLACE_NEARNESS_TABLE_H_
#define SCHEDULERLIB_PLACE_NEARNESS_TABLE_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "ipdb/location.h"
#include "schedulerlib/model/nearness.h"

namespace nearcast::scheduler {

// Nodes whose cost is within this of the best count as equally near.
inline constexpr int32_t kEqualCostUs = 5000;

// A place that is in no region group.
inline constexpr uint32_t kNoGroup = UINT32_MAX;

// Immutable: any thread may read.
class NearnessTable {
 public:
  NearnessTable() = default;
  explicit NearnessTable(NearnessPolicy policy);

  const NearnessPolicy& policy() const { return policy_; }
  const DelayLadder& ladder() const { return policy_.delays; }

  // Up to what difference in cost nodes are equally near.
  int32_t equal_cost_us() const { return policy_.nearest_only ? 0 : kEqualCostUs; }

  // The place of the group in policy().region_groups: by region if one names it, else by country.
  uint32_t GroupOf(const ipdb::Location& place) const;

  // The row for a client, null when there is none. Of those that match, the one with a region goes
  // before one with a group, that before one with a country, that before one for everywhere.
  const IspFallback* FallbackFor(const ipdb::Location& client) const;

  // Whether some row or group speaks of this region: then it must be told apart from others of its
  // country.
  bool Names(const ipdb::Location& place) const;

 private:
  NearnessPolicy policy_;
  std::map<std::pair<std::string, std::string>, uint32_t> group_of_;  // by country and region
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_PLACE_NEARNESS_TABLE_H_
