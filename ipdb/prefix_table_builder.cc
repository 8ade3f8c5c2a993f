#include "ipdb/prefix_table_builder.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "ipdb/run_layers.h"

namespace nearcast::ipdb {
namespace {

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
  family.runs = LayRunsOver<Word>(
      family.runs, over, [this](uint32_t base, uint32_t value) { return Merge(base, value); });
}

template <typename Word>
void PrefixTableBuilder::CloseLayer(Family<Word>& family) {
  if (family.rows.empty()) return;
  LayOver(family, FlattenBlocks<Word>(std::move(family.rows), kUnknown));
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
