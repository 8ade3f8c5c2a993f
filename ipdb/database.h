// Loads an IP database from files of any kind: what the daemon does at start and at reload, and
// ipdbtool at build.
//
//   NC_ASSIGN_OR_RETURN(const NameTable names, ReadNameTable("deploy/names"));
//   NC_ASSIGN_OR_RETURN(std::shared_ptr<const PrefixTable> table,
//                       LoadPrefixTable({"GeoLite2-City.mmdb", "GeoLite2-ASN.mmdb", "ours.csv"},
//                       {.names = &names}));
//
// An error leaves nothing changed: whoever has a table keeps it and tells the operator.
#ifndef IPDB_DATABASE_H_
#define IPDB_DATABASE_H_

#include <memory>
#include <span>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ipdb/mmdb_source.h"
#include "ipdb/name_table.h"
#include "ipdb/prefix_table.h"

namespace nearcast::ipdb {

struct LoadOptions {
  // Not owned; nullptr takes names as the sources give them. A compiled table was named when it was
  // built.
  const NameTable* names = nullptr;
  // For every MaxMind database among the files.
  MmdbFields mmdb_fields;
};

// MaxMind databases, CSV and compiled tables, each also gzipped; the kind is told by content, not
// by name. Later files lie over earlier ones, field by field (see PrefixTableBuilder). At least
// one.
//
// Errors name the file, of CSV also the lines; those of all files come together. `on_file`, if
// given, is called before each file is read, to show progress. Blocks on files; call it off the
// query path.
absl::StatusOr<std::shared_ptr<const PrefixTable>> LoadPrefixTable(
    std::span<const std::string> paths, const LoadOptions& options);
absl::StatusOr<std::shared_ptr<const PrefixTable>> LoadPrefixTable(
    std::span<const std::string> paths, const LoadOptions& options,
    absl::FunctionRef<void(const std::string& path)> on_file);

}  // namespace nearcast::ipdb

#endif  // IPDB_DATABASE_H_
