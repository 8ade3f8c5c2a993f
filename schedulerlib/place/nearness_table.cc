#include "schedulerlib/place/nearness_table.h"

#include <algorithm>

namespace nearcast::scheduler {

NearnessTable::NearnessTable(NearnessPolicy policy) : policy_(std::move(policy)) {
  for (uint32_t group = 0; group < policy_.region_groups.size(); ++group) {
    for (const ipdb::Location& place : policy_.region_groups[group].places) {
      group_of_.try_emplace({place.country, place.region}, group);
    }
  }
}

uint32_t NearnessTable::GroupOf(const ipdb::Location& place) const {
  if (group_of_.empty() || place.country.empty()) return kNoGroup;
  auto found = group_of_.find({place.country, place.region});
  if (found == group_of_.end()) found = group_of_.find({place.country, ""});
  return found == group_of_.end() ? kNoGroup : found->second;
}

const IspFallback* NearnessTable::FallbackFor(const ipdb::Location& client) const {
  if (client.isp.empty()) return nullptr;
  const IspFallback* best = nullptr;
  int best_rank = -1;
  const uint32_t group = GroupOf(client);
  for (const IspFallback& row : policy_.isp_fallbacks) {
    if (row.match.isp != client.isp) continue;
    int rank = 0;
    if (!row.group.empty()) {
      if (group == kNoGroup || policy_.region_groups[group].name != row.group) continue;
      rank = 2;
    } else if (!row.match.country.empty()) {
      if (row.match.country != client.country) continue;
      if (!row.match.region.empty() && row.match.region != client.region) continue;
      rank = row.match.region.empty() ? 1 : 3;
    }
    if (rank <= best_rank) continue;
    best = &row;
    best_rank = rank;
  }
  return best;
}

bool NearnessTable::Names(const ipdb::Location& place) const {
  if (group_of_.count({place.country, place.region}) > 0) return true;
  return std::any_of(
      policy_.isp_fallbacks.begin(), policy_.isp_fallbacks.end(), [&place](const IspFallback& row) {
        return row.match.country == place.country && row.match.region == place.region;
      });
}

}  // namespace nearcast::scheduler
