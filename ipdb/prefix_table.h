// PrefixTable: address → cell, where a cell is a small number for one location. This is what the
// query path asks.
//
//   const PrefixTable::Match match = table->Find(client);
//   table->location(match.cell).isp   // "chinatelecom"
//   match.scope_bits                  // the ECS scope, if the answer depends on nothing but the
//   cell
//
// To make one: PrefixTableBuilder (from networks), LoadPrefixTable (from files) or ReadTable (from
// its stored form).
#ifndef IPDB_PREFIX_TABLE_H_
#define IPDB_PREFIX_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/numeric/int128.h"
#include "base/strong_id.h"
#include "ipdb/ip_address.h"
#include "ipdb/location.h"
#include "ipdb/run_table.h"

namespace nearcast::ipdb {

// Dense, and meaningful only with the table that gave it: another build may number anew.
using CellId = StrongId<struct CellTag>;

// The cell of addresses that no source knows; its location has no field. Every table has it.
inline constexpr CellId kUnknownCell{0};

// Immutable: any thread may read, without lock. Locations are sorted and unique, so equal sources
// give equal numbers.
class PrefixTable {
 public:
  struct Match {
    CellId cell;
    // The shortest prefix around the address in which every address has this very cell: 0..32 for
    // IPv4, 0..128 for IPv6. (For IPv6 ::ffff:0:0/96 is left out of the account: those addresses
    // are IPv4.)
    uint8_t scope_bits;
  };

  // Everything unknown.
  PrefixTable();
  // Requires locations that ascend strictly from the unknown one, and values below their number.
  PrefixTable(std::vector<Location> locations, RunTable<uint32_t> v4, RunTable<absl::uint128> v6);

  // Some tens of nanoseconds; allocates nothing.
  Match Find(const IpAddress& address) const noexcept {
    if (address.is_v4()) {
      const auto match = v4_.Find(address.v4());
      return {CellId(match.value), match.scope_bits};
    }
    const auto match = v6_.Find(address.v6());
    return {CellId(match.value), match.scope_bits};
  }

  // At least 1.
  size_t cell_count() const { return locations_.size(); }
  // Requires cell.value() < cell_count().
  const Location& location(CellId cell) const;
  // kUnknownCell if no address has that location. O(log cells).
  CellId FindCell(const Location& location) const;

  // The runs, whose values are cells: for compilers of further tables, for diff and for writing.
  const RunTable<uint32_t>& v4() const { return v4_; }
  const RunTable<absl::uint128>& v6() const { return v6_; }

  // Without the text of the locations.
  size_t memory_bytes() const { return v4_.memory_bytes() + v6_.memory_bytes(); }

 private:
  std::vector<Location> locations_;
  RunTable<uint32_t> v4_;
  RunTable<absl::uint128> v6_;
};

}  // namespace nearcast::ipdb

#endif  // IPDB_PREFIX_TABLE_H_
