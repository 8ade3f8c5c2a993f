// The flags that several commands share: which databases to load, and how.
#ifndef TOOLS_IPDBTOOL_SOURCES_H_
#define TOOLS_IPDBTOOL_SOURCES_H_

#include <memory>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "ipdb/name_table.h"
#include "ipdb/prefix_table.h"
#include "tools/ipdbtool/command.h"
#include "tools/ipdbtool/command_line.h"

namespace nearcast::ipdbtool {

inline constexpr Flag kNamesFlag = {.name = "names", .letter = '\0', .kind = FlagKind::kValue};
inline constexpr Flag kFieldFlag = {.name = "field", .letter = '\0', .kind = FlagKind::kValue};
inline constexpr Flag kOutputFlag = {.name = "output", .letter = 'o', .kind = FlagKind::kValue};

// For the commands' help.
#define IPDBTOOL_SOURCE_FLAGS                                                                  \
  "  --names DIR           names files (deploy/names): turn the sources' names into codes\n"   \
  "  --field FIELD=PATHS   where MaxMind records keep country, region, city or isp; several\n" \
  "                        paths by comma, the first with a value counts:\n"                   \
  "                        --field isp=traits.organization,traits.isp\n"

// The table of --names, or an empty one.
absl::StatusOr<ipdb::NameTable> LoadNames(const CommandLine& line);

// Loads the files, later over earlier, by --names and --field; names each file on a terminal.
absl::StatusOr<std::shared_ptr<const ipdb::PrefixTable>> LoadTable(
    std::span<const std::string> paths, const CommandLine& line, Terminal& terminal);

enum class OutputForm { kTable, kJson };

// -o table (the default) or json.
absl::StatusOr<OutputForm> ParseOutputForm(const CommandLine& line);

}  // namespace nearcast::ipdbtool

#endif  // TOOLS_IPDBTOOL_SOURCES_H_
