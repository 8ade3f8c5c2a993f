#include "ipdb/prefix_table_builder.h"

#include <algorithm>
#include <numeric>

namespace nearcast::ipdb {
namespace {

// Appends, merging with a neighbour of the same value; a run that starts where the last one does
// replaces it.
template <typename Word>
void Append(std::vector<Run<Word>>& runs, Word start, uint32_t value) {
  if (!runs.empty() && runs.back().start == start) runs.pop_back();
  if (runs.empty() || runs.back().value != value) runs.push_back({start, value});
}

// The nested rows of one layer as runs: a sweep with a stack of the rows that are open at the
// current address. Requires rows sorted by first, the wider first.
template <typename Word, typename Row>
std::vector<Run<Word>> Flatten(const std::vector<Row>& rows, uint32_t unknown) {
  std::vector<Run<Word>> runs = {{0, unknown}};
  std::vector<const Row*> open;
  // Ends every row that lies before `next`; what is around it speaks again.
  const auto close_before = [&](Word next) {
    while (!open.empty() && open.back()->last < next) {
      const Word end = open.back()->last;
      open.pop_back();
      Append<Word>(runs, end + 1, open.empty() ? unknown : open.back()->location);
    }
  };
  for (const Row& row : rows) {
    close_before(row.first);
    Append<Word>(runs, row.first, row.location);
    open.push_back(&row);
  }
  // A row that reaches the end of the space stays open: nothing follows it.
  close_before(Word(0) - 1);
  return runs;
}

// The cells: the locations in use, sorted. `cell_of` maps a place in `locations` to its cell.
struct Cells {
  std::vector<Location> locations;
  std::vector<uint32_t> cell_of;
};

Cells NumberCells(const std::vector<Location>& locations, const std::vector<bool>& is_used) {
  std::vector<uint32_t> order(locations.size());
  std::iota(order.begin(), order.end(), 0);
  std::erase_if(order, [&](uint32_t i) { return !is_used[i]; });
  std::sort(order.begin(), order.end(),
            [&](uint32_t a, uint32_t b) { return locations[a] < locations[b]; });
  Cells cells{.locations = {}, .cell_of = std::vector<uint32_t>(locations.size(), 0)};
  for (const uint32_t i : order) {
    cells.cell_of[i] = static_cast<uint32_t>(cells.locations.size());
    cells.locations.push_back(locations[i]);
  }
  return cells;
}

template <typename Word>
void Renumber(std::vector<Run<Word>>& runs, const std::vector<uint32_t>& cell_of) {
  for (Run<Word>& run : runs) run.value = cell_of[run.value];
}

}  // namespace

PrefixTableBuilder::PrefixTableBuilder() { Intern(Location{}); }

uint32_t PrefixTableBuilder::Intern(const Location& location) {
  const auto [entry, is_new] =
      location_ids_.try_emplace(location, static_cast<uint32_t>(locations_.size()));
  if (is_new) locations_.push_back(location);
  return entry->second;
}

// Overlay() by number, remembered: a few thousand pairs serve millions of runs.
uint32_t PrefixTableBuilder::Merge(uint32_t base, uint32_t over) {
  if (over == kUnknown || base == over) return base;
  if (base == kUnknown) return over;
  const auto key = std::pair(base, over);
  if (const auto known = merged_.find(key); known != merged_.end()) return known->second;
  return merged_[key] = Intern(Overlay(locations_[base], locations_[over]));
}

void PrefixTableBuilder::AddRow(const IpPrefix& prefix, uint32_t location) {
  const IpAddress last = prefix.last();
  if (prefix.address.is_v4()) {
    v4_.rows.push_back({prefix.address.v4(), last.v4(), location});
  } else {
    v6_.rows.push_back({prefix.address.v6(), last.v6(), location});
  }
}

void PrefixTableBuilder::Add(const IpPrefix& prefix, const Location& location) {
  AddRow(prefix, Intern(location));
}

template <typename Word>
void PrefixTableBuilder::LayOver(Family<Word>& family, const std::vector<Run<Word>>& over) {
  const std::vector<Run<Word>>& base = family.runs;
  std::vector<Run<Word>> merged;
  merged.reserve(base.size() + over.size());
  size_t b = 0;
  size_t o = 0;
  // Both begin at 0; each step goes on to the nearer of the two next boundaries, or over both at
  // once.
  while (true) {
    Append<Word>(merged, std::max(base[b].start, over[o].start),
                 Merge(base[b].value, over[o].value));
    const bool base_ends = b + 1 == base.size();
    const bool over_ends = o + 1 == over.size();
    if (base_ends && over_ends) break;
    const bool base_is_next = over_ends || (!base_ends && base[b + 1].start <= over[o + 1].start);
    const bool over_is_next = base_ends || (!over_ends && over[o + 1].start <= base[b + 1].start);
    b += base_is_next;
    o += over_is_next;
  }
  family.runs = std::move(merged);
}

template <typename Word>
void PrefixTableBuilder::CloseLayer(Family<Word>& family) {
  using Row = typename Family<Word>::Row;
  if (family.rows.empty()) return;
  // Stable, so that of two equal prefixes the later is the inner one and wins.
  std::stable_sort(family.rows.begin(), family.rows.end(), [](const Row& a, const Row& b) {
    return a.first != b.first ? a.first < b.first : a.last > b.last;
  });
  LayOver(family, Flatten<Word>(family.rows, kUnknown));
  family.rows.clear();
}

void PrefixTableBuilder::BeginLayer() {
  CloseLayer(v4_);
  CloseLayer(v6_);
}

void PrefixTableBuilder::AddLayer(const NetworkLayer& layer) {
  BeginLayer();
  std::vector<uint32_t> interned;
  for (const Location& location : layer.locations) interned.push_back(Intern(location));
  for (const NetworkLayer::Row& row : layer.rows) AddRow(row.prefix, interned[row.location]);
  BeginLayer();
}

template <typename Word>
void PrefixTableBuilder::AddRuns(Family<Word>& family, const RunTable<Word>& table,
                                 const std::vector<uint32_t>& interned) {
  std::vector<Run<Word>> runs(table.runs().begin(), table.runs().end());
  Renumber(runs, interned);
  LayOver(family, runs);
}

void PrefixTableBuilder::AddLayer(const PrefixTable& table) {
  BeginLayer();
  std::vector<uint32_t> interned;
  for (uint32_t i = 0; i < table.cell_count(); ++i) {
    interned.push_back(Intern(table.location(CellId(i))));
  }
  AddRuns(v4_, table.v4(), interned);
  AddRuns(v6_, table.v6(), interned);
}

PrefixTable PrefixTableBuilder::Build() {
  BeginLayer();
  std::vector<bool> is_used(locations_.size(), false);
  is_used[kUnknown] = true;
  for (const auto& run : v4_.runs) is_used[run.value] = true;
  for (const auto& run : v6_.runs) is_used[run.value] = true;
  Cells cells = NumberCells(locations_, is_used);
  Renumber(v4_.runs, cells.cell_of);
  Renumber(v6_.runs, cells.cell_of);
  PrefixTable table(std::move(cells.locations), RunTable(std::move(v4_.runs)),
                    RunTable(std::move(v6_.runs)));
  *this = PrefixTableBuilder();
  return table;
}

}  // namespace nearcast::ipdb
