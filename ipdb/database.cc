#include "ipdb/database.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "ipdb/csv_source.h"
#include "ipdb/input_file.h"
#include "ipdb/prefix_table_builder.h"
#include "ipdb/table_file.h"

namespace nearcast::ipdb {
namespace {

enum class FileKind { kMmdb, kCsv, kTable, kUnknown };

constexpr size_t kSampleBytes = 4096;

// Text has no NUL. A database that lost its end has no metadata, so its bytes, or its name, must
// tell.
FileKind KindOf(absl::string_view bytes, const std::string& path) {
  if (IsTable(bytes)) return FileKind::kTable;
  if (IsMmdb(bytes) || absl::EndsWith(path, ".mmdb") || absl::EndsWith(path, ".mmdb.gz")) {
    return FileKind::kMmdb;
  }
  const bool is_binary = bytes.substr(0, kSampleBytes).find('\0') != absl::string_view::npos;
  return is_binary ? FileKind::kUnknown : FileKind::kCsv;
}

absl::Status AddFile(const std::string& path, const LoadOptions& options, const NameTable& names,
                     PrefixTableBuilder& builder) {
  NC_ASSIGN_OR_RETURN(const std::string bytes, ReadInputFile(path));
  switch (KindOf(bytes, path)) {
    case FileKind::kTable: {
      NC_ASSIGN_OR_RETURN(const PrefixTable table, ReadTable(bytes, path));
      builder.AddLayer(table);
      return absl::OkStatus();
    }
    case FileKind::kMmdb: {
      NC_ASSIGN_OR_RETURN(const NetworkLayer layer,
                          ParseMmdb(bytes, path, options.mmdb_fields, names));
      builder.AddLayer(layer);
      return absl::OkStatus();
    }
    case FileKind::kCsv: {
      NC_ASSIGN_OR_RETURN(const NetworkLayer layer, ParseNetworkCsv(bytes, path, names));
      builder.AddLayer(layer);
      return absl::OkStatus();
    }
    case FileKind::kUnknown:
      break;
  }
  return absl::InvalidArgumentError(
      absl::StrCat(path,
                   ": is neither a MaxMind database (or it is cut short), nor CSV, nor a "
                   "compiled table; fetch the file again"));
}

}  // namespace

absl::StatusOr<std::shared_ptr<const PrefixTable>> LoadPrefixTable(
    std::span<const std::string> paths, const LoadOptions& options) {
  return LoadPrefixTable(paths, options, [](const std::string&) {});
}

absl::StatusOr<std::shared_ptr<const PrefixTable>> LoadPrefixTable(
    std::span<const std::string> paths, const LoadOptions& options,
    absl::FunctionRef<void(const std::string& path)> on_file) {
  if (paths.empty()) return absl::InvalidArgumentError("no IP database is named; name a file");
  const NameTable no_names;
  const NameTable& names = options.names != nullptr ? *options.names : no_names;
  PrefixTableBuilder builder;
  std::vector<std::string> errors;
  for (const std::string& path : paths) {
    on_file(path);
    const absl::Status status = AddFile(path, options, names, builder);
    if (status.ok()) continue;
    if (paths.size() == 1) return status;
    errors.emplace_back(status.message());
  }
  if (!errors.empty()) return absl::InvalidArgumentError(absl::StrJoin(errors, "\n"));
  return std::make_shared<const PrefixTable>(builder.Build());
}

}  // namespace nearcast::ipdb
