// ClientTable: address → client cell: the IP database's cells, cut where prefixes are overridden.
//
//   const ClientTable::Match match = clients.Find(address);
//   clients.location(match.cell)      // where the client counts as being
//   clients.override_of(match.cell)   // null for most
//
// The cells of the IP database keep their numbers; behind them come those of overridden prefixes,
// one for each pair of cell and override that meet. An override costs a query nothing: it is laid
// over the database when the table is built.
#ifndef SCHEDULERLIB_PLACE_CLIENT_TABLE_H_
#define SCHEDULERLIB_PLACE_CLIENT_TABLE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ipdb/ip_prefix.h"
#include "ipdb/prefix_table.h"
#include "ipdb/run_table.h"
#include "schedulerlib/model/ids.h"

namespace nearcast::scheduler {

// A zone of a PrefixOverride with names resolved.
struct ClientOverride {
  std::string name;  // "office", "czf/group-01"
  std::vector<ipdb::IpPrefix> prefixes;
  ipdb::Location location;             // laid on the database's (ipdb::Overlay)
  std::vector<NodeIndex> nodes;        // the first that is usable goes first
  std::string cname;                   // canonical; empty = none
  std::vector<std::string> cname_for;  // canonical; empty = every scheduled name
};

// Immutable: any thread may read.
class ClientTable {
 public:
  using Match = ipdb::PrefixTable::Match;

  // `places` is not null. Of overrides whose prefixes hold an address the longest prefix counts.
  explicit ClientTable(std::shared_ptr<const ipdb::PrefixTable> places,
                       std::vector<ClientOverride> overrides = {});

  // Some tens of nanoseconds; allocates nothing. The scope is that of the cell.
  Match Find(const ipdb::IpAddress& address) const noexcept;

  size_t cell_count() const { return places_->cell_count() + cells_.size(); }
  const ipdb::Location& location(ipdb::CellId cell) const;
  // Null where no prefix is overridden.
  const ClientOverride* override_of(ipdb::CellId cell) const;
  // Of that override, for an address in such a cell: the prefix that holds it. For explanations.
  ipdb::IpPrefix PrefixOf(const ClientOverride& override, const ipdb::IpAddress& address) const;

  const ipdb::RunTable<uint32_t>& v4() const { return own_ ? own_->v4 : places_->v4(); }
  const ipdb::RunTable<absl::uint128>& v6() const { return own_ ? own_->v6 : places_->v6(); }

  const std::vector<ClientOverride>& overrides() const { return overrides_; }

  // This table with further cells behind its own, to which no address leads: each stands at the place
  // and under the override of one of these cells. Addresses are shared.
  std::shared_ptr<const ClientTable> WithFurtherCells(const std::vector<uint32_t>& like) const;

  size_t memory_bytes() const {
    return own_ ? own_->v4.memory_bytes() + own_->v6.memory_bytes() : 0;
  }

 private:
  struct OverriddenCell {
    uint32_t override = 0;  // or none, of a further cell
    ipdb::Location location;
  };
  struct Runs {
    ipdb::RunTable<uint32_t> v4;
    ipdb::RunTable<absl::uint128> v6;
  };

  std::shared_ptr<const ipdb::PrefixTable> places_;
  std::vector<ClientOverride> overrides_;
  std::vector<OverriddenCell> cells_;
  std::shared_ptr<const Runs> own_;  // null without overrides: the database's own serve
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_PLACE_CLIENT_TABLE_H_
