// Reads networks from CSV: the form to write by hand, and to lay over a bought database.
//
//   network,country,region,city,isp
//   14.215.0.0/16,CN,440000,440100,chinatelecom
//   2001:db8::/32,CN,GD,Guangzhou,"China Telecom"
#ifndef IPDB_CSV_SOURCE_H_
#define IPDB_CSV_SOURCE_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ipdb/name_table.h"
#include "ipdb/network_layer.h"

namespace nearcast::ipdb {

// More networks than any database has; a limit on memory.
inline constexpr size_t kCsvRowsMax = 1 << 26;

// The header names the columns, in any order: `network` must be there, of `country`, `region`,
// `city`, `isp` any. Networks may nest: the longest prefix speaks for an address alone. The same
// network may stand twice only if both rows say the same. Names become codes through `names`.
//
// kInvalidArgument with every error (the first 20 of them, and how many more) as "FILE:LINE: what;
// what to do".
absl::StatusOr<NetworkLayer> ParseNetworkCsv(absl::string_view text, absl::string_view file_name,
                                             const NameTable& names);

}  // namespace nearcast::ipdb

#endif  // IPDB_CSV_SOURCE_H_
