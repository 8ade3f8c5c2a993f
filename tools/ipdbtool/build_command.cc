#include "tools/ipdbtool/build_command.h"

#include "absl/status/status.h"
#include "base/status_macros.h"
#include "ipdb/table_file.h"
#include "tools/ipdbtool/sources.h"
#include "tools/ipdbtool/text_table.h"

namespace nearcast::ipdbtool {
namespace {

constexpr absl::string_view kHelp =
    "Usage: ipdbtool build -o OUT [flags] FILE...\n"
    "\n"
    "Compiles IP databases into one table. A FILE is a MaxMind database, CSV with a header\n"
    "(network,country,region,city,isp) or a table compiled before, each also gzipped. Later files\n"
    "lie over earlier ones and replace the fields that they have.\n"
    "\n"
    "Flags:\n"
    "  -o, --output OUT      the file to write; the old one stays until the new one is "
    "whole\n" IPDBTOOL_SOURCE_FLAGS
    "\n"
    "Examples:\n"
    "  ipdbtool build -o networks.ncdb --names deploy/names deploy/demo/networks.csv\n"
    "  ipdbtool build -o networks.ncdb --names deploy/names \\\n"
    "      GeoLite2-City.mmdb GeoLite2-ASN.mmdb corrections.csv\n";

constexpr Flag kFlags[] = {kOutputFlag, kNamesFlag, kFieldFlag};

absl::StatusOr<ExitCode> RunBuild(const CommandLine& line, Terminal& terminal) {
  const std::string output = line.ValueOr(kOutputFlag.name, "");
  if (output.empty()) return absl::InvalidArgumentError("name the file to write with -o OUT");
  NC_ASSIGN_OR_RETURN(const auto table, LoadTable(line.arguments(), line, terminal));
  if (terminal.progress == Progress::kShown) terminal.err << "writing " << output << std::endl;
  NC_RETURN_IF_ERROR(ipdb::WriteTableFile(*table, output));
  terminal.out << output << ": " << WithCommas(table->cell_count()) << " cells, "
               << WithCommas(table->v4().runs().size()) << " IPv4 and "
               << WithCommas(table->v6().runs().size()) << " IPv6 runs\n";
  return kSame;
}

}  // namespace

const Command kBuildCommand = {
    .name = "build",
    .summary = "compile databases into one table",
    .help = kHelp,
    .flags = kFlags,
    .run = RunBuild,
};

}  // namespace nearcast::ipdbtool
