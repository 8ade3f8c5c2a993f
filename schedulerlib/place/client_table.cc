#include "schedulerlib/place/client_table.h"

#include <map>
#include <utility>

#include "ipdb/run_layers.h"

namespace nearcast::scheduler {
namespace {

constexpr uint32_t kNoOverride = UINT32_MAX;

template <typename Word>
Word WordOf(const ipdb::IpAddress& address) {
  if constexpr (sizeof(Word) == sizeof(uint32_t)) {
    return address.v4();
  } else {
    return address.v6();
  }
}

// The overrides of one family as runs.
template <typename Word>
std::vector<ipdb::Run<Word>> RunsOf(const std::vector<ClientOverride>& overrides) {
  constexpr bool kIsV4 = sizeof(Word) == sizeof(uint32_t);
  std::vector<ipdb::ValuedBlock<Word>> blocks;
  for (uint32_t i = 0; i < overrides.size(); ++i) {
    for (const ipdb::IpPrefix& prefix : overrides[i].prefixes) {
      if (prefix.address.is_v4() != kIsV4) continue;
      blocks.push_back({WordOf<Word>(prefix.address), WordOf<Word>(prefix.last()), i});
    }
  }
  return ipdb::FlattenBlocks<Word>(std::move(blocks), kNoOverride);
}

}  // namespace

ClientTable::ClientTable(std::shared_ptr<const ipdb::PrefixTable> places,
                         std::vector<ClientOverride> overrides)
    : places_(std::move(places)), overrides_(std::move(overrides)) {
  if (overrides_.empty()) return;
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> known;  // base cell and override → cell
  const auto merge = [&](uint32_t base, uint32_t over) {
    if (over == kNoOverride) return base;
    const auto [at, is_new] = known.try_emplace({base, over}, static_cast<uint32_t>(cell_count()));
    if (is_new) {
      cells_.push_back(
          {over, ipdb::Overlay(places_->location(ipdb::CellId(base)), overrides_[over].location)});
    }
    return at->second;
  };
  auto v4 = ipdb::LayRunsOver<uint32_t>(places_->v4().runs(), RunsOf<uint32_t>(overrides_), merge);
  auto v6 = ipdb::LayRunsOver<absl::uint128>(places_->v6().runs(),
                                             RunsOf<absl::uint128>(overrides_), merge);
  own_ = std::make_shared<const Runs>(
      Runs{ipdb::RunTable<uint32_t>(std::move(v4)), ipdb::RunTable<absl::uint128>(std::move(v6))});
}

ClientTable::Match ClientTable::Find(const ipdb::IpAddress& address) const noexcept {
  if (address.is_v4()) {
    const auto match = v4().Find(address.v4());
    return {ipdb::CellId(match.value), match.scope_bits};
  }
  const auto match = v6().Find(address.v6());
  return {ipdb::CellId(match.value), match.scope_bits};
}

const ipdb::Location& ClientTable::location(ipdb::CellId cell) const {
  const size_t base = places_->cell_count();
  return cell.value() < base ? places_->location(cell) : cells_[cell.value() - base].location;
}

const ClientOverride* ClientTable::override_of(ipdb::CellId cell) const {
  const size_t base = places_->cell_count();
  if (cell.value() < base) return nullptr;
  const uint32_t override = cells_[cell.value() - base].override;
  return override == kNoOverride ? nullptr : &overrides_[override];
}

std::shared_ptr<const ClientTable> ClientTable::WithFurtherCells(
    const std::vector<uint32_t>& like) const {
  auto table = std::make_shared<ClientTable>(*this);
  const size_t base = places_->cell_count();
  for (const uint32_t cell : like) {
    const uint32_t override = cell < base ? kNoOverride : cells_[cell - base].override;
    table->cells_.push_back({override, location(ipdb::CellId(cell))});
  }
  return table;
}

ipdb::IpPrefix ClientTable::PrefixOf(const ClientOverride& override,
                                     const ipdb::IpAddress& address) const {
  ipdb::IpPrefix longest{.address = address, .length_bits = 0};
  for (const ipdb::IpPrefix& prefix : override.prefixes) {
    if (prefix.Contains(address) && prefix.length_bits >= longest.length_bits) longest = prefix;
  }
  return longest;
}

}  // namespace nearcast::scheduler
