// DiffTables: which addresses are somewhere else in a new table. A pure function of two tables;
// cells are compared by their locations, since each build numbers its own.
#ifndef IPDB_TABLE_DIFF_H_
#define IPDB_TABLE_DIFF_H_

#include "absl/functional/function_ref.h"
#include "absl/numeric/int128.h"
#include "ipdb/ip_address.h"
#include "ipdb/prefix_table.h"

namespace nearcast::ipdb {

// The coarsest field that differs gives the kind.
enum class ChangeKind { kAdded, kRemoved, kCountry, kRegion, kCity, kIsp };
inline constexpr ChangeKind kChangeKinds[] = {ChangeKind::kAdded,   ChangeKind::kRemoved,
                                              ChangeKind::kCountry, ChangeKind::kRegion,
                                              ChangeKind::kCity,    ChangeKind::kIsp};

// "added", "removed", "country", …
const char* NameOf(ChangeKind kind);

// A maximal range of addresses with the same location before and the same location after.
struct Change {
  IpAddress first;
  IpAddress last;  // Included.
  CellId old_cell;
  CellId new_cell;
  ChangeKind kind;

  // For IPv6 up to 2^128 - 1; the whole space would wrap to 0.
  absl::uint128 address_count() const { return last.v6() - first.v6() + 1; }
};

// Calls for each change in order of address, IPv4 first. O(runs of both).
void DiffTables(const PrefixTable& old_table, const PrefixTable& new_table,
                absl::FunctionRef<void(const Change& change)> on_change);

}  // namespace nearcast::ipdb

#endif  // IPDB_TABLE_DIFF_H_
