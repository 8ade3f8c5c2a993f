#include "schedulerlib/place/measured_table.h"

#include <algorithm>
#include <map>

namespace nearcast::scheduler {
namespace {

ipdb::Location ProvinceOf(ipdb::Location place) {
  place.city.clear();
  return place;
}

// Only where the province and the ISP are known do other cities tell something.
bool HasProvince(const ipdb::Location& place) {
  return !place.region.empty() && !place.isp.empty();
}

}  // namespace

MeasuredTable::MeasuredTable(const std::vector<MeasuredDelay>& delays,
                             absl::FunctionRef<uint32_t(absl::string_view)> find_node) {
  std::map<ipdb::Location, std::map<NodeIndex, int32_t>> exact;
  for (const MeasuredDelay& delay : delays) {
    const uint32_t node = find_node(delay.node);
    if (node != UINT32_MAX) exact[delay.location][NodeIndex(node)] = delay.delay_us;
  }
  std::map<ipdb::Location, std::map<NodeIndex, std::vector<int32_t>>> province;
  for (const auto& [place, row] : exact) {
    if (!HasProvince(place)) continue;
    for (const auto& [node, us] : row) province[ProvinceOf(place)][node].push_back(us);
  }
  for (auto& [place, row] : province) {
    Row& to = province_[place];
    for (auto& [node, all] : row) {
      const auto middle = all.begin() + (all.size() - 1) / 2;
      std::nth_element(all.begin(), middle, all.end());
      to.emplace_back(node, *middle);
    }
  }
  for (auto& [place, row] : exact) {
    if (HasProvince(place)) {
      const Row& below = province_.at(ProvinceOf(place));
      row.insert(below.begin(), below.end());  // keeps what is there
    }
    exact_[place] = Row(row.begin(), row.end());
  }
}

const MeasuredTable::Row* MeasuredTable::Find(const ipdb::Location& client) const {
  if (empty()) return nullptr;
  if (const auto at = exact_.find(client); at != exact_.end()) return &at->second;
  if (!HasProvince(client)) return nullptr;
  const auto at = province_.find(ProvinceOf(client));
  return at == province_.end() ? nullptr : &at->second;
}

}  // namespace nearcast::scheduler
