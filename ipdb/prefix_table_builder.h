// PrefixTableBuilder: networks in, PrefixTable out. The builder form of the pair; PrefixTable is
// the search form.
//
//   PrefixTableBuilder builder;
//   builder.Add(city_block, {.country = "CN", .region = "440000", .city = "440100"});
//   builder.BeginLayer();
//   builder.Add(isp_block, {.isp = "chinatelecom"});
//   const PrefixTable table = builder.Build();
#ifndef IPDB_PREFIX_TABLE_BUILDER_H_
#define IPDB_PREFIX_TABLE_BUILDER_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/numeric/int128.h"
#include "ipdb/ip_prefix.h"
#include "ipdb/location.h"
#include "ipdb/network_layer.h"
#include "ipdb/prefix_table.h"
#include "ipdb/run_layers.h"
#include "ipdb/run_table.h"

namespace nearcast::ipdb {

// Layers lie one over another, later over earlier. Within a layer the longest prefix that holds an
// address speaks for it alone, whatever the order of the rows: a nested row does not inherit from
// the row around it. (The same prefix twice: the later row.) Between layers fields are merged as
// Overlay() in location.h says, so an ISP file over a city file fills in the isp and keeps the
// place.
//
// Not thread-safe. O(n log n) in the rows; about a second for a million.
class PrefixTableBuilder {
 public:
  PrefixTableBuilder();

  // To the current layer. Builders start with one that is empty.
  void Add(const IpPrefix& prefix, const Location& location);
  // Closes the current layer; what is added now lies over it.
  void BeginLayer();

  // A layer of its own.
  void AddLayer(const NetworkLayer& layer);
  void AddLayer(const PrefixTable& table);

  // Leaves the builder empty. Only locations in use get a cell.
  PrefixTable Build();

 private:
  // One family's state: the rows of the current layer, and all layers below it already merged.
  template <typename Word>
  struct Family {
    std::vector<ValuedBlock<Word>> rows;  // their values are places in locations_
    std::vector<Run<Word>> runs = {{0, 0}};
  };

  static constexpr uint32_t kUnknown = 0;

  uint32_t Intern(const Location& location);
  uint32_t Merge(uint32_t base, uint32_t over);
  void AddRow(const IpPrefix& prefix, uint32_t location);
  template <typename Word>
  void CloseLayer(Family<Word>& family);
  template <typename Word>
  void LayOver(Family<Word>& family, const std::vector<Run<Word>>& over);
  template <typename Word>
  void AddRuns(Family<Word>& family, const RunTable<Word>& table,
               const std::vector<uint32_t>& interned);

  std::vector<Location> locations_;
  absl::flat_hash_map<Location, uint32_t> location_ids_;
  absl::flat_hash_map<std::pair<uint32_t, uint32_t>, uint32_t> merged_;
  Family<uint32_t> v4_;
  Family<absl::uint128> v6_;
};

}  // namespace nearcast::ipdb

#endif  // IPDB_PREFIX_TABLE_BUILDER_H_
