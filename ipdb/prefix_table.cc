#include "ipdb/prefix_table.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/check.h"

namespace nearcast::ipdb {
namespace {

template <typename Word>
bool ValuesAreBelow(const RunTable<Word>& table, size_t limit) {
  return std::all_of(table.runs().begin(), table.runs().end(),
                     [limit](const Run<Word>& run) { return run.value < limit; });
}

}  // namespace

PrefixTable::PrefixTable() : locations_{Location{}} {}

PrefixTable::PrefixTable(std::vector<Location> locations, RunTable<uint32_t> v4,
                         RunTable<absl::uint128> v6)
    : locations_(std::move(locations)), v4_(std::move(v4)), v6_(std::move(v6)) {
  NC_CHECK(!locations_.empty() && locations_.front() == Location{});
  NC_CHECK(std::adjacent_find(locations_.begin(), locations_.end(), std::greater_equal<>()) ==
           locations_.end());
  NC_CHECK(ValuesAreBelow(v4_, locations_.size()) && ValuesAreBelow(v6_, locations_.size()));
}

const Location& PrefixTable::location(CellId cell) const {
  NC_CHECK(cell.value() < locations_.size());
  return locations_[cell.value()];
}

CellId PrefixTable::FindCell(const Location& location) const {
  const auto found = std::lower_bound(locations_.begin(), locations_.end(), location);
  if (found == locations_.end() || *found != location) return kUnknownCell;
  return CellId(static_cast<uint32_t>(found - locations_.begin()));
}

}  // namespace nearcast::ipdb
