// Any text is read or refused; what is read builds a table that answers for every row.
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "base/check.h"
#include "ipdb/csv_source.h"
#include "ipdb/name_table.h"
#include "ipdb/network_layer.h"
#include "ipdb/prefix_table.h"
#include "ipdb/prefix_table_builder.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nearcast::ipdb;
  static const NameTable* const names = new NameTable();
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto layer = ParseNetworkCsv(text, "fuzz.csv", *names);
  if (!layer.ok()) {
    NC_CHECK(!layer.status().message().empty());
    return 0;
  }
  PrefixTableBuilder builder;
  builder.AddLayer(*layer);
  const PrefixTable table = builder.Build();
  for (const NetworkLayer::Row& row : layer->rows) {
    const PrefixTable::Match match = table.Find(row.prefix.address);
    NC_CHECK(match.cell.value() < table.cell_count());
    NC_CHECK(match.scope_bits <= row.prefix.address.width_bits());
  }
  return 0;
}
