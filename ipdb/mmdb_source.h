// Reads networks from a MaxMind DB (https://maxmind.github.io/MaxMind-DB/, format 2.0) through
// libmaxminddb.
#ifndef IPDB_MMDB_SOURCE_H_
#define IPDB_MMDB_SOURCE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ipdb/name_table.h"
#include "ipdb/network_layer.h"

namespace nearcast::ipdb {

// Where a record keeps its fields: paths of map keys and array places, "subdivisions.0.iso_code";
// of several paths the first with a value counts. The defaults fit GeoIP2 and GeoLite2 Country,
// City, ISP, ASN and Enterprise.
struct MmdbFields {
  std::vector<std::string> country = {"country.iso_code"};
  std::vector<std::string> region = {"subdivisions.0.iso_code"};
  std::vector<std::string> city = {"city.names.en"};
  // All values are offered to the name table, which takes the first that it knows. A number stands
  // for "AS" and it.
  std::vector<std::string> isp = {"traits.isp", "isp", "autonomous_system_organization",
                                  "autonomous_system_number", "traits.autonomous_system_number"};
};

// True if the bytes end as a MaxMind DB does, with its metadata.
bool IsMmdb(absl::string_view bytes);

// Every network of the database. The addresses below ::/96 are IPv4; other ways into that part of
// the tree (6to4 2002::/16, Teredo 2001::/32, mapped ::ffff:0:0/96) repeat it and are left out.
//
// The whole tree is checked while it is read. kInvalidArgument names the file and what is broken:
// metadata, a node that does not exist, a tree deeper than its addresses or that loops, a record
// that cannot be read.
absl::StatusOr<NetworkLayer> ParseMmdb(absl::string_view bytes, absl::string_view file_name,
                                       const MmdbFields& fields, const NameTable& names);

}  // namespace nearcast::ipdb

#endif  // IPDB_MMDB_SOURCE_H_
