#include "tools/ipdbtool/sources.h"

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "ipdb/database.h"
#include "ipdb/mmdb_source.h"

namespace nearcast::ipdbtool {
namespace {

absl::Status SetField(const std::string& setting, ipdb::MmdbFields& fields) {
  const size_t equals = setting.find('=');
  const std::string name = setting.substr(0, equals);
  const struct {
    absl::string_view name;
    std::vector<std::string>& paths;
  } known[] = {{"country", fields.country},
               {"region", fields.region},
               {"city", fields.city},
               {"isp", fields.isp}};
  for (const auto& field : known) {
    if (field.name != name || equals == std::string::npos) continue;
    field.paths = absl::StrSplit(setting.substr(equals + 1), ',', absl::SkipEmpty());
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "--field ", setting, ": write it as country=PATH, region=PATH, city=PATH or isp=PATH"));
}

}  // namespace

absl::StatusOr<ipdb::NameTable> LoadNames(const CommandLine& line) {
  if (!line.Has(kNamesFlag.name)) return ipdb::NameTable();
  return ipdb::ReadNameTable(line.ValueOr(kNamesFlag.name, ""));
}

absl::StatusOr<std::shared_ptr<const ipdb::PrefixTable>> LoadTable(
    std::span<const std::string> paths, const CommandLine& line, Terminal& terminal) {
  NC_ASSIGN_OR_RETURN(const ipdb::NameTable names, LoadNames(line));
  ipdb::LoadOptions options{.names = &names, .mmdb_fields = {}};
  for (const std::string& setting : line.Values(kFieldFlag.name)) {
    NC_RETURN_IF_ERROR(SetField(setting, options.mmdb_fields));
  }
  return ipdb::LoadPrefixTable(paths, options, [&](const std::string& path) {
    if (terminal.progress == Progress::kShown) terminal.err << "reading " << path << std::endl;
  });
}

absl::StatusOr<OutputForm> ParseOutputForm(const CommandLine& line) {
  const std::string form = line.ValueOr(kOutputFlag.name, "table");
  if (form == "table") return OutputForm::kTable;
  if (form == "json") return OutputForm::kJson;
  return absl::InvalidArgumentError(absl::StrCat("-o ", form, ": the forms are table and json"));
}

}  // namespace nearcast::ipdbtool
