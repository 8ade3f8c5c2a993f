#include "ipdb/table_diff.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/check.h"

namespace nearcast::ipdb {
namespace {

ChangeKind KindOf(const Location& before, const Location& after) {
  if (before == Location{}) return ChangeKind::kAdded;
  if (after == Location{}) return ChangeKind::kRemoved;
  if (before.country != after.country) return ChangeKind::kCountry;
  if (before.region != after.region) return ChangeKind::kRegion;
  if (before.city != after.city) return ChangeKind::kCity;
  return ChangeKind::kIsp;
}

// For each cell of `from`, the cell of `to` with the same location; none if there is no such.
std::vector<std::optional<CellId>> SameCells(const PrefixTable& from, const PrefixTable& to) {
  std::vector<std::optional<CellId>> same(from.cell_count());
  same[kUnknownCell.value()] = kUnknownCell;
  for (uint32_t i = 1; i < from.cell_count(); ++i) {
    const CellId found = to.FindCell(from.location(CellId(i)));
    if (found != kUnknownCell) same[i] = found;
  }
  return same;
}

IpAddress AddressOf(uint32_t word) { return IpAddress::FromV4(word); }
IpAddress AddressOf(absl::uint128 word) { return IpAddress::FromV6(word); }

// Goes along both lists of runs; calls with each range on which neither changes.
template <typename Word>
void ForEachCommonRun(
    const RunTable<Word>& a, const RunTable<Word>& b,
    absl::FunctionRef<void(Word first, Word last, uint32_t a_value, uint32_t b_value)> on_run) {
  size_t i = 0;
  size_t j = 0;
  while (true) {
    const Word first = std::max(a.runs()[i].start, b.runs()[j].start);
    const Word a_last = a.last(i);
    const Word b_last = b.last(j);
    on_run(first, std::min(a_last, b_last), a.runs()[i].value, b.runs()[j].value);
    i += a_last <= b_last;
    j += b_last <= a_last;
    if (i == a.runs().size() || j == b.runs().size()) return;
  }
}

}  // namespace

const char* NameOf(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kAdded:
      return "added";
    case ChangeKind::kRemoved:
      return "removed";
    case ChangeKind::kCountry:
      return "country";
    case ChangeKind::kRegion:
      return "region";
    case ChangeKind::kCity:
      return "city";
    case ChangeKind::kIsp:
      return "isp";
  }
  NC_CHECK(false);
}

void DiffTables(const PrefixTable& old_table, const PrefixTable& new_table,
                absl::FunctionRef<void(const Change& change)> on_change) {
  const std::vector<std::optional<CellId>> same = SameCells(old_table, new_table);
  const auto compare = [&](auto first, auto last, uint32_t old_value, uint32_t new_value) {
    const CellId old_cell(old_value);
    const CellId new_cell(new_value);
    if (same[old_value] == new_cell) return;
    on_change({AddressOf(first), AddressOf(last), old_cell, new_cell,
               KindOf(old_table.location(old_cell), new_table.location(new_cell))});
  };
  ForEachCommonRun<uint32_t>(old_table.v4(), new_table.v4(), compare);
  ForEachCommonRun<absl::uint128>(old_table.v6(), new_table.v6(), compare);
}

}  // namespace nearcast::ipdb
